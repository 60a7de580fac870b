// Runs the example of the README in a folder in which the package is installed. It has to print what the README shows.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (language) => readme.split(`\`\`\`${language}\n`)[1].split('```')[0];
const place = join(process.argv[2], 'example.mjs');
writeFileSync(place, block('js'));
const printed = execFileSync(process.execPath, [place], { encoding: 'utf8' });
if (printed !== block('text')) {
  console.error(`the README shows something else:\n${printed}`);
  process.exit(1);
}
console.log('the example of the README prints what it shows');
