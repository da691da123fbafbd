import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rules } from '../../src/rules/generated.ts';
import { checkCase, layOutFiles } from './check-case.ts';
import type { CaseFile } from './rule-page.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-severity-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function file(name: string, ...lines: readonly string[]): CaseFile {
  return { path: name, text: `${lines.join('\n')}\n`, size: undefined, mode: undefined };
}

async function found(id: string, files: readonly CaseFile[]): Promise<readonly string[]> {
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  const findings = await checkCase(layOutFiles(scratch, files), rule, {});
  return findings.map(({ severity, message, cost }) => `${severity} ${message}${cost?.bytes ? ` ${cost.bytes}` : ''}`);
}

const compose = (...variables: readonly string[]) => [
  file(
    'compose.yaml',
    'services:',
    '  db:',
    '    image: postgres:17',
    '  web:',
    '    image: example.com/web:1',
    '    environment:',
    ...variables.map((each) => `      ${each}`),
  ),
];

function lockedPackages(count: number): Record<string, { readonly version: string }> {
  const entries = Array.from({ length: count }, (_, at): [string, { readonly version: string }] => [
    `node_modules/p${at}`,
    { version: '1.0.0' },
  ]);
  return { '': { version: '1.0.0' }, ...Object.fromEntries(entries) };
}

const privateKey = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gt',
  '-----END OPENSSH PRIVATE KEY-----',
];

/** An environment called test, whose autoscaler scales what lies in the base. */
const overlayCalledTest = [
  file(
    'k8s/base/web.yaml',
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: {name: web}',
    'spec:',
    '  replicas: 2',
    '  selector: {matchLabels: {app: web}}',
    '  template:',
    '    metadata: {labels: {app: web}}',
    '    spec: {containers: [{name: web, image: "registry.example.com/shop/web:1.4.2"}]}',
  ),
  file('k8s/base/kustomization.yaml', 'resources: [web.yaml]'),
  file('k8s/overlays/test/kustomization.yaml', 'resources: [../../base, hpa.yaml]'),
  file(
    'k8s/overlays/test/hpa.yaml',
    'apiVersion: autoscaling/v1',
    'kind: HorizontalPodAutoscaler',
    'metadata: {name: web}',
    'spec:',
    '  maxReplicas: 6',
    '  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}',
    '  targetCPUUtilizationPercentage: 70',
  ),
];

