// Samples to start from. They are judged like anything that you paste.

const CATALOG = 'cec5d6ab-c75d-47c0-9c1c-92e89f66e384';
const TENANT = '7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e';
const PERSONAL_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';
const DAY = 24 * 60 * 60 * 1000;

const WRITE = 'User.Read EntitlementManagement.ReadWrite.All';
const MANAGER = { role: 'Access package assignment manager', held: 'here' };

export const SAMPLES = [
  { name: 'Accepted', roles: [MANAGER] },
  { name: 'Permission missing', scp: 'User.Read EntitlementManagement.Read.All', roles: [MANAGER] },
  { name: 'Role held elsewhere', roles: [{ role: 'Access package manager', held: 'elsewhere' }] },
  { name: 'Catalog reader', roles: [{ role: 'Catalog reader', held: 'here' }] },
  {
    name: 'Privileged catalog',
    level: 'privileged',
    roles: [{ role: 'Identity Governance Administrator', held: 'tenant' }],
  },
  { name: 'Still delivering', state: 'delivering', roles: [MANAGER] },
  { name: 'Partially delivered', state: 'partiallyDelivered', roles: [MANAGER] },
  { name: 'By its request', state: 'partiallyDelivered', roles: [MANAGER], requestedDaysAgo: 3 },
  { name: 'Personal account', tid: PERSONAL_TENANT, roles: [] },
];

/** The fields of the form for a sample, at this time in milliseconds. */
export function fieldsOf(sample, now) {
  const { scp = WRITE, tid = TENANT, state = 'delivered', level = 'standard', roles, requestedDaysAgo } = sample;
  return {
    token: token({
      aud: 'https://graph.microsoft.com',
      tid,
      oid: '0f6c5f0e-3f0b-4d0c-8a55-5f0a3c9d1b27',
      name: 'Megan Bowen',
      scp,
      wids: [],
      exp: Math.floor((now + DAY) / 1000),
    }),
    document: JSON.stringify(assignment(state, level, now), null, 2),
    roles,
    completed: requestedDaysAgo === undefined ? null : now - requestedDaysAgo * DAY,
  };
}

function token(payload) {
  const part = (value) => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return [part({ alg: 'RS256', typ: 'JWT' }), part(payload), 'c2FtcGxl'].join('.');
}

function assignment(state, privilegeLevel, now) {
  const end = new Date(now + 30 * DAY).toISOString();
  const gives = (displayName, originSystem, role, scope) => ({
    role: { displayName, originSystem, originId: role },
    scope: { originSystem, originId: scope },
  });
  const [owned, joined] = ['7b56ede0-9b58-40bd-b11e-b3d18fc32698', '0282e19d-bf41-435d-92a4-99bab93af305'];
  return {
    id: '78f1fdfd-4d01-4e20-9e7d-792f1f0cba47',
    state,
    schedule: { startDateTime: '2021-12-12T20:08:52.82Z', expiration: { endDateTime: end, type: 'afterDateTime' } },
    target: {
      objectId: '2bc42425-6dc5-4f2a-9ebb-7a7464481eb0',
      displayName: 'Adele Vance',
      subjectType: 'user',
    },
    accessPackage: {
      id: '8ca95b77-5991-438f-b0a4-f5fa02fb93e0',
      displayName: 'Marketing campaign',
      catalog: { id: CATALOG, displayName: 'Marketing', privilegeLevel },
      resourceRoleScopes: [
        gives('Owner', 'AadGroup', `Owner_${owned}`, owned),
        gives('Member', 'AadGroup', `Member_${joined}`, joined),
        gives('Contributors', 'SharePointOnline', '4', 'https://contoso.sharepoint.com/sites/campaign'),
      ],
    },
  };
}
