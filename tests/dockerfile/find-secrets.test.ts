import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../src/core/mask-secrets.ts';
import { findSecrets } from '../../src/dockerfile/find-secrets.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { readRulePage } from '../rules/rule-page.ts';

function secretsOf(text: string) {
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
  return findSecrets(dockerfile).map((secret) => ({
    ...secret,
    value: text.slice(secret.range.start, secret.range.end),
  }));
}

const page = readRulePage(readFileSync('src/rules/secrets/secret-in-build.md', 'utf8'));
const texts = page.cases.filter(({ kind }) => kind === 'bad').flatMap(({ files }) => files.map(({ text }) => text));

describe('a secret that is found', () => {
  test.each(texts)('is masked in an excerpt of its line: %#', (text) => {
    const found = secretsOf(text);
    expect(found.length).toBeGreaterThan(0);
    for (const { range } of found) {
      const start = text.lastIndexOf('\n', range.start) + 1;
      const line = text.slice(start, text.indexOf('\n', range.start));
      expect(maskSecrets(line)).toContain('•••');
      for (const value of ['Zq8vK2pL9s', '4kq9ZxT2mB7w', 'ghp_9', 'glpat-x', '3f9a1c7e'])
        expect(maskSecrets(line)).not.toContain(value);
    }
  });
});

describe('how bad a secret is', () => {
  test.each([
    ['ENV DB_PASSWORD=postgres', 'weak'],
    ['ENV DB_PASSWORD=Zq8vK2pL9s', 'password'],
    ['ENV API_TOKEN=4kq9ZxT2mB7wP1sLrC3v', 'token'],
    ['RUN git clone https://bob:bob@example.com/x', 'weak'],
  ])('%s', (text, strength) => {
    expect(secretsOf(text).map((secret) => secret.strength)).toEqual([strength]);
  });
});

test.each([
  'ENV API_KEY=production',
  'ENV ROOT_PASS **None**',
  'ENV PASSWORD=password',
  'ENV TOKEN 00000000-0000-0000-0000-000000000000',
  'RUN echo "deb http://server:REPO_PASSWORD@example.com/ ./" > /etc/apt/sources.list',
  'RUN adduser --disabled-password --gecos "" bob',
  'RUN mysql -p -P 3306',
  'RUN docker run -p 8080:80 x',
  'RUN grep -q "BEGIN PRIVATE KEY" key || echo "-----BEGIN PRIVATE KEY-----"',
  'RUN curl --user "$USER:$PASSWORD" https://example.com',
  'LABEL token=build',
])('nothing is found in %s', (text) => {
  expect(secretsOf(text)).toEqual([]);
});

test('time is linear on a long hostile line', () => {
  const text = `RUN curl ${'-u a:b --password=$ '.repeat(20_000)}`;
  const start = performance.now();
  secretsOf(text);
  maskSecrets(text.slice(0, 400));
  expect(performance.now() - start).toBeLessThan(5000);
});

test('places lie in the text, in order and apart, whatever it holds', () => {
  const piece = fc.constantFrom(
    'FROM a\n',
    'RUN ',
    'ENV ',
    'ARG ',
    'COPY <<EOF /x\n',
    'EOF\n',
    'PASSWORD=',
    'token: ',
    'Zq8vK2pL9s',
    'curl -u a:',
    ' -H "Authorization: ',
    '"',
    "'",
    'https://bob:',
    '@example.com/',
    '\\\n',
    '\n',
    ' ',
    '--password ',
    'ghp_9fK2mQ7xTz4LpB8vNc3RwY6sHd1JgA5uEo0X',
    '$X',
    '# ',
    '[',
    ']',
    ',',
    'ONBUILD ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      let end = 0;
      for (const { range, value } of secretsOf(text)) {
        expect(range.start).toBeGreaterThanOrEqual(end);
        expect(range.end).toBeLessThanOrEqual(text.length);
        expect(value).not.toBe('');
        end = range.end;
      }
    }),
    { numRuns: 500 },
  );
});
