// Texts that people paste by mistake or on purpose: they lead to an error beside the field, and never to markup.

import { fieldsOf, SAMPLES } from '../samples.js';
import { sample } from './browser.js';
import { check, same } from './checks.js';

const { token, document } = fieldsOf(SAMPLES[0], Date.now());
const [head, payload, signature] = token.split('.');
const encoded = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const withPayload = (value) => [head, encoded(value), signature].join('.');
const claims = JSON.parse(Buffer.from(payload, 'base64url'));
const assignment = JSON.parse(document);
const utf16 = (text) => `ÿþ${[...text].join('\0')}\0`;

const TOKENS = [
  ['nothing', '', /Paste the access token/],
  ['words', 'hello world', /not a token/],
  ['two parts', `${head}.${payload}`, /2 of 3 parts/],
  ['an encrypted one', 'a.b.c.d.e', /encrypted/],
  ['an opaque one', `EwB${'A'.repeat(400)}`, /opaque/],
  ['garbage in it', `${head}.%%%.${signature}`, /base64url/],
  ['a part cut off', `${head}.${payload.slice(0, 41)}.${signature}`, /(base64url|not an object)/],
  ['no JSON', withPayload('no JSON'), /not an object/],
  ['a list', withPayload('[]'), /not an object/],
  ['a session of PowerShell', '{"TenantId":"","Scopes":[]}', /Only the command line/],
  ['no tenant', withPayload({ scp: 'User.Read' }), /tid/],
  ['a claim of another type', withPayload({ ...claims, scp: 7 }), /scp/],
  ['JSON that is cut off', '{"tid": "', /not an object/],
  ['markup', '<img src=x onerror=alert(1)>', /not a token/],
  ['too much', `${head}.${encoded({ ...claims, name: 'x'.repeat(5 << 20) })}.${signature}`, /too long/],
];

