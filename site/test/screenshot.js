// Makes `../screenshot.png`, the picture in the README: `node screenshot.js`. With a folder, it makes pictures of everything to
// look at.

import { fileURLToPath } from 'node:url';

import { launch, open, sample } from './browser.js';
import { serve } from './server.js';

const folder = process.argv[2];
const server = await serve();
const browser = await launch();

async function pictures(name, options, shots) {
  const { context, page } = await open(browser, server.base, options);
  await page.clock.setFixedTime(new Date('2026-11-28T12:00:00Z'));
  await shots(page, name);
  await context.close();
}

if (folder === undefined) {
  await pictures('', { viewport: { width: 1040, height: 700 } }, async (page) => {
    await sample(page, 'Privileged catalog');
    await page.evaluate(() => document.activeElement.blur());
    await page.screenshot({ path: fileURLToPath(new URL('../screenshot.png', import.meta.url)) });
  });
} else {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [320, 1280]) {
      await pictures(
        `${colorScheme}-${width}`,
        { colorScheme, viewport: { width, height: 900 } },
        async (page, name) => {
          const shot = (what) => page.screenshot({ path: `${folder}/${name}-${what}.png`, fullPage: what !== 'top' });
          await shot('top');
          await page.evaluate(() => {
            document.querySelector('#rules').hidden = true;
          });
          await sample(page, 'Personal account');
          await shot('refused');
          await sample(page, 'By its request');
          await page.getByRole('button', { name: 'Reprocess its request' }).click();
          await page.locator('#actions > li').first().getByText('Failed', { exact: true }).click();
          await shot('played');
          await page.locator('#token').fill('nonsense');
          await page.locator('#document').fill('{"value":[]}');
          await page.getByRole('button', { name: 'Explain' }).click();
          await shot('errors');
        },
      );
    }
  }
}
await browser.close();
await server.close();
