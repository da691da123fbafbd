import { expect, test } from 'vitest';
import { holdsSecret, maskSecrets } from '../../src/core/mask-secrets.ts';

test.each([
  'RUN curl -H "Authorization: token $GITHUB_TOKEN" https://api.github.com/repos/x/y',
  'RUN curl -H "Authorization: Bearer $(cat /run/secrets/t)" https://example.com',
  'RUN curl -H \'Authorization: Basic \'"$LOGIN" https://example.com',
])('a header whose value is a variable holds no secret: %s', (line) => {
  expect(holdsSecret(line)).toBe(false);
});

test.each([
  ['curl -H "Authorization: token abcdef123456"', 'curl -H "Authorization: token •••"'],
  ['curl -H "Authorization: abcdef123456"', 'curl -H "Authorization: •••"'],
])('a header with a literal value does: %s', (line, masked) => {
  expect(maskSecrets(line)).toBe(masked);
});

test.each([
  '    NPM_TOKEN = NPM_TOKEN',
  '  secret = ["id=NPM_TOKEN,env=NPM_TOKEN"]',
  '  "variable": { "NPM_TOKEN": { "default": "" } },',
  '        "NPM_TOKEN": "${NPM_TOKEN}"',
])('a variable that a file of bake names is no secret: %s', (line) => {
  expect(holdsSecret(line)).toBe(false);
});
