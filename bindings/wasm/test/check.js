import assert from 'node:assert/strict';

const counts = new Map();
let shown = 0;

/** Counts whether this passes, in the current part. */
export function check(name, test) {
  const count = counts.get(check.part) ?? { passed: 0, failed: 0 };
  counts.set(check.part, count);
  try {
    test();
    count.passed += 1;
  } catch (error) {
    count.failed += 1;
    if (shown++ < 10) {
      console.log(`${check.part}: ${name}\n${error.stack}`);
    }
  }
}

export const same = assert.deepEqual;

/** Prints the counts, and returns the exit status. */
export function report() {
  const sum = { passed: 0, failed: 0 };
  for (const [part, { passed, failed }] of counts) {
    console.log(`${part}: ${passed} passed, ${failed} failed`);
    sum.passed += passed;
    sum.failed += failed;
  }
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}
