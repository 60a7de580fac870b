// Runs the examples of the README in a folder with the installed package. They have to print what the README shows.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = (language) => readme.split(`\`\`\`${language}\n`).slice(1).map((rest) => rest.split('```')[0]);
const [examples, shown] = [blocks('js'), blocks('text')];
const folder = process.argv[2];
const place = join(folder, 'example.mjs');
const claims = {
  tid: '7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e',
  oid: '8586ddc8-0ff7-4c24-9c79-f192bc3566e3',
  scp: 'EntitlementManagement.ReadWrite.All',
};
writeFileSync(join(folder, 'token.txt'), `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`);
writeFileSync(join(folder, 'roles.json'), '{"value":[]}');
copyFileSync(new URL('../../../examples/assignment.json', import.meta.url), join(folder, 'export.json'));
if (examples.length !== 2 || shown.length !== 2) throw new Error('the README has other examples');
for (const [index, example] of examples.entries()) {
  writeFileSync(place, example);
  const printed = execFileSync(process.execPath, [place], { cwd: folder, encoding: 'utf8' });
  if (printed !== shown[index]) {
    console.error(`the README shows something else:\n${printed}`);
    process.exit(1);
  }
}
console.log('the examples of the README print what it shows');
