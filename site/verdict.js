// The verdict in full. The crate says what holds; this file adds only the sentences around it.

import { $, capitalized, el, rules, words } from './dom.js';
import { ask } from './engine.js';

const SENTENCE = {
  unauthorized: ['the caller may not reprocess this assignment', 403],
  invalidState: ['the assignment cannot be reprocessed as it is', 400],
  invalidRequest: ['the request cannot be reprocessed as it is', 400],
};

const ACCOUNT = {
  workOrSchool: 'work or school account',
  application: 'application on its own',
  personal: 'personal account',
};

const OF_TOKEN = ['otherAudience', 'expiredToken'];

const TO_LOOK_UP = ['rolesNotInToken', 'directoryRolesNotKnown'];

export function show({ answer, stored, request, now }) {
  const isAccepted = answer.verdict === 'accepted';
  const { caller, caveats } = answer;
  $('verdict').dataset.verdict = answer.verdict;
  $('sentence').replaceChildren(...words(isAccepted ? accepted(answer) : refused(answer, { stored, request, now })));
  const ofToken = caveats.filter(({ code }) => OF_TOKEN.includes(code));
  if (ofToken.length > 0) {
    $('sentence').prepend('Graph answers 401 to this token: see below. With a token that it takes: ');
  }
  const others = caveats.filter(({ code }) => !OF_TOKEN.includes(code));
  const parts = [
    section(
      'First',
      ofToken.map(({ code, text }) => note(code, `Graph answers 401 to this token: ${text}`)),
    ),
    section('Why', (answer.reasons ?? []).map(reason)),
    helps(answer.remedies ?? []),
    section(
      'What is not known',
      others.map(({ code, text }) => note(code, text)),
    ),
    section('Who asked', [whoAsked(caller)]),
  ];
  $('why').replaceChildren(...parts.filter((part) => part !== null));
}

function accepted({ role }) {
  return `Accepted: Graph answers 202, and the caller acts as \`${role}\`.`;
}

function refused(answer, question) {
  const [what, status] = SENTENCE[answer.verdict];
  return `${isInDoubt(answer, question) ? 'Refused, as far as the roles are known' : 'Refused'}: ${what} (Graph answers ${status}).`;
}

/** Whether roles that nobody has looked up could change the verdict: asks again with the highest role. */
function isInDoubt({ verdict, reasons, caller, caveats }, { stored, request, now }) {
  if (verdict !== 'unauthorized' || !caveats.some(({ code }) => TO_LOOK_UP.includes(code))) return false;
  const highest = { role: 'Global Administrator', scope: '/' };
  const other = ask('evaluate', { caller: { ...caller, roles: [...caller.roles, highest] }, stored, request, now });
  return JSON.stringify(other.reasons) !== JSON.stringify(reasons);
}

function section(title, items) {
  return items.length === 0 ? null : el('div', {}, el('h3', {}, title), el('ul', { class: 'plain' }, ...items));
}

function reason({ code, rules: ids, text }) {
  return el('li', { 'data-reason': code }, ...words(capitalized(text)), '.', ...rules(ids));
}

function note(code, text) {
  return el('li', { 'data-note': code }, ...words(capitalized(text)), '.');
}

function helps(remedies) {
  if (remedies.length === 0) return null;
  const title = remedies.length > 1 ? 'What helps: any one of these' : 'What helps';
  return el('div', {}, el('h3', {}, title), el('ul', { class: 'remedies' }, ...remedies.map(remedy)));
}

function remedy({ steps, text }) {
  const parts = text.split(', and ');
  // A step may contain `and`, too.
  const told = parts.length === steps.length ? parts : [text];
  const items = told.map((step) => el('li', {}, ...words(capitalized(step)), '.'));
  const all = { 1: '', 2: 'Both of these:' }[items.length] ?? 'All of these:';
  return el('li', { 'data-steps': steps.join(' ') }, all, el(items.length > 1 ? 'ol' : 'ul', { class: 'plain' }, ...items));
}

function whoAsked({ account, object, permissions, roles }) {
  const none = 'none that counts';
  const held = roles.map(({ role, scope }) => `${role} on ${scope === '/' ? 'the tenant' : scope}`);
  const rows = [
    ['Account', ACCOUNT[account] ?? account],
    ['Object', object ?? 'not known'],
    ['Permissions', permissions.join(', ') || none],
    ['Roles', held.join('; ') || 'none known'],
    ['Signature', 'not verified'],
  ];
  return el(
    'li',
    {},
    el('dl', {}, ...rows.map(([term, what]) => el('div', {}, el('dt', {}, term), el('dd', {}, what)))),
  );
}
