import { expect, test } from 'vitest';
import { holdsSecret, maskSecrets, maskWords } from '../../src/core/mask-secrets.ts';

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

test.each([
  [
    `RUN echo '{"auths":{"r.example":{"auth":"am86Tm90QVJlYWxPbmU="}}}' > /root/.docker/config.json`,
    `RUN echo '{"auths":{"r.example":{"auth":"•••"}}}' > /root/.docker/config.json`,
  ],
  [
    String.raw`RUN echo "{\"auths\":{\"r.example\":{\"auth\": \"am86Tm90QVJlYWxPbmU=\"}}}" > config.json`,
    String.raw`RUN echo "{\"auths\":{\"r.example\":{\"auth\": \"•••\"}}}" > config.json`,
  ],
  [`      "auth": "am86Tm90QVJlYWxPbmU="`, `      "auth": "•••"`],
  [`{"identitytoken":"0123-abcd-4567-ef"}`, `{"identitytoken":"•••"}`],
])('a login of a registry is masked: %s', (line, masked) => {
  expect(maskSecrets(line)).toBe(masked);
  expect(holdsSecret(line)).toBe(true);
});

test.each([
  `RUN echo "{\\"auths\\":{\\"r.example\\":{\\"auth\\":\\"$LOGIN\\"}}}" > config.json`,
  `{"auth":"none","author":"Somebody Important"}`,
  `{"auth": "KubernetesServiceAccount"}`,
  `{"auth":"oauth2-proxy-sidecar1"}`,
  `CMD ["serve", "--auth", "PasswordAuthentication"]`,
])('a variable, a switch or another word is not: %s', (line) => {
  expect(holdsSecret(line)).toBe(false);
});

test.each([
  [
    ['app', '--db-password', 'Tr0ub4dor3'],
    ['app', '--db-password', '•••'],
  ],
  [
    ['app', '--api-token=Tr0ub4dor3', 'x y'],
    ['app', '--api-token=•••', 'x y'],
  ],
  [
    ['sh', '-c', 'export PGPASSWORD="Tr0ub4dor3" && app'],
    ['sh', '-c', 'export PGPASSWORD="•••" && app'],
  ],
  [
    ['python', '-m', 'http.server'],
    ['python', '-m', 'http.server'],
  ],
])('the words of a command %j', (words, masked) => {
  expect(maskWords(words)).toEqual(masked);
});
