// Checks that the modules are small enough, and that the README has their sizes. `UPDATE=1` writes the sizes there.
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** The most bytes with gzip. A page has to wait for them. */
const MOST = { 'access_package.wasm': 100_000, 'access_package_read.wasm': 150_000 };

const kilo = (bytes) => Math.round(bytes / 1000);
const rows = Object.entries(MOST).map(([name, most]) => {
  const wasm = readFileSync(new URL(`../${name}`, import.meta.url));
  const [bytes, gzip, brotli] = [wasm.length, gzipSync(wasm, { level: 9 }).length, brotliCompressSync(wasm).length];
  console.log(`${name}: ${bytes} bytes, ${gzip} with gzip, ${brotli} with Brotli`);
  if (gzip > most) {
    console.error(`${name} has more than ${most} bytes with gzip`);
    process.exitCode = 1;
  }
  return { name, sizes: [bytes, gzip, brotli].map(kilo) };
});

const place = new URL('../README.md', import.meta.url);
const readme = readFileSync(place, 'utf8');
const [before, after] = ['<!-- made: sizes -->\n', '<!-- end: sizes -->'];
const [head, rest] = readme.split(before);
const [shown, tail] = rest.split(after);
if (process.env.UPDATE) {
  const lines = rows.map(({ name, sizes }) => `| \`${name}\` | ${sizes.map((size) => `${size} kB`).join(' | ')} |\n`);
  const table = `| module | as it is | gzip | Brotli |\n|---|--:|--:|--:|\n${lines.join('')}`;
  writeFileSync(place, `${head}${before}${table}${after}${tail}`);
} else {
  // Another patch release of the compiler may change a few bytes.
  const said = shown.match(/\d+(?= kB)/g)?.map(Number) ?? [];
  const is = rows.flatMap(({ sizes }) => sizes);
  if (said.length !== is.length || said.some((size, index) => Math.abs(size - is[index]) > 1)) {
    console.error(`the README shows other sizes: run \`UPDATE=1 node test/sizes.js\`\n${shown}`);
    process.exitCode = 1;
  }
}