const DOCUMENTS = [
  ['nothing', '', /Paste the assignment/],
  ['the token', token, /field above/],
  ['HTML', '<!doctype html><title>Sign in</title>', /HTML/],
  ['half of it', document.slice(0, 200), /not JSON/],
  ['two of them', `${document}\n${document}`, /not JSON/],
  ['a member smuggled in', `${document},"x":1`, /not JSON/],
  ['a list', JSON.stringify([assignment]), /list/],
  ['an empty page', '{"value":[]}', /list is empty: check the filter/],
  ['a page', JSON.stringify({ value: [assignment, assignment] }), /one item/],
  [
    'an error of Graph',
    '{"error":{"code":"Forbidden","message":"<b>no</b>"}}',
    /Graph refused this call: Forbidden.*Make the call above/,
  ],
  [
    'a request',
    JSON.stringify({
      id: assignment.id,
      requestType: 'adminAdd',
      state: 'delivered',
      createdDateTime: '2026-01-01T00:00:00Z',
    }),
    /request/,
  ],
  ['a number', '7', /./],
  ['without its package', JSON.stringify({ ...assignment, accessPackage: undefined }), /expand/],
  ['a state nobody knows', document.replace('"delivered"', '"<b>lost</b>"'), /Line 3, column \d+: state: /],
  ['an end that is none', document.replace(/"endDateTime": "[^"]*"/, '"endDateTime": "soon"'), /endDateTime/],
  ['very deep', `${'['.repeat(200)}${']'.repeat(200)}`, /list/],
  [
    'very deep inside',
    document.replace(/"objectId": "[^"]*"/, `"objectId": ${'['.repeat(300)}${']'.repeat(300)}`),
    /objectId|recursion/,
  ],
];

const TAKEN = [
  ['with Bearer', 'token', `Bearer ${token}`],
  ['with the whole header', 'token', `Authorization: bearer ${token}`],
  ['with line breaks', 'token', `  ${token.replace(/.{60}/g, '$&\r\n')}\n`],
  ['in quotes', 'token', `"${token}"`],
  ['as the command line prints it', 'token', JSON.stringify({ accessToken: token, tokenType: 'Bearer' })],
  ['the payload alone', 'token', JSON.stringify(claims)],
  [
    'with padding',
    'token',
    [head, Buffer.from(JSON.stringify({ ...claims, name: 'Zoë' })).toString('base64'), signature].join('.'),
  ],
  ['a token with a byte order mark', 'token', `\uFEFF${token}`],
  ['a token in UTF-16', 'token', utf16(token)],
  ['a document with a byte order mark', 'document', `\uFEFF${document}`],
  ['a document in UTF-16', 'document', utf16(document)],
  ['a document on one line', 'document', JSON.stringify(assignment)],
];

async function explain(page, field, value) {
  await page.locator(`#${field}`).fill(value);
  await page.getByRole('button', { name: 'Explain' }).click();
}

async function isWrong(page, field, what, value, expected) {
  await sample(page, 'Accepted');
  await explain(page, field, value);
  const error = page.locator(`#${field}-error`);
  const text = (await error.isVisible()) ? await error.textContent() : 'no error';
  check(`${field}, ${what}`, expected.test(text) && text !== 'no error', text);
  check(`${field}, ${what}: in plain words`, text.length < 400 && !/\bundefined\b|\[object|NaN/.test(text), text);
  same(`${field}, ${what}: the focus`, await page.evaluate(() => globalThis.document.activeElement.id), field);
}

export async function hostile(page) {
  for (const [what, value, expected] of TOKENS) await isWrong(page, 'token', what, value, expected);
  for (const [what, value, expected] of DOCUMENTS) await isWrong(page, 'document', what, value, expected);
  for (const [what, field, value] of TAKEN) {
    await sample(page, 'Catalog reader');
    await explain(page, field, value);
    check(
      `${field}, ${what}: taken`,
      await page.locator(`#${field}-error`).isHidden(),
      await page.textContent(`#${field}-error`),
    );
    same(`${field}, ${what}: the verdict`, await page.getAttribute('#verdict', 'data-verdict'), 'unauthorized');
  }

  await sample(page, 'Accepted');
  await explain(
    page,
    'token',
    withPayload({ ...claims, aud: '8a7f5c0e-0000-4000-8000-000000000001', scp: undefined, nonce: 'n' }),
  );
  check('an ID token', /ID token/.test(await page.textContent('#token-error')));
  check('Graph would not take it', (await page.locator('[data-note="otherAudience"]').count()) === 1);
  await explain(page, 'token', withPayload({ ...claims, exp: 1 }));
  check('a token that has expired', (await page.locator('[data-note="expiredToken"]').count()) === 1);

  // Names are shown as they are.
  const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  const named = structuredClone(assignment);
  named.target.displayName = markup;
  named.accessPackage.resourceRoleScopes = [
    {
      role: { displayName: markup, originSystem: markup, originId: markup },
      scope: { originSystem: markup, originId: markup },
    },
  ];
  await page.locator('#token').fill(withPayload({ ...claims, name: markup }));
  await explain(page, 'document', JSON.stringify(named));
  await page.getByRole('button', { name: 'Reprocess the assignment' }).click();
  check(
    'shown as text',
    (await page.textContent('#actions')).includes(markup) &&
      (await page.textContent('#payload pre')).includes('<script>'),
  );
  same('no markup', await page.locator('main img, main script').count(), 0);
  check('nothing ran', (await page.title()).startsWith('Why'));

  // Roles that nobody has looked up leave a doubt, and the page says so.
  await sample(page, 'Accepted');
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Explain' }).click();
  check('in doubt', /as far as the roles are known/.test(await page.textContent('#sentence')));
  check('what to look up, for whom', (await page.textContent('[data-note="rolesNotInToken"]')).includes(claims.oid));
  await page.getByLabel('The caller has none').check();
  await page.getByRole('button', { name: 'Explain' }).click();
  check('looked up', /^Refused: /.test(await page.textContent('#sentence')));
  same('nothing more is not known', await page.locator('[data-note="rolesNotInToken"]').count(), 0);

  await lists(page);

  await sample(page, 'By its request');
  await page.locator('#completed').fill('');
  await page.getByRole('button', { name: 'Explain' }).click();
  check('no time', await page.locator('#completed-error').isVisible());
  await page.locator('#completed').fill('2021-01-01T00:00:00');
  await page.getByRole('button', { name: 'Explain' }).click();
  same('too old', await page.locator('[data-reason]').getAttribute('data-reason'), 'requestTooOld');
}

const CATALOG = assignment.accessPackage.catalog.id;
const OWNER = 'ae79f266-94d4-4dab-b730-feca7e132178';
const held = (of) => ({
  principalId: claims.oid,
  roleDefinitionId: OWNER,
  appScopeId: `/AccessPackageCatalog/${CATALOG}`,
  ...of,
});

const LISTS = [
  ['nothing', '', /Paste the list/],
  ['no JSON', '<html>', /not JSON/],
  ['no list', '{"values":[]}', /not a list/],
  [
    'a part of it',
    JSON.stringify({ value: [held()], '@odata.nextLink': 'https://graph.microsoft.com/' }),
    /not the whole list/,
  ],
  ['of two', JSON.stringify({ value: [held(), held({ principalId: CATALOG })] }), /2 principals/],
  [
    'eligible ones',
    JSON.stringify({ value: [held()], '@odata.context': '…#roleManagement/directory/roleEligibilitySchedules' }),
    /eligible/,
  ],
  ['of something else', JSON.stringify({ value: [assignment, null, 7] }), /not a list/],
];

/** Roles as Graph lists them, which the crate reads by their ids. */
async function lists(page) {
  await sample(page, 'Personal account');
  await page.getByText('Paste them as Graph lists them').click();
  for (const [what, value, expected] of LISTS) {
    await page.locator('#listed').fill(value);
    await page.getByRole('button', { name: 'Add these' }).click();
    const error = page.locator('#listed-error');
    check(
      `listed, ${what}`,
      (await error.isVisible()) && expected.test(await error.textContent()),
      await error.textContent(),
    );
  }
  same('nothing was added', await page.locator('#held li').count(), 0);
  const listed = [
    [[held()], 'accepted'],
    [[held({ roleDefinitionId: OWNER.toUpperCase(), appScopeId: null, directoryScopeId: '/' })], 'accepted'],
    [[held({ appScopeId: `/AccessPackageCatalog/${OWNER}` })], 'unauthorized'],
    [[held({ roleDefinitionId: CATALOG }), held({ appScopeId: '/administrativeUnits/1' })], 'unauthorized'],
    [[held({ roleDefinitionId: CATALOG }), held()], 'accepted'],
    [[], 'unauthorized'],
  ];
  for (const [value, verdict] of listed) {
    await sample(page, 'Accepted');
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.locator('#listed').fill(JSON.stringify({ value }));
    await page.getByRole('button', { name: 'Add these' }).click();
    const known = value.filter((item) => item.roleDefinitionId !== CATALOG && !item.appScopeId?.startsWith('/admin'));
    same('so many were added', await page.locator('#held li').count(), known.length);
    const note = await page.textContent('#listed-note');
    same('what is unknown is said', (note.match(/is unknown, and does not count/g) ?? []).length, value.length - known.length);
    same('that it is empty is said', /list is empty/.test(note), value.length === 0);
    await page.getByRole('button', { name: 'Explain' }).click();
    same(`listed, ${JSON.stringify(value)}`, await page.getAttribute('#verdict', 'data-verdict'), verdict);
    same('they are looked up', await page.locator('[data-note="rolesNotInToken"]').count(), 0);
  }

  // R43: the level of the catalog, if it matters and is unknown.
  for (const [role, matters] of [
    ['Catalog owner', 1],
    ['Global Administrator', 0],
  ]) {
    const unknown = structuredClone(assignment);
    delete unknown.accessPackage.catalog.privilegeLevel;
    await sample(page, 'Accepted');
    await page.locator('#held select').first().selectOption(role);
    await page.locator('#held select').last().selectOption('the tenant');
    await explain(page, 'document', JSON.stringify(unknown));
    same(
      `a level that is not known, ${role}`,
      await page.locator('[data-note="catalogLevelNotKnown"]').count(),
      matters,
    );
    await page.getByLabel('Privilege level').selectOption('privileged');
    await page.getByRole('button', { name: 'Explain' }).click();
    same(
      `privileged, ${role}`,
      await page.getAttribute('#verdict', 'data-verdict'),
      matters ? 'unauthorized' : 'accepted',
    );
  }
}
