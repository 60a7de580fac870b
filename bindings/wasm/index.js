// For browsers, and whatever else fetches by a URL.
import { open } from './ask.js';

export { QuestionError } from './ask.js';

export async function load(wasm) {
  return open(wasm ?? (await (await fetch(new URL('./access_package.wasm', import.meta.url))).arrayBuffer()));
}
