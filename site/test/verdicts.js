// Each sample gets the answer of the vectors, in the crate's words, with rules that the page carries.

import { SAMPLES, fieldsOf } from '../samples.js';
import { sample } from './browser.js';
import { check, same } from './checks.js';
import { GATE, REFUSALS, gate, plain, sorted } from './files.js';

const SCOPE = { tenant: '/', here: `/AccessPackageCatalog/${GATE.assignment.catalog}` };
const ELSEWHERE = GATE.cases
  .flatMap(({ roles }) => roles)
  .find(({ scope }) => !Object.values(SCOPE).includes(scope)).scope;

export async function verdicts(page) {
  for (const it of SAMPLES) {
    const { token, document, roles, completed } = fieldsOf(it, Date.now());
    const { state, accessPackage } = JSON.parse(document);
    const asked = {
      claims: JSON.parse(Buffer.from(token.split('.')[1], 'base64url')),
      roles: roles.map(({ role, held }) => ({ role, scope: SCOPE[held] ?? ELSEWHERE })),
      level: accessPackage.catalog.privilegeLevel,
      // R31: a caller who may reprocess an assignment may reprocess the request that it came from.
      state: completed === null ? state : 'delivered',
    };
    await sample(page, it.name);
    await isAnswered(page, it.name, gate(asked));
  }
  const words = await page.locator('#verdict .rule-link').first().getAttribute('href');
  await page.locator('#verdict .rule-link').first().click();
  check('a rule is in view', await page.locator(`${words}:target`).isVisible());
}

async function isAnswered(page, name, vector) {
  const found = await page.evaluate(() => {
    const all = (selector, of) => [...document.querySelectorAll(selector)].map(of);
    return {
      verdict: document.querySelector('#verdict').dataset.verdict,
      sentence: document.querySelector('#sentence').textContent,
      role: document.querySelector('#sentence code')?.textContent ?? null,
      reasons: all('[data-reason]', (it) => ({
        code: it.dataset.reason,
        words: it.textContent,
        rules: [...it.querySelectorAll('a')].map((link) => link.textContent),
        targets: [...it.querySelectorAll('a')].map(
          (link) => document.querySelector(`${link.getAttribute('href')} h4`)?.textContent,
        ),
      })),
      remedies: all('[data-steps]', (it) => ({
        steps: it.dataset.steps.split(' '),
        words: [...it.querySelectorAll('li')].map((step) => step.textContent),
      })),
      focus: document.activeElement.id,
    };
  });
  same(`${name}: verdict`, found.verdict, vector.verdict);
  same(`${name}: role`, found.role, vector.role);
  same(`${name}: reasons`, sorted(found.reasons.map(({ code }) => code)), sorted(vector.reasons));
  same(`${name}: remedies`, sorted(found.remedies.map(({ steps }) => steps)), sorted(vector.remedies));
  check(`${name}: one sentence`, /^[^.]+(\([^)]*\))?\.$/.test(found.sentence), found.sentence);
  same(`${name}: focus`, found.focus, 'verdict-title');
  for (const { words, rules, targets } of found.reasons) {
    const rule = REFUSALS.find((row) => words.toLowerCase().startsWith(row.words.toLowerCase()));
    same(`${name}: rules of ${words}`, rules, rule?.rules);
    same(`${name}: their texts are there`, targets, rules);
  }
  for (const { steps, words } of found.remedies) {
    same(`${name}: so many steps`, words.length, steps.length);
    for (const step of words) {
      const says = plain(step).replace(/\.$/, '').toLowerCase();
      check(
        `${name}: words of a step`,
        REFUSALS.some(({ helps }) => helps.toLowerCase().includes(says)),
        says,
      );
    }
  }
}
