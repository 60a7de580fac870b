// The vectors in `tests/vectors`, asked as `tests/ask` asks them.
import { readFileSync } from 'node:fs';

import { QuestionError } from 'access-package';

import { check, same } from './check.js';

const read = (name) => JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}`, import.meta.url), 'utf8'));
const lifecycle = read('lifecycle.json');

/** An instant before every end. */
const NOW = '0001-01-01T00:00:00Z';

/** The answer, or the error as the crate gives it. A promise of it, if the crate returns a promise. */
function answer(crate, operation, question) {
  const failed = (error) => {
    if (!(error instanceof QuestionError)) throw error;
    const { code, message, data, place } = error;
    return { error: { code, message, data, place } };
  };
  try {
    const answer = crate[operation](question);
    return answer instanceof Promise ? answer.catch(failed) : answer;
  } catch (error) {
    return failed(error);
  }
}

/** The steps of each remedy. */
const stepsOf = ({ remedies }) => (remedies ?? []).map(({ steps }) => steps);

export function gate(crate) {
  const { assignment, cases } = read('gate.json');
  for (const given of cases) {
    const { account, permissions, roles, privilegeLevel, state, verdict, role, reasons, remedies } = given;
    const stored = {
      format: 1,
      id: '00000000-0000-0000-0000-00000000000a',
      catalog: { id: assignment.catalog, privilegeLevel },
      accessPackage: '00000000-0000-0000-0000-00000000000b',
      target: '00000000-0000-0000-0000-00000000000d',
      targetType: null,
      state,
      end: null,
      attempt: 0,
      resourceRoles: null,
    };
    check(JSON.stringify(given), () => {
      const told = crate.evaluate({ caller: { account, permissions, roles }, stored, now: NOW });
      same(
        {
          verdict: told.verdict,
          role: told.role ?? null,
          reasons: (told.reasons ?? []).map(({ code }) => code),
          remedies: stepsOf(told),
        },
        { verdict, role, reasons, remedies },
      );
    });
  }
}

/** The word of a load for the crate's answer. */
function loaded({ error, result, event }) {
  if (error === undefined) return result === 'unchanged' && event === null ? 'loaded' : result;
  const { code, place } = error;
  if (code !== 'malformed') return place === 'stored' ? code : place;
  if (place.startsWith('stored.resourceRoles[')) return 'malformedResourceRole';
  if (place === 'stored.state') return 'unknownState';
  return /^stored\.(id|catalog\.id|accessPackage|target)$/.test(place) ? 'malformedId' : place;
}

export function loads(crate) {
  for (const { stored, result } of lifecycle.loads) {
    check(JSON.stringify(stored), () => {
      same(loaded(answer(crate, 'expire', { stored, now: NOW })), result);
    });
  }
}

/** A caller who acts with a role holds it in the tenant. */
function asked_of({ do: operation, role, ...call }, stored) {
  if (role === undefined) {
    return [operation, { ...call, stored }];
  }
  const caller = {
    object: '00000000-0000-0000-0000-0000000000ca',
    account: 'workOrSchool',
    permissions: ['EntitlementManagement.ReadWrite.All'],
    roles: [{ role, scope: '/' }],
  };
  return ['reprocess', { ...call, caller, stored }];
}

/** The result, in the word of a trace. */
function result({ error, result, verdict, reasons }) {
  const reason = reasons?.[0].code;
  const ofRequest = ['requestDelivering', 'requestDelivered', 'requestExpired'];
  if (verdict === 'invalidState' && reason !== 'resourceRolesUnknown') return 'invalidState';
  if (ofRequest.includes(reason)) return 'invalidRequestState';
  return error?.code ?? result ?? reason ?? verdict;
}

export function traces(crate) {
  for (const { name, start, steps } of lifecycle.traces) {
    let { stored, actions } = crate.expire({ stored: start, now: NOW });
    for (const step of steps) {
      check(`${name}: ${JSON.stringify(step.call)}`, () => {
        const told = answer(crate, ...asked_of(step.call, stored));
        // A caller who may not reprocess learns nothing of the assignment, and a receipt that does not fit changes nothing.
        same('stored' in told, told.verdict !== 'unauthorized' && !told.error);
        ({ stored, actions } = { stored, actions, ...told });
        same(
          { result: result(told), remedies: stepsOf(told), event: told.event ?? null, actions, stored },
          { result: step.result, remedies: step.remedies, event: step.event, actions: step.actions, stored: step.stored },
        );
      });
    }
  }
}

/** As text, to the letter. Only the larger module knows all operations. */
export function asked(crate, whole) {
  for (const { operation, question, answer } of read('asked.json').asked) {
    const isKnown = operation !== 'read' && answer.error?.code !== 'unknownOperation';
    for (const it of isKnown ? [crate, whole] : [whole]) {
      check(`${operation} ${question}`, () => same(it.ask(operation, question), JSON.stringify(answer)));
    }
  }
  check('the smaller module does not read', () => {
    const { code, data } = JSON.parse(crate.ask('read', '{}')).error;
    same([code, data.required.includes('read'), data.actual], ['unknownOperation', false, 'read']);
  });
}

/** As objects, with the modules that are loaded when needed, and with the one that is passed. */
export async function reads(crate, whole) {
  for (const { operation, question, answer: expected } of read('asked.json').asked) {
    if (operation !== 'read' || expected.error?.code === 'malformed') continue;
    for (const it of [crate, whole]) {
      const told = await answer(it, operation, JSON.parse(question));
      check(question, () => same(told, expected));
    }
  }
}
