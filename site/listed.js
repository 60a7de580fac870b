// Role assignments, as Graph lists them: the crate reads them.

import { ask } from './engine.js';
import { Unusable, cleaned } from './pasted.js';

/** Each entry has a role and a scope. `unknown` has the ids of roles, or the scopes, that do not count. */
export function rolesIn(pasted) {
  const text = cleaned(pasted);
  if (text === '') throw new Unusable('Paste the list as JSON, as Graph answers it.');
  let page;
  try {
    page = JSON.parse(text);
  } catch (error) {
    throw new Unusable(`This is not JSON: ${error.message}. Paste the whole answer, from { to }.`);
  }
  if (Array.isArray(page)) page = { value: page };
  const roles = read(page);
  const unknown = page.value.filter((item) => read({ value: [item] }).length === 0);
  return {
    roles,
    isEmpty: page.value.length === 0,
    unknown: unknown.map(({ roleDefinitionId, appScopeId, directoryScopeId }) => {
      return `${roleDefinitionId}\` on \`${appScopeId ?? directoryScopeId}`;
    }),
  };
}

function read(page) {
  const { roles, error } = ask('read', { roleAssignments: page });
  if (!error) return roles;
  if (error.code === 'graphError') throw new Unusable(`Graph refused this call: ${error.message}.`);
  // R45
  if (error.code === 'listCut') throw new Unusable('This is not the whole list: it goes on. Ask with the filter above.');
  if (error.data?.actual?.startsWith('roleEligib')) {
    throw new Unusable('These roles are only eligible. List those that are held, or activate them first.');
  }
  const { part, message } = error.data ?? {};
  const said = error.code === 'malformed' ? `${part ? `\`${part}\`: ` : ''}${message}` : error.message;
  throw new Unusable(`This is not a list of role assignments of one principal: ${said}.`);
}
