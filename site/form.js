// The form: pasted texts become a question, and an error is shown beside its field.

import { $, words } from './dom.js';
import { ask } from './engine.js';
import { Unusable, documentIn, payloadIn } from './pasted.js';
import * as roles from './roles.js';

/** What to do here about an error of the crate that does not say so. */
const HELP = {
  isPage: 'This is a page of a list. Paste one item of its `value`: a single assignment.',
  isEmptyPage: 'The list is empty: check the filter of the call, then paste an assignment.',
  isRequest:
    'This is a request, not an assignment. Paste the assignment that it is for, and choose below that its request is to be reprocessed.',
  isAccessPackage: 'This is an access package, not an assignment. Paste the answer to the call above.',
};

const REQUEST = '00000000-0000-4000-8000-00000000000e';

export function fill({ token, document, roles: held, completed }) {
  $('token').value = token;
  $('document').value = document;
  $('level').value = '';
  roles.fill(held);
  $('by-request').checked = completed !== null;
  $('by-assignment').checked = completed === null;
  $('completed').value = completed === null ? '' : local(completed);
  $('superseded').checked = false;
  showRequest();
}

/** The instant as a field takes it: in local time, without an offset. */
function local(time) {
  const date = new Date(time);
  return new Date(time - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

export function showRequest() {
  $('request').hidden = !$('by-request').checked;
}

/** The question and its answer. Null if a field cannot be used: that field gets the focus. */
export function explain(now) {
  ['token', 'document', 'completed'].forEach((field) => complain(field, null));
  const claims = attempt('token', () => payloadIn($('token').value));
  showPayload(claims);
  const imported = attempt('document', () => read($('document').value));
  const completed = attempt('completed', completion);
  $('principal').textContent = (claims !== null && JSON.parse(claims).oid) || '{object id}';
  if (claims !== null && imported !== null && completed !== null) {
    const { stored, gives } = imported;
    if ($('level').value) stored.catalog.privilegeLevel = $('level').value;
    const request = completed === '' ? null : requestOf(stored, completed);
    const rest = { roles: roles.read(stored.catalog.id), stored, now, request };
    // The payload goes in as it was pasted.
    const answer = ask('explain', `{"claims":${claims},${JSON.stringify(rest).slice(1)}`);
    if (!answer.error) {
      warnOfIdToken(JSON.parse(claims), answer);
      return { answer, stored, gives, request, now };
    }
    const field = answer.error.place?.startsWith('claims') ? 'token' : 'document';
    complain(field, said(answer.error, 'claims'));
  }
  document.querySelector('#form [aria-invalid]')?.focus();
  return null;
}

export function requestOf(stored, completed, recency = $('superseded').checked ? 'superseded' : 'newest') {
  return { id: REQUEST, assignment: stored.id, purpose: 'grant', state: stored.state, completed, recency };
}

function read(pasted) {
  // On a line of its own, so that lines and columns are those of the field, only one line further down.
  const answer = ask('read', `{"document":\n${documentIn(pasted)}\n}`);
  if (answer.error) throw new Unusable(said(answer.error, 'document'));
  return answer;
}

function said({ code, message, data, place }, member) {
  if (HELP[code]) return HELP[code];
  if (code === 'graphError') {
    return `Graph refused this call: \`${data.code}\`${data.message ? `, ${data.message}` : ''}. Make the call above as somebody who may read the assignment, and paste the answer.`;
  }
  if (code !== 'malformed') return `The ${message}.`.replace(/^The `/, '`');
  const part = (data.part ?? place ?? '').replace(new RegExp(`^${member}\\.?`), '');
  const where = member === 'document' ? `Line ${data.line - 1}, column ${data.column}: ` : '';
  return `${where}${part ? `\`${part}\`: ` : ''}${data.message}.`;
}

function completion() {
  if (!$('by-request').checked) return '';
  const date = new Date($('completed').value);
  if (Number.isNaN(date.getTime()))
    throw new Unusable('Say when it was completed: after 14 days a request cannot be reprocessed.');
  return date.toISOString();
}

function attempt(field, work) {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    complain(field, error.message);
    return null;
  }
}

function complain(field, message) {
  const place = $(`${field}-error`);
  place.hidden = message === null;
  place.replaceChildren(...words(message ?? ''));
  if (message === null) $(field).removeAttribute('aria-invalid');
  else $(field).setAttribute('aria-invalid', 'true');
}

function showPayload(claims) {
  $('payload').hidden = claims === null;
  $('payload').querySelector('pre').textContent = claims === null ? '' : JSON.stringify(JSON.parse(claims), null, 2);
}

/** An ID token is for an application, and does not tell what the application may do. */
function warnOfIdToken(claims, { caveats }) {
  const isForAnother = caveats.some(({ code }) => code === 'otherAudience');
  if (isForAnother && !claims.scp && !claims.roles && !claims.idtyp) {
    complain('token', 'This looks like an ID token. Paste the access token, which stands behind Bearer in the call.');
  }
}
