// A real Chromium, and a page under observation: its requests, its errors, and what its policy forbids.

import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';

const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function launch() {
  const executablePath = PLACES.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('no Chromium: set CHROMIUM to one');
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** Opens a page on `base`, and records what it does. */
export async function open(browser, base, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const noticed = [];
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on('request', (request) => {
    if (!request.url().startsWith(base)) noticed.push(`asks for ${request.url()}`);
  });
  page.on('requestfailed', (request) => noticed.push(`does not get ${request.url()}`));
  page.on('response', (response) => {
    if (!response.ok()) noticed.push(`${response.status()} for ${response.url()}`);
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) noticed.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => noticed.push(`throws ${error}`));
  await page.exposeFunction('noticeViolation', (what) => noticed.push(`violates its policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.noticeViolation(`${event.violatedDirective} by ${event.blockedURI} ${event.sample}`);
    });
  });
  await page.goto(base);
  await page.locator('#starting').waitFor({ state: 'detached' });
  return { context, page, noticed };
}

export async function sample(page, name) {
  await page.getByRole('button', { name, exact: true }).click();
}
