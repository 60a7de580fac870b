// Passes questions and answers as JSON to and from the module. The module decides everything.

/** Why a question cannot be answered. */
export class QuestionError extends Error {
  constructor({ code, message, data, place }) {
    super(message);
    Object.assign(this, { name: 'QuestionError', code, data, place });
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The functions of the crate, answered by this module. Without one, they are answered by the module that `fetchMain`
 * fetches, and `read` by the larger one that `fetchReader` fetches when it is needed first.
 */
export async function start(wasm, fetchMain, fetchReader) {
  const ask = await open(wasm ?? (await fetchMain()));
  let reader = wasm && Promise.resolve(ask);

  async function read(question) {
    reader ??= fetchReader()
      .then(open)
      .catch((error) => {
        // The next call tries again.
        reader = undefined;
        throw error;
      });
    return answer(await reader, 'read', question);
  }

  const answering = (operation) => (question) => answer(ask, operation, question);
  return {
    ask,
    evaluate: answering('evaluate'),
    explain: answering('explain'),
    reprocess: answering('reprocess'),
    record: answering('record'),
    expire: answering('expire'),
    read,
  };
}

function answer(ask, operation, question) {
  const answer = JSON.parse(ask(operation, JSON.stringify(question) ?? ''));
  if ('error' in answer) {
    throw new QuestionError(answer.error);
  }
  return answer;
}

/** Opens a module, compiled or as bytes: a function from text to text. */
async function open(wasm) {
  const module = wasm instanceof WebAssembly.Module ? wasm : await WebAssembly.compile(wasm);
  let instance = await WebAssembly.instantiate(module);

  return (operation, question) => {
    const [name, text] = [operation, question].map((part) => encoder.encode(part));
    const { memory, reserve, ask, answer } = instance.exports;
    const length = name.length + text.length;
    const place = reserve(length);
    if (place === 0) {
      throw new RangeError(`question is too long: ${length} bytes`);
    }
    const asked = new Uint8Array(memory.buffer, place >>> 0, length);
    asked.set(name);
    asked.set(text, name.length);
    try {
      const answered = ask(name.length);
      return decoder.decode(new Uint8Array(memory.buffer, answer() >>> 0, answered));
    } catch (trap) {
      // There was no memory left, so this instance is of no more use.
      instance = new WebAssembly.Instance(module);
      throw trap;
    }
  };
}
