// For Node, whose `fetch` does not read files.
import { readFile } from 'node:fs/promises';

import { start } from './ask.js';

export { QuestionError } from './ask.js';

const main = () => readFile(new URL('./access_package.wasm', import.meta.url));
const reader = () => readFile(new URL('./access_package_read.wasm', import.meta.url));

export const load = (wasm) => start(wasm, main, reader);
