import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/respond/clock.ts';
import type { Responder } from '../../src/respond/responder.ts';
import { secretFile } from '../../src/respond/secret-file.ts';
import { responderServer } from '../../src/respond/server.ts';
import { telemetry } from '../../src/respond/telemetry.ts';
import type { ReceivedWebhook } from '../../src/respond/webhook.ts';

const token = 'a-token-of-the-test';
const alert = { status: 'firing', labels: { alertname: 'Leak' }, startsAt: '2026-11-27T10:00:00Z', fingerprint: 'a1' };
const webhook = { version: '4', groupKey: '{}', alerts: [alert] };

describe('the responder’s HTTP interface', () => {
  let directory: string;
  let app: FastifyInstance;
  let url: string;
  let received: ReceivedWebhook[];
  let reception: Awaited<ReturnType<Responder['receive']>>;
  const clock = systemClock();

  async function start(webhooksPerSecond = 1000): Promise<void> {
    writeFileSync(path.join(directory, 'token'), `${token}\n`);
    app = responderServer({
      responder: {
        async receive(body) {
          received.push(body);
          return reception;
        },
        viewApproval: () => ({ kind: 'unknown', intent: undefined }),
        confirm: async () => ({ kind: 'unknown', intent: undefined }),
        isLeading: () => true,
        stop: async () => {},
      },
      telemetry: telemetry(() => {}, clock.wall),
      clock,
      tokens: secretFile(path.join(directory, 'token'), clock.now, () => {}),
      tls: undefined,
      bodyLimit: 64 * 1024,
      webhooksPerSecond,
      hasPolicy: () => true,
    });
    url = await app.listen({ host: '127.0.0.1', port: 0 });
  }
  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-respond-'));
    received = [];
    reception = { kind: 'decided', decisions: [] };
  });
  afterEach(async () => {
    await app.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/alerts`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    });

  it.each<[string, string, Record<string, string>, number]>([
    ['a webhook', JSON.stringify(webhook), {}, 200],
    ['no token', JSON.stringify(webhook), { authorization: '' }, 401],
    ['a wrong token', JSON.stringify(webhook), { authorization: 'Bearer a-token-of-the-tesT' }, 401],
    ['the token by another scheme', JSON.stringify(webhook), { authorization: `Basic ${token}` }, 401],
    ['a token and more', JSON.stringify(webhook), { authorization: `Bearer ${token} x` }, 401],
    ['no JSON', '{', {}, 400],
    ['JSON that is no webhook', '[]', {}, 400],
    ['another version', JSON.stringify({ ...webhook, version: '3' }), {}, 400],
    ['a prototype in disguise', '{"version":"4","groupKey":"","alerts":[],"__proto__":{"x":1}}', {}, 200],
    ['another kind of content', JSON.stringify(webhook), { 'content-type': 'text/html' }, 415],
    ['too many alerts', JSON.stringify({ ...webhook, alerts: Array.from({ length: 2001 }, () => 0) }), {}, 400],
    ['a body that is too large', ' '.repeat(65 * 1024), {}, 413],
  ])('%s', async (_, body, headers, status) => {
    await start();
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect(received).toHaveLength(status === 200 ? 1 : 0);
    expect(await response.text()).not.toContain('stack');
  });

  it('takes a label that is named like a prototype for a label', async () => {
    await start();
    const text = JSON.stringify(webhook).replace('"labels":{', '"labels":{"__proto__":"a","constructor":"b",');
    expect((await post(text)).status).toBe(200);
    const [first] = received[0]?.alerts ?? [];
    expect(first && 'labels' in first ? [...first.labels] : first).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['alertname', 'Leak'],
    ]);
  });

  it('reads no more at once than the pod has memory for, and has room again afterwards', async () => {
    await start();
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': String(64 * 1024),
    };
    // Each says that it sends 64 KiB, and sends but one byte.
    const agent = new http.Agent({ maxSockets: 200 });
    const begun = Array.from({ length: 130 }, () => {
      const request = http.request(`${url}/alerts`, { method: 'POST', agent, headers });
      const answer = new Promise<number | undefined>((resolve) => {
        request.on('response', (response) => resolve(response.statusCode));
        request.on('error', () => resolve(undefined));
      });
      request.write('{');
      return { request, answer };
    });
    const refused = await Promise.race([
      Promise.all(begun.slice(0, 128).map(({ answer }) => answer)),
      Promise.all(begun.slice(128).map(({ answer }) => answer)),
    ]);
    expect(refused).toEqual([503, 503]);
    for (const { request } of begun) request.destroy();
    await expect.poll(async () => (await post(JSON.stringify(webhook))).status).toBe(200);
    agent.destroy();
  });

  it('takes alerts that are not understood apart, and decides about the others', async () => {
    await start();
    const bad = [
      null,
      'text',
      {},
      { ...alert, status: 'burning' },
      { ...alert, startsAt: 'yesterday' },
      { ...alert, labels: [] },
      { ...alert, labels: { alertname: 1 } },
      { ...alert, labels: { namespace: 'x' } },
      { ...alert, labels: { alertname: 'x', big: 'x'.repeat(5000) } },
    ];
    const unusual = {
      ...alert,
      labels: { alertname: 'Leak\u0000\u001b[31m', 'unknown-label': '\u202e' },
      fingerprint: '../../x',
    };
    expect((await post(JSON.stringify({ ...webhook, alerts: [...bad, alert, unusual] }))).status).toBe(200);
    const kinds = received[0]?.alerts.map((each) => ('malformed' in each ? 'malformed' : each.fingerprint));
    expect(kinds?.slice(0, bad.length)).toEqual(bad.map(() => 'malformed'));
    expect(kinds?.slice(bad.length)).toEqual(['a1', expect.stringMatching(/^[0-9a-f]{16}$/)]);
  });

  it('reads no more of 100 MB than it has to', async () => {
    await start();
    const { status, sent } = await flood(url, token, 100 * 1024 * 1024);
    expect(status).toBe(413);
    expect(sent).toBeLessThan(20 * 1024 * 1024);
  });

  it('reads nothing of 100 MB from somebody unknown', async () => {
    await start();
    const { status, sent } = await flood(url, 'nobody', 100 * 1024 * 1024);
    expect(status).toBe(401);
    expect(sent).toBeLessThan(20 * 1024 * 1024);
  });

  it('answers 503 where another instance acts, so that Alertmanager tries again, on another connection', async () => {
    reception = { kind: 'standby' };
    await start();
    const response = await post(JSON.stringify(webhook));
    expect([response.status, response.headers.get('connection')]).toEqual([503, 'close']);
  });

  it('turns away what is too much, and says when to come again', async () => {
    await start(5);
    const codes = await Promise.all(
      Array.from({ length: 40 }, async () => (await post(JSON.stringify(webhook))).status),
    );
    expect(codes.filter((code) => code === 200).length).toBeLessThan(20);
    expect(new Set(codes)).toEqual(new Set([200, 429]));
    expect((await post(JSON.stringify(webhook))).headers.get('retry-after')).toBe('5');
  });

  it('answers guesses of the token more and more seldom', async () => {
    await start();
    const guess = async () => (await post('{}', { authorization: 'Bearer guess' })).status;
    const codes = await Promise.all(Array.from({ length: 80 }, guess));
    expect(codes.filter((code) => code === 401).length).toBeLessThan(75);
    expect((await post(JSON.stringify(webhook))).status).toBe(200);
  });

  it('takes a renewed token, and each of two', async () => {
    await start();
    writeFileSync(path.join(directory, 'token'), `${token}\nanother-token-of-the-test\n`);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect((await post(JSON.stringify(webhook), { authorization: 'Bearer another-token-of-the-test' })).status).toBe(
      200,
    );
    expect((await post(JSON.stringify(webhook))).status).toBe(200);
    writeFileSync(path.join(directory, 'token'), '');
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect((await post(JSON.stringify(webhook))).status).toBe(200);
  });

  it('has health, metrics and pages that nothing loads, frames or keeps', async () => {
    await start();
    await post(JSON.stringify(webhook));
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n');
    expect(await (await fetch(`${url}/readyz`)).text()).toBe('ok, leading\n');
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('plimsoll_respond_webhooks_total{code="200"} 1');
    const page = await fetch(`${url}/approve/%3Cscript%3E`);
    expect(page.status).toBe(404);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).not.toContain('<script');
  });
});

/** Sends as much as is taken until there is an answer. */
function flood(url: string, token: string, bytes: number): Promise<{ readonly status: number; readonly sent: number }> {
  return new Promise((resolve) => {
    let sent = 0;
    const chunk = Buffer.alloc(256 * 1024, 32);
    const request = http.request(`${url}/alerts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    request.on('error', () => {});
    request.on('response', (response) => {
      response.resume();
      response.on('close', () => request.destroy());
      resolve({ status: response.statusCode ?? 0, sent });
    });
    const write = () => {
      while (sent < bytes && !request.destroyed) {
        sent += chunk.length;
        if (!request.write(chunk)) {
          request.once('drain', write);
          return;
        }
      }
      request.end();
    };
    write();
  });
}
