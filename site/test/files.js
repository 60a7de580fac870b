// Reads the crate's own files: the vectors, and the table of refusals.

import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

export const GATE = JSON.parse(read('tests/vectors/gate.json'));
export const LIFE = JSON.parse(read('tests/vectors/lifecycle.json'));

/** Each refusal: its words, without marks, and its rules. */
export const REFUSALS = read('src/policy/refusals.md')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)
  .map((row) => row.split(' | '))
  .map(([, words, helps, rules]) => ({
    words: plain(words),
    helps: plain(helps),
    rules: [...rules.matchAll(/\[(R\d+)\]/g)].map(([, id]) => id),
  }));

export function plain(text) {
  return text.replaceAll('`', '').trim();
}

const PERMISSIONS = new Set(GATE.cases.flatMap(({ permissions }) => permissions));

/** Ignores the order. */
export const sorted = (list) => [...list].map((item) => (Array.isArray(item) ? sorted(item) : item)).sort();

/** The answer of the gate to these claims, roles and assignment, by its vectors. */
export function gate({ claims, roles, level, state }) {
  const account = claims.tid === '9188040d-6c67-4c5b-b112-36a304b66dad' ? 'personal' : 'workOrSchool';
  const permissions = claims.scp.split(' ').filter((name) => PERMISSIONS.has(name));
  const key = (it) => JSON.stringify([it.account, sorted(it.permissions), it.roles, it.privilegeLevel, it.state]);
  const asked = key({ account, permissions, roles, privilegeLevel: level, state });
  const found = GATE.cases.filter((it) => key(it) === asked);
  if (found.length !== 1) throw new Error(`${found.length} vectors for ${asked}`);
  return found[0];
}
