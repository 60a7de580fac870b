// For browsers, and for everything else that fetches by a URL.
import { start } from './ask.js';

export { QuestionError } from './ask.js';

const bytes = async (url) => (await fetch(url)).arrayBuffer();
const main = () => bytes(new URL('./access_package.wasm', import.meta.url));
const reader = () => bytes(new URL('./access_package_read.wasm', import.meta.url));

export const load = (wasm) => start(wasm, main, reader);
