// For Node, whose `fetch` reads no files.
import { readFile } from 'node:fs/promises';

import { open } from './ask.js';

export { QuestionError } from './ask.js';

export async function load(wasm) {
  return open(wasm ?? (await readFile(new URL('./access_package.wasm', import.meta.url))));
}
