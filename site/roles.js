// The picker of roles: each row has a role and its scope.

import { $, el, words } from './dom.js';
import { rolesIn } from './listed.js';
import { Unusable } from './pasted.js';

const ELSEWHERE = '/AccessPackageCatalog/ffffffff-ffff-4fff-bfff-ffffffffffff';

/** A role by its name or id. Its scope is a word of the picker, or a scope of Graph. */
function add({ role, held, scope }) {
  const row = $('held-row').content.cloneNode(true).firstElementChild;
  const [what, where] = row.querySelectorAll('select');
  const known = [...what.options].find((it) => it.value === role || it.dataset.id === role.toLowerCase());
  what.value = (known ?? option(what, role)).value;
  where.value = held ?? (scope === '/' ? 'tenant' : option(where, scope).value);
  row.querySelector('button').addEventListener('click', () => {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    show();
    (next?.querySelector('select') ?? $('add-role')).focus();
    changed();
  });
  $('held').append(row);
  show();
  return what;
}

/** A value that is not in the picker is passed on unchanged. */
function option(select, text) {
  const it = el('option', {}, text);
  select.append(it);
  return it;
}

const changed = () => $('form').dispatchEvent(new Event('input'));

/** Ask whether there are no roles only if no role was added. */
function show() {
  $('none-held').hidden = $('held').childElementCount > 0;
}

/** The pasted roles that do not count. */
function told(isEmpty, unknown) {
  const text = isEmpty
    ? 'The list is empty: check the object id in the filter. If it is right, the caller has no such role.'
    : unknown.map((it) => `\`${it}\` is unknown, and does not count.`).join(' ');
  $('listed-note').hidden = text === '';
  $('listed-note').replaceChildren(...words(text));
}

function addListed() {
  const problem = $('listed-error');
  problem.hidden = true;
  $('listed-note').hidden = true;
  try {
    const { roles, isEmpty, unknown } = rolesIn($('listed').value);
    roles.forEach(add);
    told(isEmpty, unknown);
    if ($('held').childElementCount === 0) $('none-held').querySelector('input').checked = true;
    $('listed').value = '';
    $('listed').removeAttribute('aria-invalid');
    $('add-role').focus();
    changed();
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    problem.replaceChildren(...words(error.message));
    problem.hidden = false;
    $('listed').setAttribute('aria-invalid', 'true');
    $('listed').focus();
  }
}

export function start() {
  $('add-role').addEventListener('click', () => {
    add({ role: 'Access package assignment manager', held: 'here' }).focus();
    changed();
  });
  $('add-listed').addEventListener('click', addListed);
}

export function fill(roles) {
  $('held').replaceChildren();
  roles.forEach(add);
  $('none-held').querySelector('input').checked = roles.length === 0;
  show();
}

/** The roles as the crate takes them, for this catalog. Null if nobody has looked them up. */
export function read(catalog) {
  const scopes = { tenant: '/', here: `/AccessPackageCatalog/${catalog}`, elsewhere: ELSEWHERE };
  const held = [...$('held').children].map((row) => {
    const [role, where] = row.querySelectorAll('select');
    return { role: role.value, scope: scopes[where.value] ?? where.value };
  });
  return held.length > 0 || $('none-held').querySelector('input').checked ? held : null;
}
