// The page in a real Chromium: `npm ci && npm test`, after `../build`.

import { access } from './access.js';
import { launch, open } from './browser.js';
import { check, counted, same, total } from './checks.js';
import { hostile } from './hostile.js';
import { keyboard } from './keyboard.js';
import { life } from './life.js';
import { serve } from './server.js';
import * as vectors from './vectors.js';
import { verdicts } from './verdicts.js';

const server = await serve();
const browser = await launch();

/** One part of the walk, on a page of its own, which sends no request once it has started. */
async function part(name, walk) {
  const before = counted();
  const { context, page, noticed } = await open(browser, server.base);
  const loaded = server.asked.length;
  let found;
  try {
    found = await walk(page);
  } catch (error) {
    check(name, false, String(error));
  }
  same(`${name}: noticed`, noticed, []);
  // Chromium fetches the icon at any time.
  const later = server.asked.slice(loaded).filter((path) => !path.endsWith('/icon.svg'));
  same(`${name}: asked for afterwards`, later, []);
  const { cookies, origins } = await context.storageState({ indexedDB: true });
  same(`${name}: nothing is stored`, [cookies, origins], [[], []]);
  await context.close();
  console.log(`${name}: ${found === undefined ? '' : `${found} vectors, `}${counted() - before} checks hold`);
}

const PARTS = {
  verdicts: () => part('verdicts', verdicts),
  life: () => part('life cycle', life),
  keyboard: () => part('keyboard', keyboard),
  hostile: () => part('hostile input', hostile),
  vectors: async () => {
    await part('vectors of the gate', vectors.gate);
    await part('vectors of the life cycle', vectors.life);
  },
  access: () => access(browser, server.base),
};

try {
  const wanted = process.argv.slice(2);
  for (const name of wanted.length > 0 ? wanted : Object.keys(PARTS)) await PARTS[name]();
} catch (error) {
  check('the walk ends', false, String(error));
} finally {
  await browser.close();
  await server.close();
}
process.exitCode = total() ? 0 : 1;
