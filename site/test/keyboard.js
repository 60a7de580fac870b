// The walk through the page with the keyboard alone.

import { check, same } from './checks.js';

const focused = (page) =>
  page.evaluate(() => {
    const { id, tagName, textContent, ariaLabel } = document.activeElement;
    return { id, name: ariaLabel ?? textContent.trim(), tagName };
  });

/** Tabs to the element with this id or name. */
async function tabTo(page, wanted, key = 'Tab') {
  for (let presses = 0; presses < 200; presses += 1) {
    const { id, name } = await focused(page);
    if (id === wanted || name === wanted) return true;
    await page.keyboard.press(key);
  }
  check(`${wanted} is reached`, false);
  return false;
}

export async function keyboard(page) {
  await page.keyboard.press('Tab');
  same('first comes the way past the head', (await focused(page)).name, 'Skip to the form');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Catalog reader');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  check('the focus is seen', outline !== 'none', outline);
  await page.keyboard.press('Enter');
  same('the focus is on the verdict', (await focused(page)).id, 'verdict-title');
  check('it is refused', (await page.textContent('#sentence')).startsWith('Refused'));

  // Change the role, and ask again.
  await tabTo(page, 'add-role', 'Shift+Tab');
  await page.keyboard.press('Enter');
  same('the focus is on the new role', (await focused(page)).tagName, 'SELECT');
  check('the verdict is old', await page.locator('#stale').isVisible());
  await tabTo(page, 'Explain');
  await page.keyboard.press('Enter');
  check('it is accepted', (await page.textContent('#sentence')).startsWith('Accepted'));
  check('the verdict is new', await page.locator('#stale').isHidden());

  await tabTo(page, 'reprocess');
  await page.keyboard.press('Space');
  same('the focus stays', (await focused(page)).id, 'reprocess');
  for (let left = 3; left > 0; left -= 1) {
    do await page.keyboard.press('Tab');
    while (!(await focused(page)).name.startsWith('Fulfilled: '));
    await page.keyboard.press('Enter');
    check('the focus stays there', (await focused(page)).name.startsWith('Fulfilled: '));
  }
  check('it is delivered', (await page.textContent('#present')).startsWith('Now delivered, attempt 1'));

  // An error moves the focus to its field.
  await page.locator('#token').focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('nonsense');
  await tabTo(page, 'Explain');
  await page.keyboard.press('Enter');
  same('the focus is on what is wrong', (await focused(page)).id, 'token');
  const described = await page.evaluate(() => document.activeElement.getAttribute('aria-describedby').split(' '));
  check(
    'which says so',
    described.includes('token-error') && (await page.getAttribute('#token', 'aria-invalid')) === 'true',
  );
}
