// Role assignments, as Graph lists them: who holds which role where. What a role is worth is the crate's to say.

import { Unusable, cleaned } from './pasted.js';

/** Each a role by its id, and a scope. */
export function rolesIn(pasted) {
  const text = cleaned(pasted);
  if (text === '') throw new Unusable('Paste the list as JSON, as Graph answers it.');
  let page;
  try {
    page = JSON.parse(text);
  } catch (error) {
    throw new Unusable(`This is not JSON: ${error.message}. Paste the whole answer, from { to }.`);
  }
  const items = Array.isArray(page) ? page : page?.value;
  if (!Array.isArray(items)) throw new Unusable('This is not a list of role assignments: it has no `value`.');
  if (String(page['@odata.context']).includes('roleEligib')) {
    throw new Unusable('These roles are only eligible. List those that are held, or activate them first.');
  }
  // R45
  if (page['@odata.nextLink']) throw new Unusable('This is not the whole list: it goes on. Ask with the filter above.');
  if (!items.every(isAssignment)) {
    throw new Unusable(
      'Not every item has a `principalId`, a `roleDefinitionId` and an `appScopeId` or `directoryScopeId`.',
    );
  }
  const principals = new Set(items.map(({ principalId }) => principalId.toLowerCase()));
  if (principals.size > 1) {
    throw new Unusable(
      `These are of ${principals.size} principals. Paste those of the caller, and then those of each group of the caller’s.`,
    );
  }
  return items.map((item) => ({ role: item.roleDefinitionId, scope: item.appScopeId ?? item.directoryScopeId }));
}

function isAssignment(item) {
  const { principalId, roleDefinitionId, appScopeId, directoryScopeId } = item ?? {};
  return [principalId, roleDefinitionId, appScopeId ?? directoryScopeId].every((it) => typeof it === 'string');
}
