// Asks this package and Cedar's own the same question: `npm install --no-save @cedar-policy/cedar-wasm`, then `node
// bench/cedar.js`. First both answer the whole gate, and have to agree. It writes the table in README.md.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { load } from 'access-package';

const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs');
const read = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const crate = await load();

const parsed = cedar.preparsePolicySet('gate', { staticPolicies: read('src/policy/gate.cedar') });
if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed));

const { assignment, cases: all } = JSON.parse(read('tests/vectors/gate.json'));
const { roleName, state: word } = JSON.parse(read('src/ask/schema.json')).$defs;
// Before a host asks Cedar, it writes words and ids in one way.
const isUsual = ({ roles, state }) =>
  word.enum.includes(state) &&
  roles.every(({ role, scope }) => roleName.enum.includes(role) && /^\/(AccessPackageCatalog\/[0-9a-f-]{36})?$/.test(scope));
const cases = all.filter(isUsual);
const entity = (type, id) => ({ type: `AccessPackage::${type}`, id });
const reference = (type, id) => ({ __entity: entity(type, id) });
const types = { workOrSchool: 'User', application: 'Application', personal: 'PersonalAccount' };
const names = [...new Set(cases.flatMap(({ roles }) => roles.map(({ role }) => role)))];
const camel = (name) => name.split(' ').map((word, index) => (index ? word[0].toUpperCase() + word.slice(1) : word.toLowerCase())).join('');

/** The question as Cedar asks it. */
function call({ account, permissions, roles, privilegeLevel, state }) {
  const scope = `/AccessPackageCatalog/${assignment.catalog}`;
  const principal = entity(types[account], 'caller');
  const resource = entity('Assignment', '00000000-0000-0000-0000-00000000000a');
  const held = names.map((name) => [
    camel(name),
    roles.filter(({ role }) => role === name).map(({ scope }) => reference('Scope', scope)),
  ]);
  return {
    principal,
    action: entity('Action', 'reprocess'),
    resource,
    context: {},
    preparsedPolicySetId: 'gate',
    entities: [
      {
        uid: principal,
        attrs: { permissions: permissions.map((name) => reference('Permission', name)), roles: Object.fromEntries(held) },
        parents: [],
      },
      {
        uid: resource,
        attrs: { state: reference('State', state), isPrivileged: privilegeLevel === 'privileged' },
        parents: [entity('Scope', scope)],
      },
      { uid: entity('Scope', scope), attrs: {}, parents: [entity('Scope', '/')] },
    ],
  };
}

/** The question as this package asks it. */
function question({ account, permissions, roles, privilegeLevel, state }) {
  return {
    caller: { account, permissions, roles },
    stored: {
      format: 1,
      id: '00000000-0000-0000-0000-00000000000a',
      catalog: { id: assignment.catalog, privilegeLevel },
      accessPackage: '00000000-0000-0000-0000-00000000000b',
      target: '00000000-0000-0000-0000-00000000000d',
      targetType: 'user',
      state,
      end: null,
      attempt: 0,
      resourceRoles: null,
    },
    now: '2026-11-28T12:00:00Z',
  };
}

function allows(call) {
  const answer = cedar.statefulIsAuthorized(call);
  if (answer.type !== 'success' || answer.response.diagnostics.errors.length) throw new Error(JSON.stringify(answer));
  return answer.response.decision === 'allow';
}

const isAsked = ({ account, permissions, roles, privilegeLevel }) =>
  account === 'workOrSchool' && permissions.join() === 'EntitlementManagement.ReadWrite.All' && roles.length === 1 &&
  privilegeLevel === 'standard';
const allowed = cases.find((given) => isAsked(given) && given.verdict === 'accepted' && given.roles[0].scope !== '/');
const refused = cases.find((given) => isAsked(given) && given.verdict === 'unauthorized');

const subjects = [allowed, refused].flatMap((given) => {
  const [ours, theirs, text] = [question(given), call(given), JSON.stringify(question(given))];
  return [() => crate.evaluate(ours), () => crate.ask('evaluate', text), () => allows(theirs)];
});

/** Calls per second of processor time, which does not depend on what else the machine does. */
function rate(run) {
  const spent = () => { const { user, system } = process.cpuUsage(); return user + system; };
  const during = (microseconds) => {
    const start = spent();
    let [calls, now] = [0, start];
    while (now - start < microseconds) {
      for (let count = 0; count < 20; count++) run();
      calls += 20;
      now = spent();
    }
    return (calls * 1e6) / (now - start);
  };
  during(500_000);
  return during(1_000_000);
}

// Each runs in a process of its own, in turns.
if (process.argv[2] !== undefined) {
  console.log(rate(subjects[process.argv[2]]));
} else {
  for (const given of cases) {
    const accepts = crate.evaluate(question(given)).verdict === 'accepted';
    if (allows(call(given)) !== accepts) throw new Error(`they disagree: ${JSON.stringify(given)}`);
  }
  console.log(`they agree on ${cases.length} cases`);
  const rates = subjects.map(() => []);
  for (let round = 0; round < 3; round++) {
    subjects.forEach((_, index) => {
      rates[index].push(Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(index)], { encoding: 'utf8' })));
    });
  }
  const figures = rates.map((rates) => Math.round(rates.sort((a, b) => a - b)[1]).toLocaleString('en'));
  const { version } = JSON.parse(read('bindings/wasm/node_modules/@cedar-policy/cedar-wasm/package.json'));
  const table = `Calls in a second of one core, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}. This package and Cedar
agree on the ${cases.length.toLocaleString('en')} cases of the gate that spell every role, scope and state in the usual way.

| answer | \`evaluate\` | \`ask\`, as text | \`@cedar-policy/cedar-wasm\` ${version} |
|---|--:|--:|--:|
| accepted | ${figures.slice(0, 3).join(' | ')} |
| refused; here with every reason and remedy | ${figures.slice(3).join(' | ')} |
`;
  console.log(table);
  const readme = new URL('../README.md', import.meta.url);
  const [before, after] = ['<!-- made: figures -->\n', '<!-- end: figures -->'];
  const [head, rest] = readFileSync(readme, 'utf8').split(before);
  writeFileSync(readme, head + before + table + after + rest.split(after)[1]);
}
