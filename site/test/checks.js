// Counts the checks that pass and those that fail.

let passed = 0;
const failures = [];

export function check(what, holds, found = '') {
  if (holds) passed += 1;
  else failures.push(`${what}${found === '' ? '' : `: ${typeof found === 'string' ? found : JSON.stringify(found)}`}`);
}

export function same(what, found, expected) {
  const [one, other] = [found, expected].map((value) => JSON.stringify(value));
  check(what, one === other, `${one}, and not ${other}`);
}

export function total() {
  for (const failure of failures) console.log(`FAILED ${failure}`);
  console.log(`${passed} passed, ${failures.length} failed`);
  return failures.length === 0;
}

export const counted = () => passed;
