// The crate, as WebAssembly: it decides everything here. The page asks it in JSON.

import { load } from './access-package/index.js';

// The larger module, since every explanation begins with a document.
const url = new URL('./access-package/access_package_read.wasm', import.meta.url);
const engine = await load(await (await fetch(url)).arrayBuffer());

/** Answers a question, given as an object or as JSON text. */
export function ask(operation, question) {
  const text = typeof question === 'string' ? question : JSON.stringify(question);
  try {
    return JSON.parse(engine.ask(operation, text));
  } catch (trap) {
    return {
      error: { code: 'unanswered', message: `question could not be answered: ${trap.message}`, data: {}, place: null },
    };
  }
}
