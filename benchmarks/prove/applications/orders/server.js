import { randomUUID } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { price } from './lib/price.js';

const config = JSON.parse(await readFile('config.json', 'utf8'));
const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'));

async function answer(request) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/healthz') return { status: 200, body: { ok: true, uptime: process.uptime() } };
  if (pathname === '/') {
    const page = await readFile('views/index.html', 'utf8');
    const values = { name: config.name, price: price(1250), now: new Date().toISOString() };
    return { status: 200, html: page.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]) };
  }
  if (pathname === '/orders' && request.method === 'POST') {
    const order = { id: randomUUID(), at: Date.now(), total: price(990) };
    await appendFile('/data/orders.jsonl', `${JSON.stringify(order)}\n`);
    return { status: 201, body: order };
  }
  if (pathname === '/orders')
    return { status: 200, body: { limit: config.limit, count: (await readFile('/data/orders.jsonl', 'utf8')).split('\n').length - 1 } };
  if (pathname === '/version') return { status: 200, body: { version, pid: process.pid } };
  return { status: 404, body: { error: 'there is no such page' } };
}

const server = createServer(async (request, response) => {
  const { status, body, html } = await answer(request).catch((error) => ({
    status: 500,
    body: { error: process.env.NODE_ENV === 'production' ? 'something went wrong' : String(error.stack) },
  }));
  response.writeHead(status, { 'content-type': html ? 'text/html' : 'application/json', 'x-request-id': randomUUID() });
  response.end(html ?? JSON.stringify(body));
});
server.listen(Number(process.env.PORT ?? 8080));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
