// The life cycle, played on the page: to delivered, to deliveryFailed, back by the request, late outcomes, and the end.

import { sample } from './browser.js';
import { check, same } from './checks.js';
import { REFUSALS } from './files.js';

const now = (page) =>
  page.evaluate(() => ({
    said: document.querySelector('#present').textContent,
    list: document.querySelector('#states [aria-current]')?.textContent,
    marked: [...document.querySelectorAll('#life-picture .here')].map((box) => box.dataset.state),
    title: document.querySelector('#life-picture title').textContent,
    taken: [...document.querySelectorAll('#life-picture .taken')].map(({ dataset }) => `${dataset.from} ${dataset.to}`),
    last: document.querySelector('#log li')?.textContent ?? '',
    events: document.querySelectorAll('#log li').length,
    open: document.querySelectorAll('#actions .open').length,
  }));

/** The page shows the same state everywhere, and marks a move that is in the picture. */
async function isIn(page, what, state, { open = 0, taken = null } = {}) {
  const found = await now(page);
  check(`${what}: announced as ${state}`, found.said.startsWith(`Now ${state},`), found.said);
  same(`${what}: in the list`, found.list, state);
  same(`${what}: in the picture`, found.marked, [state]);
  check(`${what}: in its title`, found.title.endsWith(` ${state}`), found.title);
  same(`${what}: open actions`, found.open, open);
  if (taken !== null) same(`${what}: the arrow`, found.taken, [taken]);
  return found;
}

const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const outcome = (page, number, word) =>
  page.locator('#actions > li').nth(number).getByText(word, { exact: true }).click();

/** The actions of the last attempt, which comes first. */
async function outcomes(page, ...words) {
  for (const [number, word] of words.entries()) await outcome(page, number, word);
}

export async function life(page) {
  await sample(page, 'Accepted');
  await isIn(page, 'at first', 'delivered');
  same('nothing has happened at first', (await now(page)).events, 0);
  await press(page, 'Reprocess its request');
  check('a request that is delivered is refused', (await isIn(page, 'its request', 'delivered')).last.includes('R32'));
  await press(page, 'Reprocess the assignment');
  await isIn(page, 'accepted', 'delivering', { open: 3, taken: 'delivered delivering' });
  await press(page, 'Reprocess the assignment');
  check('not twice', (await isIn(page, 'again', 'delivering', { open: 3 })).last.includes('R10'));
  await outcome(page, 0, 'Fulfilled');
  await isIn(page, 'one of three', 'delivering', { open: 2 });
  await outcome(page, 1, 'Fulfilled');
  await outcome(page, 2, 'Fulfilled');
  await isIn(page, 'all fulfilled', 'delivered', { taken: 'delivering delivered' });
  await outcome(page, 2, 'Fulfilled');
  check('twice', (await now(page)).last.includes('known already'));

  await press(page, 'Reprocess the assignment');
  await outcome(page, 3, 'Failed');
  check(
    'of the attempt before',
    (await isIn(page, 'late', 'delivering', { open: 3 })).last.includes('another attempt'),
  );
  await outcomes(page, 'Failed', 'Failed', 'Failed');
  await isIn(page, 'all failed', 'deliveryFailed', { taken: 'delivering deliveryFailed' });
  const failed = REFUSALS.find(({ words, rules }) => rules[0] === 'R9' && words.includes('deliveryFailed')).words;
  await press(page, 'Reprocess the assignment');
  check('what has failed is not reprocessed', (await isIn(page, 'failed', 'deliveryFailed')).said.includes(failed));
  await press(page, 'Reprocess its request');
  await isIn(page, 'by its request', 'delivering', { open: 3, taken: 'deliveryFailed delivering' });
  await outcomes(page, 'Fulfilled', 'Failed', 'Fulfilled');
  await isIn(page, 'some failed', 'partiallyDelivered', { taken: 'delivering partiallyDelivered' });
  await outcome(page, 1, 'Fulfilled');
  await isIn(page, 'fulfilled after all', 'delivered', { taken: 'partiallyDelivered delivered' });

  await press(page, 'Reprocess the assignment');
  await outcomes(page, 'Failed', 'Failed', 'Failed');
  await press(page, '14 days later');
  await press(page, 'Reprocess its request');
  check('too old', (await isIn(page, '14 days later', 'deliveryFailed')).last.includes('R33'));
  await press(page, 'To its end');
  await isIn(page, 'at its end', 'expired', { taken: 'deliveryFailed expired' });
  const { events } = await now(page);
  await press(page, 'A day later');
  // The button says that it no longer has a use, but can be pressed.
  await page.getByRole('button', { name: 'To its end' }).click({ force: true });
  same('an end comes once', (await now(page)).events, events + 1);
  await outcome(page, 0, 'Fulfilled');
  check('after the end', (await isIn(page, 'late again', 'expired')).last.includes('after the end'));
  await press(page, 'Start again');
  same('all is gone', (await isIn(page, 'from the start', 'delivered')).events, 0);

  await sample(page, 'Still delivering');
  await isIn(page, 'from a document', 'delivering', { open: 3 });

  // R8: a caller who may not reprocess learns nothing, and nothing changes.
  await sample(page, 'Role held elsewhere');
  await press(page, 'Reprocess the assignment');
  const refused = await isIn(page, 'not allowed', 'delivered');
  const words = REFUSALS.find(({ rules }) => rules.join() === 'R3').words;
  check('it says why', refused.said.includes(words), refused.said);
}
