// The vectors, answered in the browser by the WebAssembly of the page.

import { same } from './checks.js';
import { GATE, LIFE, sorted } from './files.js';

const NOW = '0001-01-01T00:00:00Z';

/** Answers many questions in the page. Each question is a list of an operation and its input. */
async function answers(page, questions) {
  return page.evaluate(async (asked) => {
    const { ask } = await import(new URL('engine.js', document.baseURI));
    return asked.map(([operation, question]) => ask(operation, question));
  }, questions);
}

const stored = (state, privilegeLevel) => ({
  format: 1,
  id: '00000000-0000-0000-0000-00000000000a',
  catalog: { id: GATE.assignment.catalog, privilegeLevel },
  accessPackage: '00000000-0000-0000-0000-00000000000b',
  target: '00000000-0000-0000-0000-00000000000d',
  targetType: null,
  state,
  end: null,
  attempt: 0,
  resourceRoles: null,
});

export async function gate(page) {
  const questions = GATE.cases.map(({ account, permissions, roles, privilegeLevel, state }) => [
    'evaluate',
    { caller: { account, permissions, roles }, stored: stored(state, privilegeLevel), now: NOW },
  ]);
  const answered = await answers(page, questions);
  GATE.cases.forEach((it, number) => {
    const { verdict, role = null, reasons = [], remedies = [] } = answered[number];
    const found = [verdict, role, sorted(reasons.map(({ code }) => code)), sorted(remedies.map(({ steps }) => steps))];
    same(`gate ${number}`, found, [it.verdict, it.role, sorted(it.reasons), sorted(it.remedies)]);
  });
  return GATE.cases.length;
}

function question(call, assignment) {
  const { now } = call;
  if (call.do === 'record') return ['record', { stored: assignment, receipt: call.receipt, now }];
  if (call.do === 'expire') return ['expire', { stored: assignment, now }];
  const caller = {
    object: '00000000-0000-0000-0000-0000000000ca',
    account: 'workOrSchool',
    permissions: ['EntitlementManagement.ReadWrite.All'],
    roles: [{ role: call.role, scope: '/' }],
  };
  return [
    'reprocess',
    { caller, stored: assignment, now, gives: call.gives, observed: call.observed, request: call.request ?? null },
  ];
}

/** Each step of every trace: from what the vector has before it to what it has after it. */
export async function life(page) {
  const steps = LIFE.traces.flatMap(({ name, start, steps: calls }) =>
    calls.map((step, number) => ({
      name: `${name}, step ${number}`,
      before: number === 0 ? start : calls[number - 1].stored,
      ...step,
    })),
  );
  const answered = await answers(
    page,
    steps.map(({ call, before }) => question(call, before)),
  );
  steps.forEach(({ name, before, event, stored: after, actions, remedies }, number) => {
    const answer = answered[number];
    const helps = (answer.remedies ?? []).map(({ steps }) => steps);
    // A caller who may not reprocess learns of no actions.
    const found = [answer.event ?? null, answer.stored ?? before, answer.actions ?? actions, helps];
    same(name, whole(found), whole([event, after, actions, remedies]));
  });
  return steps.length;
}

/** With the members of objects and the items of lists in one order. */
function whole(value) {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(whole(item))).sort();
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, whole(value[key])]),
  );
}
