import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { healthCheckOf } from '../../src/project/health-check.ts';
import { exposedPorts } from '../../src/project/image-ports.ts';
import { loadProject } from '../../src/project/load-project.ts';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-image-facts-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function buildOf(dockerfile: string) {
  const directory = mkdtempSync(path.join(scratch, 'case-'));
  writeFileSync(path.join(directory, 'Dockerfile'), dockerfile);
  const [build] = (await loadProject({ kind: 'directory', path: directory })).builds;
  if (!build) throw new Error('no build');
  return build;
}

describe('what a HEALTHCHECK asks', () => {
  test.each([
    [
      'HEALTHCHECK CMD curl -f http://localhost:8080/healthz || exit 1',
      { port: 8080, path: '/healthz', scheme: 'HTTP' },
    ],
    ['HEALTHCHECK CMD ["wget", "-q", "--spider", "http://127.0.0.1/"]', { port: 80, path: '/', scheme: 'HTTP' }],
    ['HEALTHCHECK CMD curl -fk https://localhost/ready', { port: 443, path: '/ready', scheme: 'HTTPS' }],
    [
      'ENV PORT=3000\nHEALTHCHECK CMD curl -f "http://localhost:${PORT}/up"',
      { port: 3000, path: '/up', scheme: 'HTTP' },
    ],
    ['HEALTHCHECK CMD curl -f http://localhost:${PORT:-9000}/up', { port: 9000, path: '/up', scheme: 'HTTP' }],
    ['HEALTHCHECK CMD curl localhost:5000/up', { port: 5000, path: '/up', scheme: 'HTTP' }],
    ['HEALTHCHECK CMD curl -f http://localhost:$PORT/up', undefined],
    ['HEALTHCHECK CMD curl -f http://example.com/up', undefined],
  ])('%s', async (lines, http) => {
    expect(healthCheckOf(await buildOf(`FROM debian:12\n${lines}\n`))?.http).toEqual(http);
  });

  test('a command of literal words is told as it is', async () => {
    const check = healthCheckOf(await buildOf('FROM postgres:17\nHEALTHCHECK CMD pg_isready -U shop || exit 1\n'));
    expect(check?.http).toBeUndefined();
    expect(check?.command).toEqual(['pg_isready', '-U', 'shop']);
  });

  test.each([
    'FROM debian:12\n',
    'FROM debian:12\nHEALTHCHECK NONE\n',
    'FROM debian:12\nHEALTHCHECK CMD true\nHEALTHCHECK NONE\n',
  ])('%j has none', async (dockerfile) => {
    expect(healthCheckOf(await buildOf(dockerfile))).toBeUndefined();
  });
});

describe('the ports that an image exposes', () => {
  test.each([
    ['EXPOSE 80', [80]],
    ['EXPOSE 80/tcp 53/udp', [80]],
    ['EXPOSE 8000-8002', [8000, 8001, 8002]],
    ['ENV PORT=3000\nEXPOSE $PORT\nEXPOSE 9102', [3000, 9102]],
    ['EXPOSE $PORT', undefined],
    ['EXPOSE 1-65535', undefined],
    ['EXPOSE 53/udp', undefined],
    ['RUN true', undefined],
  ])('%s', async (lines, ports) => {
    const exposed = exposedPorts(await buildOf(`FROM debian:12\n${lines}\n`));
    expect(exposed && [...exposed.ports]).toEqual(ports);
  });
});
