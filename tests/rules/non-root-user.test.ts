import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rule } from '../../src/rules/security/non-root-user.ts';
import { checkCase, layOutFiles } from './check-case.ts';
import type { CaseFile } from './rule-page.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-user-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const application = file('Dockerfile', 'FROM debian:12', 'COPY program /program', 'CMD ["/program"]');
const base = file('Dockerfile', 'FROM debian:12', 'RUN touch /etc/marker');

function file(name: string, ...lines: readonly string[]): CaseFile {
  return { path: name, text: `${lines.join('\n')}\n`, size: undefined, mode: undefined };
}

function compose(...service: readonly string[]): CaseFile {
  return file('compose.yaml', 'services:', '  web:', '    build: .', ...service.map((line) => `    ${line}`));
}

describe('how bad it is that a container runs as root', () => {
  test.each<[string, readonly CaseFile[], string]>([
    ['an application', [application], 'warning'],
    ['for the machine of who develops', [{ ...application, path: 'docker/local/Dockerfile' }], 'note'],
    ['a program called local', [{ ...application, path: 'services/local/Dockerfile' }], 'warning'],
    ['an image for other images', [base], 'note'],
    ['an image for other images that a service runs', [base, compose()], 'warning'],
    ['a service that sets another user', [application, compose('user: "1000"')], 'note'],
    ['a service that sets root', [application, compose('user: root')], 'warning'],
    ['a service that is root by default', [application, compose('user: "${UID:-0}:${GID:-0}"')], 'warning'],
    ['a service that is another user by default', [application, compose('user: "${UID:-1000}:${GID}"')], 'note'],
    ['a service whose user is not known', [application, compose('user: "${UID}:1000"')], 'warning'],
    ['a service whose user is that of the image', [application, compose('user: ""')], 'warning'],
    [
      'an interpreter without a program',
      [file('Dockerfile', 'FROM debian:12', 'COPY lib /lib', 'CMD ["python3"]')],
      'note',
    ],
    [
      'an empty entry point and a command',
      [file('Dockerfile', 'FROM debian:12', 'COPY a /a', 'ENTRYPOINT []', 'CMD ["/a"]')],
      'warning',
    ],
  ])('%s', async (_title, files, severity) => {
    const findings = await checkCase(
      layOutFiles(scratch, files),
      { id: 'security/non-root-user', area: 'security', definition: rule },
      {},
    );
    expect(findings.map((finding) => finding.severity)).toEqual([severity]);
  });
});

test.each([
  ['docker:28-dind', false],
  ['moby/buildkit:v0.26.2', false],
  ['alpine:3.22', true],
])('on %s another user is proposed: %s', async (image, isProposed) => {
  const files = [file('Dockerfile', `FROM ${image}`, 'COPY program /program', 'CMD ["/program"]')];
  const ruleOf = { id: 'security/non-root-user', area: 'security', definition: rule } as const;
  const findings = await checkCase(layOutFiles(scratch, files), ruleOf, {});
  expect(findings.map(({ fix }) => fix !== undefined)).toEqual([isProposed]);
});

test.each<[string, readonly string[], string | undefined]>([
  ['a directory in it', ['volumes: ["./settings:/root/.settings:ro"]'], '/root/.settings'],
  ['it as a whole', ['volumes: ["data:/root"]'], '/root'],
  ['it as a whole, to be read only', ['volumes: ["data:/root/:ro"]'], '/root/'],
  ['a target of its own', ['volumes: [{ type: volume, source: data, target: /root }]'], '/root'],
  ['a variable', ['environment: { SETTINGS: /root/.settings }'], '/root/.settings'],
  ['a directory of the machine', ['volumes: ["/root/data:/data"]'], undefined],
  ['a source of its own', ['volumes: [{ type: bind, source: /root/data, target: /data }]'], undefined],
  ['a file of variables of the machine', ['env_file: /root/shop.env'], undefined],
  ['another directory', ['volumes: ["data:/rootfs"]'], undefined],
])('what lies in /root of the container rules the fix out: %s', async (_title, service, place) => {
  const [finding] = await checkCase(
    layOutFiles(scratch, [application, compose(...service)]),
    { id: 'security/non-root-user', area: 'security', definition: rule },
    {},
  );
  const refused = finding?.fix?.assumptions.find(({ state }) => state === 'fails');
  expect(finding?.fix).toBeDefined();
  expect(/A manifest says (.+)\.$/.exec(refused?.statement ?? '')?.[1]).toBe(place);
});

test('the fix ends its line as the file does', async () => {
  const files = [file('Dockerfile', 'FROM node:22\r', 'COPY . /app\r', 'CMD ["node", "/app"]\r')];
  const [finding] = await checkCase(
    layOutFiles(scratch, files),
    { id: 'security/non-root-user', area: 'security', definition: rule },
    {},
  );
  expect(finding?.fix?.changes.edits.map(({ replacement }) => replacement)).toEqual(['USER 1000:1000\r\n']);
});

test('a file for data that a source names is asked about by its name', async () => {
  const source = (text: string) => [
    file('Dockerfile', 'FROM node:22', 'WORKDIR /app', 'COPY . .', 'CMD ["node", "store.js"]'),
    file('package.json', '{ "name": "todo" }'),
    file('store.js', text),
  ];
  const questionOf = async (files: readonly CaseFile[]) => {
    const [finding] = await checkCase(
      layOutFiles(scratch, files),
      { id: 'security/non-root-user', area: 'security', definition: rule },
      {},
    );
    return finding?.fix?.assumptions.at(-1)?.question;
  };
  expect(await questionOf(source("open(process.env.FILE || '/etc/todos/todo.db');"))).toMatch(
    /^Which files does node write, .* store\.js names \/etc\/todos\/todo\.db\. /,
  );
  expect(await questionOf(source("open('/tmp/todo.db');"))).not.toMatch(/names/);
});

test('an action.yml of empty lines is read in no time', async () => {
  const action = file('action.yml', 'runs:', ...Array.from({ length: 60_000 }, () => ''), '  x: y');
  const started = performance.now();
  await checkCase(
    layOutFiles(scratch, [application, action]),
    { id: 'security/non-root-user', area: 'security', definition: rule },
    {},
  );
  expect(performance.now() - started).toBeLessThan(3000);
});
