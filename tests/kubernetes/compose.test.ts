import { describe, expect, test } from 'vitest';
import { expandDefaults } from '../../src/kubernetes/compose-text.ts';
import { isComposePath, readCompose } from '../../src/kubernetes/read-compose.ts';

const read = (text: string, others: Readonly<Record<string, string>> = {}, path = 'deploy/compose.yaml') =>
  readCompose({ path, text, encoding: 'utf-8' }, (wanted) => {
    const found = others[wanted];
    return found === undefined ? undefined : { path: wanted, text: found, encoding: 'utf-8' };
  });

describe('a Compose file', () => {
  test.each([
    ['compose.yaml', true],
    ['docker-compose.yml', true],
    ['deploy/docker-compose.prod.yml', true],
    ['compose.override.yaml', true],
    ['decompose.yaml', false],
    ['compose.json', false],
  ])('%s is one by its name: %s', (path, expected) => {
    expect(isComposePath(path)).toBe(expected);
  });

  test('has services with what they build, from paths of the project', () => {
    const file = read(`services:
  web:
    build: ../web
    image: shop/web
  api:
    build:
      context: \${API_DIR:-../api}
      dockerfile: docker/Dockerfile
      target: run
      args: [VERSION=1, TOKEN]
  tool: {build: {context: "https://example.com/repo.git"}}
  far: {build: ../../elsewhere}
`);
    expect(file?.services.map(({ build }) => [build?.contextPath, build?.dockerfilePath])).toEqual([
      ['web', 'web/Dockerfile'],
      ['api', 'api/docker/Dockerfile'],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(file?.services[1]?.build?.target).toBe('run');
    expect([...(file?.services[1]?.build?.args ?? [])]).toEqual([
      ['VERSION', '1'],
      ['TOKEN', undefined],
    ]);
  });

  test('has variables of both forms with the places of their values', () => {
    const text = `services:
  a: {image: a, environment: ["LEVEL=debug", TOKEN]}
  b:
    image: b
    environment:
      LEVEL: 'info'
      TOKEN:
`;
    const variables = read(text)?.services.flatMap((service) => service.environment);
    expect(variables?.map(({ name, value }) => [name, value])).toEqual([
      ['LEVEL', 'debug'],
      ['TOKEN', undefined],
      ['LEVEL', 'info'],
      ['TOKEN', undefined],
    ]);
    expect(variables?.map(({ valueRange }) => valueRange && text.slice(valueRange.start, valueRange.end))).toEqual([
      'debug',
      undefined,
      'info',
      undefined,
    ]);
  });

  test.each([
    ['"8080:80"', { target: 80, published: '8080', hostIp: undefined, protocol: 'tcp' }],
    ['"127.0.0.1:53:53/udp"', { target: 53, published: '53', hostIp: '127.0.0.1', protocol: 'udp' }],
    ['"[::1]:8080:80"', { target: 80, published: '8080', hostIp: '::1', protocol: 'tcp' }],
    ['"${PORT:-80}:80"', { target: 80, published: '${PORT:-80}', hostIp: undefined, protocol: 'tcp' }],
    ['3000', { target: 3000, published: undefined, hostIp: undefined, protocol: 'tcp' }],
    ['{target: 80, published: 8080, host_ip: 0.0.0.0}', { target: 80, published: '8080', hostIp: '0.0.0.0' }],
  ])('the port %s', (written, expected) => {
    expect(read(`services: {a: {image: a, ports: [${written}]}}`)?.services[0]?.ports[0]).toMatchObject(expected);
  });

  test.each([
    ['/var/run/docker.sock:/var/run/docker.sock:ro', { type: 'bind', source: '/var/run/docker.sock', readOnly: true }],
    ['data:/data', { type: 'volume', source: 'data', target: '/data', readOnly: false }],
    ['${DIR:-.}/data:/data', { type: 'bind', source: '${DIR:-.}/data', target: '/data' }],
    ['C:\\data:/data', { type: 'bind', source: 'C:\\data', target: '/data' }],
    ['/data', { type: 'volume', source: undefined, target: '/data' }],
  ])('the volume %s', (written, expected) => {
    const service = read(`services: {a: {image: a, volumes: ['${written}']}}`)?.services[0];
    expect(service?.volumes[0]).toMatchObject(expected);
  });

  test('merges anchors and keeps the place where a value is written', () => {
    const text = `x-base: &base
  restart: always
services:
  web:
    <<: *base
    image: web
`;
    const restart = read(text)?.services[0]?.restart;
    expect(restart?.text).toBe('always');
    expect(restart?.range.start).toBe(text.indexOf('always'));
  });

  test('puts in what a service extends in another file, with that path on the nodes', () => {
    const file = read('services: {web: {extends: {file: base.yaml, service: app}, ports: ["1:1"]}}', {
      'deploy/base.yaml': 'services: {app: {image: app, user: "1000", ports: ["2:2"]}}',
    });
    const web = file?.services[0];
    expect(web).toMatchObject({ name: 'web', partial: false, image: { text: 'app', path: 'deploy/base.yaml' } });
    expect(web?.ports).toHaveLength(2);
    expect(file?.includes).toEqual(['deploy/base.yaml']);
  });

  test('is partial where a base is not there, or neither image nor build is', () => {
    const file = read('services: {a: {extends: {file: gone.yaml, service: app}, image: x}, b: {restart: "no"}}');
    expect(file?.services.map(({ partial }) => partial)).toEqual([true, true]);
  });

  test('does not follow a circle of extends for ever', () => {
    const file = read('services: {a: {extends: b, image: a}, b: {extends: a}}');
    expect(file?.services.map(({ image }) => image?.text)).toEqual(['a', 'a']);
  });

  test('is none without services', () => {
    expect(read('version: "3"')).toBeUndefined();
    expect(read('')).toBeUndefined();
  });
});

describe('variables', () => {
  test.each([
    ['plain', 'plain', true],
    ['${A:-b}', 'b', true],
    ['${A-b}', 'b', true],
    ['${A}', '${A}', false],
    ['$A/x', '$A/x', false],
    ['${A:?needed}', '${A:?needed}', false],
    ['${A:-${B:-c}}-d', 'c-d', true],
    ['$$5', '$5', true],
    ['${A', '${A', false],
  ])('%s is %s', (written, text, complete) => {
    expect(expandDefaults(written)).toEqual({ text, complete });
  });
});

describe('the .env file beside it', () => {
  const expand = (env: string, text: string) =>
    readCompose({ path: 'deploy/compose.yaml', text: 'services: {}', encoding: 'utf-8' }, undefined, (path) => ({
      path,
      text: path === 'deploy/.env' ? env : 'TAG=other',
      encoding: 'utf-8',
    }))?.expand(text);
  test.each([
    ['TAG=16.1', 'pg:${TAG}', 'pg:16.1'],
    ['TAG=16.1', 'pg:$TAG-slim', 'pg:16.1-slim'],
    ['TAG=16.1', 'pg:${TAG:-15}', 'pg:16.1'],
    ['TAG=', 'pg:${TAG:-15}', 'pg:15'],
    ['TAG=', 'pg:15${TAG-16}', 'pg:15'],
    ['TAG=16.1', 'pg:${TAG:?needed}', 'pg:16.1'],
    ['export TAG = "16.1" # of May', 'pg:${TAG}', 'pg:16.1'],
    ["TAG: '16.1'", 'pg:${TAG}', 'pg:16.1'],
    ['TAG=16.1 # of May', 'pg:${TAG}', 'pg:16.1'],
    ['# TAG=15\r\nTAG=15\r\nTAG=16.1\r\n', 'pg:${TAG}', 'pg:16.1'],
    ['\uFEFFTAG=16.1', 'pg:${OTHER:-${TAG}}', 'pg:16.1'],
    ['NOTE="one\nTAG=15\ntwo"\nTAG=16.1', 'pg:${TAG}', 'pg:16.1'],
  ])('%j: %s is %s', (env, written, text) => {
    expect(expand(env, written)).toEqual({ text, complete: true });
  });

  test.each([
    ['a variable that is set to what is not followed', 'TAG=${OTHER}', 'pg:${TAG:-15}'],
    ['the value of a secret', 'DB_PASSWORD=hunter2', 'pg:${DB_PASSWORD}'],
    ['a token', 'TAG=ghp_0123456789abcdefghijABCDEFGHIJ456789', 'pg:${TAG}'],
    ['what is no part of a name', 'TAG=two words', 'pg:${TAG}'],
    ['a value that goes on', 'NOTE="one\nTAG=15\ntwo"', 'pg:${TAG}'],
    ['what stands for another value', 'TAG=16', 'pg:${TAG:+15}'],
    ...[
      'DB_PW',
      'MYSQL_ROOT_PWD',
      'DB_PASSWORD_PROD',
      'ENCRYPTION_KEY',
      'APP_KEY',
      'JWT',
      'TOKEN_CI',
      'signingKeyOld',
    ].map((name): [string, string, string] => [`what ${name} may hide`, `${name}=hunter2`, `pg:\${${name}}`]),
    ['a value longer than a name', `TAG=${'1'.repeat(600)}`, 'pg:${TAG}'],
    ['what grows beyond every name', `TAG=${'1'.repeat(500)}`, 'pg:${TAG}'.repeat(400)],
  ])('%s is not put in', (_, env, written) => {
    expect(expand(env, written)).toEqual({ text: written, complete: false });
  });

  test.each([
    ['a line separator behind spaces', `TAG=${' '.repeat(200_000)}x\u2028y`],
    ['many signs of comments', `TAG=x${' #'.repeat(100_000)}\u2028y`],
  ])('is read in no time: %s', (_, env) => {
    const start = performance.now();
    expand(env, 'pg:${TAG}');
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