test.each<[string, string, readonly CaseFile[], readonly string[]]>([
  [
    'an autoscaler of an overlay called test, and requests',
    'alerting/autoscaler-without-requests',
    overlayCalledTest,
    ['error The autoscaler scales on cpu utilization, and container web of Deployment web requests no cpu.'],
  ],
  [
    'an autoscaler of an overlay called test, and replicas',
    'alerting/replicas-against-autoscaler',
    overlayCalledTest,
    ['warning Deployment web asks for 2 replicas, and an autoscaler sets their number too.'],
  ],
  [
    'a small directory of a large application',
    'layers/no-chown-after-copy',
    [
      file('Dockerfile', 'FROM php:8.3-apache', 'WORKDIR /var/www/html', 'COPY . ./', 'RUN chmod -R g+w storage'),
      { path: 'vendor/library.bin', text: '', size: 20_000_000, mode: undefined },
      file('storage/one', '123'),
    ],
    ['note chmod -R stores what was copied to /var/www/html/storage a second time. 4'],
  ],
  [
    'a Secret of an environment for development, and one of a developer’s own machine',
    'secrets/secret-in-manifest',
    ['overlays/development', 'hack', 'overlays/production'].map((directory) =>
      file(
        `${directory}/secret.yaml`,
        'apiVersion: v1',
        'kind: Secret',
        'metadata: {name: shop}',
        'stringData:',
        '  password: Tr0ub4dor-and-3',
      ),
    ),
    [
      'note Secret shop is committed with the value of password.',
      'warning Secret shop is committed with the value of password.',
      'error Secret shop is committed with the value of password.',
    ],
  ],
  [
    'a part without FROM, a file that is built, and one with a misspelled FROM',
    'review/build-refused',
    [
      file('Dockerfile.envs', 'ENV A=1'),
      file('Dockerfile.dev', 'FORM debian:13'),
      file('web/Dockerfile.part', 'ENV A=1'),
      file('compose.yaml', 'services: {web: {build: {context: web, dockerfile: Dockerfile.part}}}'),
    ],
    [
      "error There is no instruction 'FORM'. Perhaps FROM is meant.",
      'note The file has no FROM, so it is no image by itself. ENV stands before the first FROM; only ARG can.',
      'error ENV stands before the first FROM; only ARG can.',
    ],
  ],
  [
    'dumps that only a build stage copies',
    'context/junk-copied',
    [
      file(
        'Dockerfile',
        'FROM golang:1.25 AS build',
        'COPY . .',
        'RUN go test ./...',
        'FROM debian:13',
        'COPY --from=build /go/app /app',
      ),
      file('.dockerignore', 'docs'),
      { path: 'dump/testdata/large.dump', text: '', size: 3_000_000, mode: undefined },
    ],
    ['note This takes along dump/testdata/large.dump (memory or database dumps, 3 MB). 3000000'],
  ],
  [
    'an official image beside a directory of that name',
    'cache/image-tag',
    [file('web/Dockerfile', 'FROM node'), file('node/Dockerfile', 'FROM debian:13')],
    ['warning node has no tag, which means latest.'],
  ],
  [
    'an image of the repository by its directory',
    'cache/image-tag',
    [file('web/Dockerfile', 'FROM quay.io/acme/base-web'), file('base-web/Dockerfile', 'FROM debian:13')],
    ['note quay.io/acme/base-web has no tag, which means latest.'],
  ],
  [
    'two directories of the name of an image that both build on',
    'cache/image-tag',
    [
      file('dev/grafana/Dockerfile', 'FROM grafana/grafana:latest'),
      file('prod/grafana/Dockerfile', 'FROM grafana/grafana:latest'),
      file('web/Dockerfile', 'FROM grafana/grafana:latest'),
    ],
    Array.from({ length: 3 }, () => 'warning grafana/grafana:latest is whatever was released last.'),
  ],
  [
    'a directory whose image is built on the one of that name',
    'cache/image-tag',
    [file('grafana/Dockerfile', 'FROM grafana/grafana:12.0.0'), file('web/Dockerfile', 'FROM grafana/grafana:latest')],
    ['warning grafana/grafana:latest is whatever was released last.'],
  ],
  [
    'an image of another namespace than those that builds name',
    'cache/image-tag',
    [
      file('images/web/Dockerfile', 'FROM debian:13'),
      file('api/Dockerfile', 'FROM acme.example.com/other/web'),
      file('compose.yaml', 'services:', '  web:', '    image: acme.example.com/shop/web:1', '    build: images/web'),
    ],
    ['warning acme.example.com/other/web has no tag, which means latest.'],
  ],
  [
    'a directory out of another stage',
    'layers/no-chown-after-copy',
    [
      file(
        'Dockerfile',
        'FROM php:8.3-apache AS build',
        'FROM php:8.3-apache',
        'COPY --from=build /app /app',
        'RUN chown -R www-data /app/storage',
      ),
    ],
    ['warning chown -R stores what was copied to /app/storage a second time.'],
  ],
  [
    'a password for a service beside it',
    'secrets/plain-env-secret',
    compose('DATABASE_URL: postgresql://web:tide-41@db:5432/web'),
    ['note DATABASE_URL of web is a password in a URL, written in the manifest.'],
  ],
  [
    'programs that need the machine, by their makers and by anybody',
    'security/compose-isolation',
    [
      file(
        'compose.yaml',
        'services:',
        ...[
          'quay.io/podman/stable:v5.7',
          'mirror.example.com/docker.io/moby/buildkit:${TAG}',
          'example.com/me/podman/stable:v5.7',
          'quay.io/skopeo/stable:v1',
          'netdata/netdata:v2.8',
        ].flatMap((image, at) => [`  s${at}:`, `    image: ${image}`, '    privileged: true']),
        ...['netdata/netdata:v2.8', 'example.com/me/netdata/netdata', 'prom/node-exporter:v1.10'].flatMap(
          (image, at) => [`  a${at}:`, `    image: ${image}`, '    pid: host', '    cap_add: [SYS_ADMIN]'],
        ),
      ),
    ],
    [
      'warning Service s0 is privileged.',
      'warning Service s1 is privileged.',
      'error Service s2 is privileged.',
      'error Service s3 is privileged.',
      'error Service s4 is privileged.',
      "warning Service a0 gets SYS_ADMIN and sees the machine's processes.",
      "error Service a1 gets SYS_ADMIN and sees the machine's processes.",
      "error Service a2 gets SYS_ADMIN and sees the machine's processes.",
    ],
  ],
  [
    'a password for a server elsewhere',
    'secrets/plain-env-secret',
    compose('DATABASE_URL: postgresql://web:tide-41@db.example.com:5432/web'),
    ['error DATABASE_URL of web is a password in a URL, written in the manifest.'],
  ],
  [
    'what says where to put a user and a password',
    'secrets/plain-env-secret',
    compose('MAIL_URL: smtp://user:pass@mail.example.com:587/', 'QUEUE_URL: amqp://user:password@queue.shop.io/'),
    ['note QUEUE_URL of web is a password in a URL, written in the manifest.'],
  ],
  [
    'a key by its random value, and others whose names end so',
    'secrets/plain-env-secret',
    compose(
      'VAULT_KEY: Zk3vQ9sX1bLr7TnWc5JdYh8MpGf2Ae6UoKiRtVqSwE0=',
      'GPG_KEY: 9A1C4E7B2D5F80A3C6E9B1D4F7A2C5E8B0D3F6A9',
      'CACHE_KEY: Zk3vQ9sX1bLr7TnWc5JdYh8MpGf2Ae6UoKiRtVqSwE0=',
      'APP_KEY: build-cache-of-main',
    ),
    ['note VAULT_KEY of web is a secret value, written in the manifest.'],
  ],
  [
    'an install of few packages behind the sources',
    'cache/copy-manifests-first',
    [
      file('Dockerfile', 'FROM node:24-slim', 'COPY . .', 'RUN npm ci', 'CMD ["node", "a.js"]'),
      file('package.json', '{ "name": "shop", "dependencies": { "p0": "1" } }'),
      file('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages: lockedPackages(27) })),
    ],
    ['warning Every change of a source file runs npm ci again: 27 dependencies.'],
  ],
  [
    'an install of many packages behind the sources',
    'cache/copy-manifests-first',
    [
      file('Dockerfile', 'FROM node:24-slim', 'COPY . .', 'RUN npm ci', 'CMD ["node", "a.js"]'),
      file('package.json', '{ "name": "shop", "dependencies": { "p0": "1" } }'),
      file('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages: lockedPackages(400) })),
    ],
    ['error Every change of a source file runs npm ci again: 400 dependencies.'],
  ],
  [
    'an image that makes packages of the sources',
    'security/non-root-user',
    [file('Dockerfile', 'FROM golang:1.26', 'COPY . /src', 'CMD ["/src/packaging/build.sh"]')],
    ['note No USER is set in the stage that ships, and the base image runs as root.'],
  ],
  [
    'a recursive chown of what no one knows the size of',
    'layers/no-chown-after-copy',
    [
      file(
        'Dockerfile',
        'FROM debian:12 AS build',
        'RUN make-shop /out',
        'FROM debian:12-slim',
        'COPY --from=build /out /shop',
        'RUN chown -R www-data /shop',
        'CMD ["/shop/start"]',
      ),
    ],
    ['warning chown -R stores what was copied to /shop a second time.'],
  ],
  [
    'keys among what tests the program and among settings of developers',
    'secrets/secret-in-context',
    [
      file('Dockerfile', 'FROM eclipse-temurin:21-jre', 'COPY . /shop', 'CMD ["java", "-jar", "/shop/shop.jar"]'),
      file('src/e2e/keys/id_ed25519', ...privateKey),
      file('shop-tests/id_ed25519', ...privateKey),
      file('config/dev/id_ed25519', ...privateKey),
    ],
    ['warning This takes config/dev/id_ed25519 along, a private key.'],
  ],
  [
    'keys of environments whose names only sound like tests',
    'secrets/secret-in-context',
    [
      file('Dockerfile', 'FROM eclipse-temurin:21-jre', 'COPY . /shop', 'CMD ["java", "-jar", "/shop/shop.jar"]'),
      file('deploy/e2e/id_ed25519', ...privateKey),
      file('deploy/payments-test/id_ed25519', ...privateKey),
      file('envs/testing/id_ed25519', ...privateKey),
      file('eu.test/id_ed25519', ...privateKey),
      file('src/it/id_ed25519', ...privateKey),
    ],
    ['warning This takes deploy/payments-test/id_ed25519 along, a private key, and 4 more such files.'],
  ],
  [
    'a key of an environment for tests alone',
    'secrets/secret-in-context',
    [
      file('Dockerfile', 'FROM eclipse-temurin:21-jre', 'COPY . /shop', 'CMD ["java", "-jar", "/shop/shop.jar"]'),
      file('envs/testing/id_ed25519', ...privateKey),
    ],
    ['note This takes envs/testing/id_ed25519 along, a private key.'],
  ],
  [
    'a password for a server of one word that is no service',
    'secrets/plain-env-secret',
    compose('DATABASE_URL: postgresql://web:tide-41@prod-db:5432/web'),
    ['error DATABASE_URL of web is a password in a URL, written in the manifest.'],
  ],
  [
    'passwords for an alias, a link, a container and a service of an included file, and for a stranger',
    'secrets/plain-env-secret',
    [
      file(
        'compose.yaml',
        'include: [stores/compose.yaml]',
        'services:',
        '  db:',
        '    image: postgres:17',
        '    container_name: shop-db',
        '    networks: {default: {aliases: [orders.db]}}',
        ...['shop-db', 'orders.db', 'base', 'cache', 'stranger'].flatMap((host) => [
          `  to-${host.replace('.', '-')}:`,
          '    image: example.com/web:1',
          '    links: ["db:base"]',
          `    environment: ["DATABASE_URL=postgresql://web:tide-41@${host}:5432/web"]`,
        ]),
      ),
      file('stores/compose.yaml', 'services:', '  cache:', '    image: postgres:17'),
      file('elsewhere/compose.yaml', 'services:', '  stranger:', '    image: postgres:17'),
    ],
    [
      ...['shop-db', 'orders-db', 'base', 'cache'].map(
        (host) => `note DATABASE_URL of to-${host} is a password in a URL, written in the manifest.`,
      ),
      'error DATABASE_URL of to-stranger is a password in a URL, written in the manifest.',
    ],
  ],
  [
    'a base that another file of the repository makes',
    'cache/image-tag',
    [
      file('images/foundation/Dockerfile', 'FROM ubuntu:24.04'),
      file('images/notebook/Dockerfile', 'FROM quay.io/lab/foundation'),
      file('images/redis/Dockerfile', 'FROM example.com/redis'),
    ],
    [
      'note quay.io/lab/foundation has no tag, which means latest.',
      'warning example.com/redis has no tag, which means latest.',
    ],
  ],
  [
    'a file that a submodule does not have',
    'context/source-missing',
    [
      file('Dockerfile', 'FROM debian:13', 'COPY third/foo/main.c /x', 'COPY third/foo/there.txt /y'),
      file('compose.yaml', 'services:', '  web:', '    build: .'),
      file('.gitmodules', '[submodule "foo"]', 'path = third/foo', 'url = https://git.example.com/foo.git'),
      file('third/foo/there.txt', 'x'),
    ],
    ['error third/foo/main.c is not in the build context.'],
  ],
  [
    'a file of a submodule that is not checked out',
    'context/source-missing',
    [
      file('Dockerfile', 'FROM debian:13', 'COPY third/foo/main.c /x', 'COPY LICENSE /y'),
      file('compose.yaml', 'services:', '  web:', '    build: .'),
      file('.gitmodules', '[submodule "foo"]', 'path = third/foo', 'url = https://git.example.com/foo.git'),
      file('LICENSE', 'x'),
    ],
    ['note third/foo is a submodule of git that is not checked out: third/foo/main.c is not in the build context.'],
  ],
  [
    'images of which .env says a part',
    'cache/compose-image-tag',
    [
      file('compose.yaml', 'services:', '  a:', '    image: shop/${PART}:latest', '  b:', '    image: nginx:${TAG}'),
      file('.env', 'PART=hunter2supersecret', 'TAG=latest'),
    ],
    ['note shop/${PART}:latest is whatever was released last.', 'note nginx:${TAG} is whatever was released last.'],
  ],
  [
    'directories that install makes',
    'security/world-writable',
    [file('Dockerfile', 'FROM debian:13', 'RUN install -d -m 0777 -o 1000 -g 1000 /data/a /data/b', 'CMD ["server"]')],
    ['warning install lets every user write /data/a and 1 more.'],
  ],
  [
    'a misspelt FROM among templates, and a part',
    'review/build-refused',
    [file('templates/web/Dockerfile', 'FORM node:22'), file('snippets/Dockerfile', 'RUNN true')],
    [
      "note The file has no FROM, so it is no image by itself. There is no instruction 'RUNN'. Perhaps RUN is meant.",
      "error There is no instruction 'FORM'. Perhaps FROM is meant.",
    ],
  ],
])('%s', async (_title, id, files, expected) => {
  expect(await found(id, files)).toEqual(expected);
});

test.each([
  ['a script', 'RUN apt-get update && /opt/apt-clean.sh', 'apt-clean.sh'],
  ['a function', 'RUN cleanup() { :; }; apt-get update && cleanup', 'cleanup'],
])('what %s may clean up is a note', async (_, step, name) => {
  const lines = await found('layers/package-cache-left', [
    file('Dockerfile', 'FROM debian:12', step, 'CMD ["/bin/true"]'),
  ]);
  expect(lines).toEqual([`note apt-get leaves its package lists in /var/lib/apt/lists, unless ${name} removes that.`]);
});

test('a default is refused by the name of its own variable', async () => {
  const rule = rules.find(({ id }) => id === 'secrets/plain-env-secret');
  if (rule === undefined) throw new Error('no rule');
  const files = compose('SECRET_KEY: ${APP_SECRET:-kJ83hs9dkWq02ksLmzPq8s7dYx4T}');
  const [finding] = await checkCase(layOutFiles(scratch, files), rule, {});
  expect(finding?.remedy).toContain('${APP_SECRET:?}');
});
