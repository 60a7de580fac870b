// Runs every test vector of the repository, and everything that must never end an instance. Prints the failures and the counts.
import { readFile } from 'node:fs/promises';

import { load } from 'access-package';

import { check, report } from './check.js';
import { hostile } from './hostile.js';
import { asked, gate, loads, reads, traces } from './vectors.js';

// The larger module, for everything.
const whole = await load(await readFile(new URL('../access_package_read.wasm', import.meta.url)));
const crate = await load();
for (const part of [gate, loads, traces, asked]) {
  check.part = part.name;
  part(crate, whole);
}
check.part = reads.name;
await reads(crate, whole);
for (const name of ['access_package.wasm', 'access_package_read.wasm']) {
  check.part = `${hostile.name}, ${name}`;
  await hostile(name);
}
process.exitCode = report();
