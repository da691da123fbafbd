import type { IncomingMessage, ServerResponse } from 'node:http';
import polka from 'polka';
import { Carts, type Item } from './carts';

const port = Number(process.env.PORT ?? 8080);
const carts = new Carts(Number(process.env.CART_TTL_SECONDS ?? 0));
let requests = 0;

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  requests += 1;
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > 100_000) throw new Error('the body is too long');
  }
  return Buffer.concat(chunks);
}

function isItem(value: unknown): value is Item {
  return (
    typeof value === 'object' &&
    value !== null &&
    'product' in value &&
    typeof value.product === 'string' &&
    'count' in value &&
    typeof value.count === 'number'
  );
}

const application = polka()
  .get('/healthz', (_request, response) => answer(response, 200, 'application/json', '{"status":"ok"}'))
  .get('/metrics', (_request, response) =>
    answer(
      response,
      200,
      'text/plain; version=0.0.4',
      [
        '# TYPE http_requests_total counter',
        `http_requests_total ${requests}`,
        '# TYPE carts gauge',
        `carts ${carts.size}`,
        '# TYPE process_resident_memory_bytes gauge',
        `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
        '',
      ].join('\n'),
    ),
  )
  .post('/carts/:customer', async (request, response) => {
    const body = await bodyOf(request);
    const item: unknown = JSON.parse(body.toString() || 'null');
    if (!isItem(item)) return answer(response, 400, 'application/json', '{"error":"product and count are missing"}');
    const { product, count } = item;
    const items = carts.add(String(request.params.customer), { product, count }, body, Date.now());
    answer(response, 200, 'application/json', JSON.stringify(items));
  });

const server = application.listen(port, () => console.log(`carts listens on port ${port}`)).server;

setInterval(() => {
  const forgotten = carts.sweep(Date.now());
  if (forgotten > 0) console.log(`${forgotten} carts forgotten`);
}, 5_000).unref();

process.on('SIGTERM', () => {
  console.log('stopping');
  server?.close(() => process.exit(0));
  server?.closeIdleConnections();
});
