// Accessible as far as a program can tell, in both color schemes, narrow and wide, and without sideways scrolling.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { open, sample } from './browser.js';
import { check, same } from './checks.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function audit(page, what) {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
  same(
    `axe, ${what}`,
    violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))]),
    [],
  );
  check(`axe has looked, ${what}`, passes.length > 20, passes.length);
}

async function fits(page, what) {
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.scrollingElement;
    const over = [...document.querySelectorAll('body *')].filter(
      (it) => it.getBoundingClientRect().right > clientWidth + 1,
    );
    return scrollWidth > clientWidth || over.length > 0
      ? over.map((it) => it.outerHTML.slice(0, 80)).slice(0, 5)
      : null;
  });
  same(`fits, ${what}`, wide, null);
}

async function named(page, what) {
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, textarea, summary, a[href]')]
      .filter((it) => it.checkVisibility())
      .filter((it) => !(it.ariaLabel ?? it.labels?.[0]?.textContent ?? it.textContent).trim())
      .map((it) => it.outerHTML),
  );
  same(`every control has a name, ${what}`, nameless, []);
}

export async function access(browser, base) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [320, 1280]) {
      const at = `${colorScheme}, ${width}`;
      const options = { colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' };
      const { context, page, noticed } = await open(browser, base, options);
      const look = async (what) => {
        await audit(page, `${at}, ${what}`);
        await fits(page, `${at}, ${what}`);
        await named(page, `${at}, ${what}`);
      };
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      same(`the color of the page, ${at}`, paper, colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(13, 17, 23)');
      await look('at first');
      await page.getByRole('button', { name: 'Explain' }).click();
      await look('with errors');
      await sample(page, 'Catalog reader');
      await page.locator('#level').selectOption('privileged');
      await look('out of date');
      await sample(page, 'By its request');
      await page.locator('#payload summary').click();
      await look('accepted');
      await sample(page, 'Catalog reader');
      const sentence = await page.locator('#sentence').boundingBox();
      check(`the verdict is in view, ${at}`, sentence.y > 0 && sentence.y + sentence.height < 800, sentence);
      await sample(page, 'By its request');
      await page.getByRole('button', { name: 'Reprocess its request' }).click();
      await page.locator('#actions > li').first().getByText('Failed', { exact: true }).click();
      await look('played');
      check(
        `picture or list, ${at}`,
        (await page.locator('#picture').isVisible()) !== (await page.locator('#states').isVisible()),
      );
      await sample(page, 'Privileged catalog');
      await look('refused');
      const moves = await page.evaluate(
        () =>
          [...document.querySelectorAll('*')].filter((it) => getComputedStyle(it).transitionDuration !== '0s').length,
      );
      same(`nothing moves, ${at}`, moves, 0);
      same(`noticed, ${at}`, noticed, []);
      await context.close();
    }
  }
}
