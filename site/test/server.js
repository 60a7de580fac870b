// A static server on loopback for one test. It serves the folder of the page below a path, and nothing else.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const SITE = fileURLToPath(new URL('..', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

export async function serve(below = '/some/folder/') {
  const asked = [];
  const server = createServer(async (request, response) => {
    asked.push(request.url);
    const path = new URL(request.url, 'http://localhost').pathname;
    const name = path.startsWith(below) ? normalize(path.slice(below.length) || 'index.html') : '..';
    try {
      if (name.startsWith('..')) throw new Error('outside');
      const body = await readFile(join(SITE, name));
      response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  // A test that hangs does not keep this process running.
  setTimeout(() => process.exit(1), 10 * 60_000).unref();
  return {
    /** Every request, in order. */
    asked,
    base: `http://127.0.0.1:${server.address().port}${below}`,
    close: () => new Promise((closed) => (server.closeAllConnections(), server.close(closed))),
  };
}
