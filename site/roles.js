// The picker of roles: rows of a role and of where it is held.

import { $ } from './dom.js';

const ELSEWHERE = '/AccessPackageCatalog/ffffffff-ffff-4fff-bfff-ffffffffffff';

function add({ role, held } = {}) {
  const row = $('held-row').content.cloneNode(true).firstElementChild;
  const [what, where] = row.querySelectorAll('select');
  if (role) what.value = role;
  if (held) where.value = held;
  row.querySelector('button').addEventListener('click', () => {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    show();
    (next?.querySelector('select') ?? $('add-role')).focus();
    $('form').dispatchEvent(new Event('input'));
  });
  $('held').append(row);
  show();
  return what;
}

/** Whether there are none is a question only where none was added. */
function show() {
  $('none-held').hidden = $('held').childElementCount > 0;
}

export function start() {
  $('add-role').addEventListener('click', () => {
    add({ role: 'Access package assignment manager', held: 'here' }).focus();
    $('form').dispatchEvent(new Event('input'));
  });
}

export function fill(roles) {
  $('held').replaceChildren();
  roles.forEach(add);
  $('none-held').querySelector('input').checked = roles.length === 0;
  show();
}

/** As the crate takes them, for this catalog; null if nobody has looked them up. */
export function read(catalog) {
  const scopes = { tenant: '/', here: `/AccessPackageCatalog/${catalog}`, elsewhere: ELSEWHERE };
  const held = [...$('held').children].map((row) => {
    const [role, where] = row.querySelectorAll('select');
    return { role: role.value, scope: scopes[where.value] };
  });
  return held.length > 0 || $('none-held').querySelector('input').checked ? held : null;
}
