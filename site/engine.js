// The crate, as WebAssembly: it decides everything here. The page asks it in JSON.

import { load } from './access-package/index.js';

const engine = await load();

/** Answers a question, which is an object or a text in JSON. */
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
