// Every test vector of the repository, and what must never end an instance. Prints what fails, and how many there were.
import { load } from 'access-package';

import { check, report } from './check.js';
import { hostile } from './hostile.js';
import { asked, gate, loads, traces } from './vectors.js';

const crate = await load();
for (const part of [gate, loads, traces, asked]) {
  check.part = part.name;
  part(crate);
}
check.part = hostile.name;
await hostile();
process.exitCode = report();
