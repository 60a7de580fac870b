// Whatever goes in, an answer comes out, and the instance can be asked again.
import { readFileSync } from 'node:fs';

import { load, QuestionError } from 'access-package';

import { check, same } from './check.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const MOST = 4 << 20;

/** Asks this module. */
export async function hostile(name) {
  const module = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve(`access-package/${name}`))));
  const { memory, reserve, ask, answer } = (await WebAssembly.instantiate(module)).exports;

  /** Writes these bytes. So many of them are the name of the operation. */
  function bytes(operation, all) {
    const place = reserve(all.length) >>> 0;
    new Uint8Array(memory.buffer, place, all.length).set(all);
    const length = ask(operation);
    return JSON.parse(decoder.decode(new Uint8Array(memory.buffer, answer() >>> 0, length)));
  }
  const text = (operation, question) => bytes(operation.length, encoder.encode(operation + question));
  const code = ({ error }) => error?.code;

  check('nothing is imported', () => same(WebAssembly.Module.imports(module), []));
  check('nothing was written', () => {
    const before = ask(0);
    same(code(JSON.parse(decoder.decode(new Uint8Array(memory.buffer, answer() >>> 0, before)))), 'unknownOperation');
  });
  for (const length of [MOST + 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, -1, NaN, Infinity]) {
    check(`${length} bytes`, () => {
      const place = reserve(length);
      same(place === 0, !(Number.isNaN(length) || length === Infinity));
      same(code(text('expire', '{}')), 'missing');
    });
    check(`${length} bytes of a name`, () => {
      reserve(6);
      ask(length);
      same(code(text('expire', '{}')), 'missing');
    });
  }
  check('two questions are asked at once', () => {
    reserve(100);
    reserve(0);
    ask(100);
    ask(100);
    same(code(text('expire', '{}')), 'missing');
  });
  for (const no of [[0xff], [0xc3, 0x28], [0xff, 0xfe, 0x7b, 0], [0xed, 0xa0, 0x80], [0]]) {
    check(`bytes that are no UTF-8: ${no}`, () => {
      same(code(bytes(no.length, no)), 'unknownOperation');
      same(typeof code(bytes(6, [...encoder.encode('expire'), ...no])), 'string');
      same(typeof code(bytes(6, [...encoder.encode('expire{"now":"'), ...no, 0x22, 0x7d])), 'string');
    });
  }

  // As long as possible, with the content that takes the most memory.
  const fill = (start, item, end) => {
    const times = Math.floor((MOST - start.length - end.length - 20) / (item.length + 1));
    return start + Array(times).fill(item).join(',') + end;
  };
  const role = '{"originSystem":"a","resourceOriginId":"","roleOriginId":""}';
  const stored = JSON.stringify({
    format: 1, id: '00000000-0000-0000-0000-00000000000a', catalog: { id: '00000000-0000-0000-0000-00000000000c', privilegeLevel: null },
    accessPackage: '00000000-0000-0000-0000-00000000000b', target: '00000000-0000-0000-0000-00000000000d', targetType: null,
    state: 'delivered', end: null, attempt: 0, resourceRoles: [],
  });
  const caller = '{"account":"application","permissions":["EntitlementManagement.ReadWrite.All"]}';
  const number = (() => { let next = 0; return () => String(next++).padStart(6, '0'); })();
  const distinct = Array.from({ length: 50_000 }, () => role.replace('"resourceOriginId":""', `"resourceOriginId":"${number()}"`));
  const long = {
    nothing: ['expire', ' '.repeat(MOST - 20)],
    lists: ['expire', `{"stored":${'['.repeat(MOST - 40)}`],
    'lists in what is not looked at': ['explain', `{"claims":{"a":${'['.repeat(MOST - 40)}`],
    objects: ['read', `{"document":${'{"a":'.repeat(MOST / 5 - 20)}`],
    'roles of a token': ['explain', fill('{"claims":{"roles":[', '0', ']}}')],
    'permissions': ['evaluate', fill('{"caller":{"account":"personal","permissions":[', '""', ']}}')],
    'roles of a caller': ['evaluate', fill('{"caller":{"account":"personal","roles":[', '{"role":"","scope":""}', ']}}')],
    'one resource role': ['reprocess', fill(`{"caller":${caller},"stored":${stored},"now":"2026-11-28T12:00:00Z","gives":[`, role, ']}')],
    'resource roles': ['reprocess', `{"caller":${caller},"stored":${stored},"now":"2026-11-28T12:00:00Z","gives":[${distinct}]}`],
    'a string': ['expire', `{"now":"${'x'.repeat(MOST - 40)}"}`],
    'escapes': ['expire', `{"now":"${'\\u0000'.repeat((MOST - 40) / 6)}"}`],
    'a name': ['x'.repeat(MOST - 10), '{}'],
    'a member': ['expire', `{"${'x'.repeat(MOST - 40)}":1}`],
  };
  for (const [what, [operation, question]] of Object.entries(long)) {
    check(`4 MiB of ${what}`, () => same(typeof text(operation, question), 'object'));
  }
  const most = memory.buffer.byteLength;
  check(`memory is bounded: ${most} bytes`, () => same(most <= 256 << 20, true));

  // A new instance, since the memory of the last one has room already.
  const crate = await load(module);
  const question = { stored: JSON.parse(stored), now: '2026-11-28T12:00:00Z' };
  check('memory does not grow', () => {
    const again = new WebAssembly.Instance(module).exports;
    const call = () => {
      const all = encoder.encode(`expire${JSON.stringify(question)}`);
      const place = again.reserve(all.length) >>> 0;
      new Uint8Array(again.memory.buffer, place, all.length).set(all);
      again.ask(6);
    };
    for (let count = 0; count < 100; count++) call();
    const before = again.memory.buffer.byteLength;
    for (let count = 0; count < 50_000; count++) call();
    same(again.memory.buffer.byteLength, before);
  });
  check('a Date is an instant', () => same(crate.expire({ ...question, now: new Date(0) }).result, 'unchanged'));
  for (const none of [undefined, null, 1, 'x', [], () => 1]) {
    check(`no question: ${String(none)}`, () => {
      let error;
      try { crate.expire(none); } catch (thrown) { error = thrown; }
      same([error instanceof QuestionError, error.code, error.place], [true, 'malformed', null]);
    });
  }
  check('a question that is too long', () => {
    let error;
    try { crate.ask('expire', ' '.repeat(MOST)); } catch (thrown) { error = thrown; }
    same([error.name, error.message], ['RangeError', `question is too long: ${MOST + 6} bytes`]);
    same(crate.expire(question).result, 'unchanged');
  });
  check('half a surrogate pair', () => same(JSON.parse(crate.ask('\ud800', '{}')).error.data.actual, '\ufffd'));
}
