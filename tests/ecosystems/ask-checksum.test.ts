import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { askChecksum } from '../../src/ecosystems/ask-checksum.ts';

const file = 'a file of the publisher';
const sha256 = createHash('sha256').update(file).digest('hex');

interface Sent {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | ReadableStream<Uint8Array>;
}

/** Asks servers that answer by address; what is asked is written down. */
async function ask(answers: Readonly<Record<string, Sent>>, maximumBytes = 1000) {
  const asked: string[] = [];
  const answer = await askChecksum('https://example.com/file', {
    timeoutSeconds: 5,
    maximumBytes,
    async fetch(url, init) {
      asked.push(url);
      expect(init.redirect).toBe('manual');
      const { status = 200, headers = {}, body = '' } = answers[url] ?? { status: 404 };
      return new Response(body, { status, headers });
    },
  });
  return { answer, asked };
}

describe('what an address serves', () => {
  it('is counted, redirects over https followed', async () => {
    const { answer, asked } = await ask({
      'https://example.com/file': { status: 302, headers: { location: '/other' } },
      'https://example.com/other': { status: 307, headers: { location: 'https://cdn.example.com/x' } },
      'https://cdn.example.com/x': { body: file, headers: { 'content-length': String(file.length) } },
    });
    expect(answer).toEqual({ kind: 'served', served: { sha256, bytes: file.length } });
    expect(asked).toHaveLength(3);
  });

  it.each<[string, Readonly<Record<string, Sent>>, RegExp]>([
    ['is not there', {}, /example\.com answered 404/],
    [
      'is behind an address without TLS',
      { 'https://example.com/file': { status: 301, headers: { location: 'http://127.0.0.1:8080/x' } } },
      /not served over https/,
    ],
    [
      'is a circle of redirects',
      { 'https://example.com/file': { status: 301, headers: { location: 'https://example.com/file' } } },
      /too often/,
    ],
    ['is larger than is read', { 'https://example.com/file': { body: 'x'.repeat(1001) } }, /more than 1000 bytes/],
    [
      'is compressed on its way',
      { 'https://example.com/file': { body: file, headers: { 'content-encoding': 'gzip' } } },
      /encoded, as gzip/,
    ],
    ['is nothing', { 'https://example.com/file': { body: '' } }, /ended early/],
    [
      'ends before its announced end',
      { 'https://example.com/file': { body: file, headers: { 'content-length': '900' } } },
      /ended early/,
    ],
    [
      'redirects to nowhere',
      { 'https://example.com/file': { status: 301, headers: { location: 'https://[' } } },
      /Invalid URL/,
    ],
  ])('is not known where it %s', async (_, answers, reason) => {
    const { answer } = await ask(answers);
    expect(answer).toEqual({ kind: 'unknown', reason: expect.stringMatching(reason) });
  });

  it('is given up at the limit, however much comes', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 100;
        controller.enqueue(new Uint8Array(100));
      },
    });
    const { answer } = await ask({ 'https://example.com/file': { body: endless } });
    expect(answer.kind).toBe('unknown');
    expect(sent).toBeLessThan(2000);
  });
});
