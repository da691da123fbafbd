import type { IncomingMessage, ServerResponse } from 'node:http';
import polka from 'polka';
import { accessLog } from './access-log';
import { allProducts, priceOf, productById } from './catalogue';
import { sign, verify } from './session';
import { readSettings } from './settings';

const settings = readSettings();

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 100_000) throw new Error('the body is too long');
  }
  return JSON.parse(text || '{}');
}

const application = polka()
  .use(accessLog(settings.logDirectory))
  .get('/healthz', (_request, response) => json(response, 200, { status: 'ok' }))
  .get('/products', (_request, response) => json(response, 200, allProducts()))
  .get('/products/:id', (request, response) => {
    const product = productById(String(request.params.id));
    json(response, product ? 200 : 404, product ?? { error: 'no such product' });
  })
  .post('/login', async (request, response) => {
    const { customer } = (await bodyOf(request)) as { customer?: string };
    if (!customer) return json(response, 400, { error: 'customer is missing' });
    json(response, 200, { token: sign(customer, settings.jwtSecret) });
  })
  .post('/cart/price', async (request, response) => {
    const customer = verify(String(request.headers.authorization ?? '').replace('Bearer ', ''), settings.jwtSecret);
    if (customer === undefined) return json(response, 401, { error: 'log in first' });
    const { items = [] } = (await bodyOf(request)) as { items?: { id: string; count: number }[] };
    const cents = priceOf(items);
    json(response, cents === undefined ? 422 : 200, cents === undefined ? { error: 'no such product' } : { cents });
  });

const server = application.listen(settings.port, () => {
  console.log(`shop listens on port ${settings.port}`);
  if (settings.paymentUrl) console.log(`payments go to ${settings.paymentUrl}`);
}).server;

process.on('SIGTERM', () => {
  console.log('stopping');
  server?.close(() => process.exit(0));
});
