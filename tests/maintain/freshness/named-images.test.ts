import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { applyEdits } from '../../../src/core/fix.ts';
import { namedImages } from '../../../src/maintain/freshness/named-images.ts';
import { loadProject } from '../../../src/project/load-project.ts';

const made: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

async function projectOf(files: Readonly<Record<string, string>>, helm: boolean) {
  const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-names-'));
  made.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return loadProject({ kind: 'directory', path: root }, { helm });
}

/** What is named, as `kind text`, and the files after every `from` has become `to`. */
async function namesIn(
  files: Readonly<Record<string, string>>,
  renamed: Readonly<Record<string, string>> = {},
  helm = false,
) {
  const project = await projectOf(files, helm);
  const found = namedImages(project);
  const places = found.flatMap((each) => each.places);
  const made = found.map((each) =>
    each.rewrite(each.places.flatMap((place) => (renamed[place.text] ? { place, to: renamed[place.text] ?? '' } : []))),
  );
  const edits = made.flatMap((each) => each.made.flatMap((one) => one.edits));
  const texts = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      name,
      applyEdits(
        text,
        edits.filter((edit) => edit.path === name),
      ),
    ]),
  );
  return {
    names: places.map(({ kind, text }) => `${kind} ${text}`),
    unresolved: found.flatMap((each) => each.unresolved.map(({ text }) => text)),
    left: made.flatMap((each) => each.left.map(({ text }) => text)),
    texts,
  };
}

test('a Dockerfile names the images of all stages, of COPY --from and of mounts; stages and variables without a default are none', async () => {
  const { names, unresolved } = await namesIn({
    Dockerfile: `ARG V=3.12.4
ARG BASE
FROM python:\${V}-slim AS build
RUN --mount=type=bind,from=acme/tools:2,target=/t true
FROM build AS test
FROM \${BASE} AS other
FROM scratch
COPY --from=build /a /a
COPY --from=docker.io/library/busybox:1.36 /bin/sh /sh
COPY --from=context /x /x
`,
  });
  expect(names).toEqual([
    'FROM python:3.12.4-slim',
    'COPY --from docker.io/library/busybox:1.36',
    'RUN --mount acme/tools:2',
  ]);
  expect(unresolved).toEqual(['${BASE}']);
});

test('what is built here is nobody else’s', async () => {
  const { names } = await namesIn({
    Dockerfile: 'FROM node:20\n',
    'compose.yaml':
      'services:\n  web: {build: ., image: "shop/web:1"}\n  twin: {image: "shop/web:2"}\n  db: {image: "postgres:16.1"}\n',
  });
  expect(names).toEqual(['FROM node:20', 'Compose postgres:16.1']);
});

const targets = Object.fromEntries(
  ['node', 'docker.io/library/node'].flatMap((name) =>
    ['', '-slim', '-alpine'].map((kind) => [`${name}:20.1.0${kind}`, `${name}:20.2.0${kind}`]),
  ),
);

test.each([
  [
    'Dockerfile',
    'FROM node:20.1.0 AS a\nFROM --platform=linux/amd64 node:20.1.0\n',
    'FROM node:20.2.0 AS a\nFROM --platform=linux/amd64 node:20.2.0\n',
  ],
  ['Dockerfile', 'ARG V=20.1.0\nFROM node:${V}\n', 'ARG V=20.2.0\nFROM node:${V}\n'],
  // Two images that take their version from one ARG.
  [
    'Dockerfile',
    'ARG V=20.1.0\nFROM node:${V} AS a\nFROM node:${V}-slim\n',
    'ARG V=20.2.0\nFROM node:${V} AS a\nFROM node:${V}-slim\n',
  ],
  // The tag is plain text, or has a variable of its own: what else takes the registry's name is not touched.
  [
    'Dockerfile',
    'ARG R=docker.io/library\nFROM $R/node:20.1.0-alpine\nFROM ${R}/busybox:1\nARG R\nRUN echo $R\n',
    'ARG R=docker.io/library\nFROM $R/node:20.2.0-alpine\nFROM ${R}/busybox:1\nARG R\nRUN echo $R\n',
  ],
  [
    'Dockerfile',
    'ARG R=docker.io/library\nARG V=20.1.0\nFROM $R/node:$V AS a\nFROM ${R}/node:${V}-slim\nFROM node:$V\n',
    'ARG R=docker.io/library\nARG V=20.2.0\nFROM $R/node:$V AS a\nFROM ${R}/node:${V}-slim\nFROM node:$V\n',
  ],
  [
    'Dockerfile',
    'ARG M=20\nFROM ${R:-docker.io/library}/node:$M.1.0\n',
    'ARG M=20\nFROM ${R:-docker.io/library}/node:$M.2.0\n',
  ],
  [
    'Dockerfile',
    'FROM scratch\nRUN --mount=from=node:20.1.0,target=/n true\n',
    'FROM scratch\nRUN --mount=from=node:20.2.0,target=/n true\n',
  ],
  [
    'compose.yaml',
    'services:\n  a:\n    image: "node:20.1.0" # why\n',
    'services:\n  a:\n    image: "node:20.2.0" # why\n',
  ],
  [
    'compose.yaml',
    'services:\n  a:\n    image: node:${V:-20.1.0}\n',
    'services:\n  a:\n    image: node:${V:-20.2.0}\n',
  ],
  [
    'deploy.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: node:20.1.0}\n',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: node:20.2.0}\n',
  ],
  [
    'kustomization.yaml',
    'images:\n- name: app\n  newName: node\n  newTag: 20.1.0\n',
    'images:\n- name: app\n  newName: node\n  newTag: 20.2.0\n',
  ],
  [
    '.github/workflows/ci.yml',
    'jobs:\n  a:\n    container: node:20.1.0\n    services: {x: {image: node:20.1.0}}\n    steps:\n    - uses: docker://node:20.1.0\n    - {uses: build, with: {image: node:20.1.0}}\n',
    'jobs:\n  a:\n    container: node:20.2.0\n    services: {x: {image: node:20.2.0}}\n    steps:\n    - uses: docker://node:20.2.0\n    - {uses: build, with: {image: node:20.1.0}}\n',
  ],
  [
    '.gitlab-ci.yml',
    'image: node:20.1.0\na:\n  image: {name: node:20.1.0}\n  services:\n  - node:20.1.0\n  - name: node:20.1.0\n  variables: {image: node:20.1.0}\n',
    'image: node:20.2.0\na:\n  image: {name: node:20.2.0}\n  services:\n  - node:20.2.0\n  - name: node:20.2.0\n  variables: {image: node:20.1.0}\n',
  ],
  [
    '.circleci/config.yml',
    'jobs:\n  a:\n    docker:\n    - image: node:20.1.0\n    machine: {image: node:20.1.0}\n',
    'jobs:\n  a:\n    docker:\n    - image: node:20.2.0\n    machine: {image: node:20.1.0}\n',
  ],
  ['cloudbuild.yaml', 'steps:\n- name: node:20.1.0\n', 'steps:\n- name: node:20.2.0\n'],
  [
    'Jenkinsfile',
    "pipeline { agent { docker { image 'node:20.1.0' } } }\n",
    "pipeline { agent { docker { image 'node:20.2.0' } } }\n",
  ],
  ['Earthfile', 'FROM node:20.1.0\nb:\n  FROM +base\n', 'FROM node:20.2.0\nb:\n  FROM +base\n'],
])('in %s another tag is written where the image is named: %s', async (name, before, after) => {
  const { texts, left } = await namesIn({ [name]: before }, targets);
  expect([texts[name], left]).toEqual([after, []]);
});

test('a tag of a kustomization that gets a suffix is not known', async () => {
  const text = 'images:\n- name: nats\n  newTag: 2.8.1\n  tagSuffix: -alpine\n';
  const { names, unresolved, texts } = await namesIn({ 'kustomization.yaml': text }, { 'nats:2.8.1': 'nats:2.10.11' });
  expect([names, unresolved, texts['kustomization.yaml']]).toEqual([[], ['nats:2.8.1-alpine'], text]);
});

test('values of a chart keep registry, repository, tag and digest apart', async () => {
  const [old, now] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);
  const values = (tag: string, digest: string | undefined) => `image:
  registry: ghcr.io
  repository: acme/web
  tag: "${tag}"
  digest: ${digest}
sidecarImage: "busybox:1.36"
source: {repository: "https://git.example/x", tag: v1}
`;
  const { names, texts, left } = await namesIn(
    { 'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'chart/values.yaml': values('1.30', old) },
    { [`ghcr.io/acme/web:1.30@${old}`]: `ghcr.io/acme/web:1.31@${now}` },
  );
  expect(names).toEqual([`Helm values ghcr.io/acme/web:1.30@${old}`, 'Helm values busybox:1.36']);
  expect([texts['chart/values.yaml'], left]).toEqual([values('1.31', now), []]);
});

test('an entry of a table of versions stays that of its version', async () => {
  const values = `versions:
  - version: latest
    natsImage: nats:2.10.9
  - version: 2.8.1-alpine
    natsImage: nats:2.8.1-alpine
  - version: 2.8.1
    natsImage: nats:2.8.1
    configReloaderImage: nats-config-reloader:0.7.0
`;
  const { texts, left } = await namesIn(
    { 'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'chart/values.yaml': values },
    {
      'nats:2.10.9': 'nats:2.10.11',
      'nats:2.8.1': 'nats:2.10.11',
      'nats:2.8.1-alpine': 'nats:2.10.11-alpine',
      'nats-config-reloader:0.7.0': 'nats-config-reloader:0.7.1',
    },
  );
  expect(texts['chart/values.yaml']).toBe(values.replace('2.10.9', '2.10.11').replace('0.7.0', '0.7.1'));
  expect(left.sort()).toEqual(['nats:2.8.1', 'nats:2.8.1-alpine']);
});

test.each([
  ['versions:\n- version: 8.0.35\n  image: {repository: mysql, tag: 8.0.35}\n', true],
  ['image: {repository: mysql, tag: 8.0.35, version: 8.0.35}\n', true],
  ['versions:\n  8.0.35: {image: "mysql:8.0.35"}\n', true],
  ['versions:\n  "8.0":\n    image: {repository: mysql, tag: 8.0.35}\n', true],
  ['versions:\n  "8.0":\n  - {image: "mysql:8.0.35"}\n', true],
  ['versions:\n  mysql80: {repository: mysql, tag: 8.0.35}\n', true],
  ['versions:\n  v8_0: {repository: mysql, tag: 8.0.35}\n', true],
  ['versions:\n  "8.0": {master: {image: "mysql:8.0.35"}}\n', true],
  ['version: v8.0.35\nimage: mysql:8.0.35\n', true],
  ['dbVersion: 8\nimage: mysql:8.0.35\n', true],
  ['- version: 8.0.35-debian-11-r2\n  image: mysql:8.0.35\n', true],
  ['- name: mysql-8.0\n  image: mysql:8.0.35\n', true],
  ['- version: &v 8.0.35\n  image: {repository: mysql, tag: 8.0.35}\n', true],
  ['- version: 8.0.35\n  repository: mysql\n  tag: 8.0.35\n', true],
  ['- version: 8.0.35\n  images: {dbImage: "mysql:8.0.35"}\n', true],
  // Of another version, of none, and further away.
  ['- version: 5.7.1\n  image: mysql:8.0.35\n', false],
  ['replicas: 8\nport: 8080\nother: x/y:8.0\nimage: {repository: mysql, tag: 8.0.35}\n', false],
  ['image: {repository: mysql, version: 8.0.35}\n', false],
  ['version: 8.0.35\na: {b: {image: "mysql:8.0.35"}}\n', false],
])('an image whose version stands beside it, above it or as its key is left: %j', async (values, stays) => {
  const { texts, left } = await namesIn(
    { 'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'chart/values.yaml': values },
    { 'mysql:8.0.35': 'mysql:8.4.2' },
  );
  expect(left).toEqual(stays ? ['mysql:8.0.35'] : []);
  expect(texts['chart/values.yaml'] === values).toBe(stays);
});

test.each([
  // The steps that use the version, too, are not known to work with another.
  ['Dockerfile', 'ARG V=20.1.0\nFROM node:${V}\nARG V\nRUN echo $V\n'],
  // Only one of the two images has a newer tag.
  ['Dockerfile', 'ARG V=20.1.0\nFROM node:${V}\nFROM node:${V}-alpine\n'],
  // Either of the two could have what changes.
  ['Dockerfile', 'ARG A=20\nARG B=.1.0\nFROM node:$A$B\nRUN echo $B'],
  ['kustomization.yaml', 'images:\n- name: node\n  newTag: 20.1.0\n'],
])('what cannot be written in one place is left: %s %s', async (name, before) => {
  const to = name === 'Dockerfile' ? 'node:20.2.0' : `node:20.2.0@sha256:${'a'.repeat(64)}`;
  const { texts, left } = await namesIn({ [name]: before }, { 'node:20.1.0': to });
  expect([texts[name], left]).toEqual([before, ['node:20.1.0']]);
});

// scripts/system-parts puts helm there.
const withOwnParts = `${path.resolve('.cache/bin')}${path.delimiter}${process.env.PATH}`;
const hasHelm = spawnSync('helm', ['version'], { env: { ...process.env, PATH: withOwnParts } }).status === 0;

test.skipIf(!hasHelm)('what a chart renders from values of any name is written where they give it', async () => {
  vi.stubEnv('PATH', withOwnParts);
  const values = (tag: string) => `web: {name: nginx, version: "${tag}"}\ninit: busybox:1.36\n`;
  const template = `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  initContainers:
  - name: i
    image: {{ .Values.init }}
  - name: own
    image: postgres:16.1
  containers:
  - name: a
    image: "{{ .Values.web.name }}:{{ .Values.web.version }}"
`;
  const { names, texts, left } = await namesIn(
    {
      'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'chart/values.yaml': values('1.30.1'),
      'chart/templates/pod.yaml': template,
    },
    { 'nginx:1.30.1': 'nginx:1.30.2', 'busybox:1.36': 'busybox:1.37', 'postgres:16.1': 'postgres:16.2' },
    true,
  );
  expect(names).toEqual(['Helm values busybox:1.36', 'manifest postgres:16.1', 'Helm values nginx:1.30.1']);
  expect(texts['chart/values.yaml']).toBe(values('1.30.2').replace('1.36', '1.37'));
  expect([texts['chart/templates/pod.yaml'], left]).toEqual([template, ['postgres:16.1']]);
});

test.skipIf(!hasHelm)('what a chart renders from a table of versions is left', async () => {
  vi.stubEnv('PATH', withOwnParts);
  const values = 'main: {version: "16", from: postgres:16.1}\n';
  const { texts, left } = await namesIn(
    {
      'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'chart/values.yaml': values,
      'chart/templates/pod.yaml': `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: a
    image: {{ .Values.main.from }}
`,
    },
    { 'postgres:16.1': 'postgres:17.2' },
    true,
  );
  expect(texts['chart/values.yaml']).toBe(values);
  expect(left).toEqual(['postgres:16.1']);
});

test('the front end of a Dockerfile is an image, and is renamed in its line', async () => {
  const { names, texts } = await namesIn(
    { Dockerfile: '#  syntax = docker/dockerfile:1.4 \r\n# escape=`\r\nFROM node:20.1.0\r\n' },
    { 'docker/dockerfile:1.4': 'docker/dockerfile:1.7' },
  );
  expect(names).toEqual(['# syntax docker/dockerfile:1.4', 'FROM node:20.1.0']);
  expect(texts.Dockerfile).toBe('#  syntax = docker/dockerfile:1.7 \r\n# escape=`\r\nFROM node:20.1.0\r\n');
});

const argued = {
  'compose.yaml': `services:
  db:
    build:
      context: db
      args:
        BASE: "acme/db:1.4.2" # ours
        NODE: 20.1.0
  job:
    build:
      context: job
      args: ["PYTHON=3.12.4", STAGE=build, TOKEN]
  web:
    build: {context: web}
`,
  'db/Dockerfile': 'ARG BASE\nARG NODE=18\nFROM node:${NODE}-slim AS assets\nFROM ${BASE}\nCOPY --from=assets /a /a\n',
  'job/Dockerfile':
    'ARG PYTHON\nARG STAGE\nARG TOKEN\nFROM python:$PYTHON-slim AS build\nFROM $STAGE AS here\nFROM $TOKEN\n',
  'web/Dockerfile': 'ARG BASE=node:22.1.0\nFROM $BASE\n',
};

test('a Compose file names images by arguments of builds that a FROM takes, in both forms', async () => {
  const to = {
    'acme/db:1.4.2': 'acme/db:1.5.0',
    'node:20.1.0-slim': 'node:20.2.0-slim',
    'python:3.12.4-slim': 'python:3.12.9-slim',
  };
  const { names, unresolved, left, texts } = await namesIn(argued, to);
  expect(names).toEqual([
    'FROM node:22.1.0',
    'Compose acme/db:1.4.2',
    'Compose node:20.1.0-slim',
    'Compose python:3.12.4-slim',
  ]);
  expect([unresolved, left]).toEqual([['$TOKEN'], []]);
  expect(texts['compose.yaml']).toBe(
    argued['compose.yaml']
      .replace('acme/db:1.4.2', 'acme/db:1.5.0')
      .replace('20.1.0', '20.2.0')
      .replace('3.12.4', '3.12.9'),
  );
});

test('a Dockerfile that something else builds, too, tells of its FROM itself', async () => {
  const { names } = await namesIn({
    'compose.yaml': 'services:\n  web: {build: {context: web, args: {BASE: "node:20.1.0"}}}\n  bare: {build: web}\n',
    'web/Dockerfile': argued['web/Dockerfile'],
  });
  expect(names).toEqual(['FROM node:22.1.0', 'Compose node:20.1.0']);
});

const bake = `variable "NODE" {
  default = "20.1.0" # kept
}
variable "TWICE" { default = "1.4.2" }
variable "NONE" {}
target "_base" {
  contexts = { tools = "docker-image://acme/tools:1.0.0" }
}
target "web" {
  inherits = ["_base"]
  context  = "web"
  contexts = {
    node = "docker-image://node:\${NODE}-slim", src = "./src"
    twice = "docker-image://acme/twice:\${TWICE}"
    none = "docker-image://acme/none:\${NONE}"
  }
  args = { BASE = "acme/base:2.0.0", VERSION = "3.12.4", OTHER = "acme/other:1.0.0", LABEL = "\${TWICE}" }
}
`;

test('a bake file names images by contexts and by arguments that a FROM takes', async () => {
  const { names, unresolved, left, texts } = await namesIn(
    {
      'docker-bake.hcl': bake,
      'web/Dockerfile': 'ARG BASE\nARG VERSION=3.9.1\nFROM ${BASE} AS a\nFROM python:$VERSION-slim\nARG OTHER\n',
    },
    {
      'acme/tools:1.0.0': 'acme/tools:1.0.1',
      'node:20.1.0-slim': 'node:20.2.0-slim',
      'acme/twice:1.4.2': 'acme/twice:1.4.3',
      'acme/base:2.0.0': 'acme/base:2.1.0',
      'python:3.12.4-slim': 'python:3.12.5-slim',
    },
  );
  expect(names.filter((each) => each.startsWith('bake'))).toEqual([
    'bake node:20.1.0-slim',
    'bake acme/twice:1.4.2',
    'bake acme/base:2.0.0',
    'bake python:3.12.4-slim',
    'bake acme/tools:1.0.0',
  ]);
  expect(unresolved).toContain('docker-image://acme/none:${NONE}');
  // A label has the same variable.
  expect(left).toEqual(['acme/twice:1.4.2']);
  expect(texts['docker-bake.hcl']).toBe(
    bake
      .replace('tools:1.0.0', 'tools:1.0.1')
      .replace('20.1.0', '20.2.0')
      .replace('base:2.0.0', 'base:2.1.0')
      .replace('3.12.4', '3.12.5'),
  );
});

test.each<[string, string, string, readonly string[], readonly string[]]>([
  [
    'what all targets give is named by them alone',
    'target "a" { args = { BASE = "node:20.1.0", OLD = "python:3.12.4" } }\ntarget "b" { args = { BASE = "node:22.1.0", OLD = "python:3.13.1" } }\n',
    'ARG BASE\nARG OLD=python:3.6\nFROM ${BASE} AS a\nFROM ${OLD}\n',
    ['bake node:20.1.0', 'bake node:22.1.0', 'bake python:3.12.4', 'bake python:3.13.1'],
    [],
  ],
  [
    'a variable without a default is told once',
    'variable "NODE" {}\ntarget "a" { args = { BASE = "${NODE}" } }\n',
    'ARG BASE\nFROM ${BASE}\n',
    [],
    ['${NODE}'],
  ],
  [
    'what one target leaves to the Dockerfile is named there, too',
    'target "a" { args = { OLD = "python:3.12.4" } }\ntarget "b" {}\n',
    'ARG OLD=python:3.6\nFROM ${OLD}\n',
    ['FROM python:3.6', 'bake python:3.12.4'],
    [],
  ],
  [
    'what is named in one FROM alone stays in the other',
    'target "a" { args = { V = "3.12.4" } }\n',
    'ARG V=3.6.1\nFROM python:${V} AS a\nFROM python:${V}-slim\n',
    ['FROM python:3.6.1-slim', 'bake python:3.12.4'],
    [],
  ],
])('of arguments of bake files, %s', async (_, file, dockerfile, names, unresolved) => {
  const found = await namesIn({ 'docker-bake.hcl': file, Dockerfile: dockerfile });
  expect(found.names.sort()).toEqual(names);
  expect(found.unresolved).toEqual(unresolved);
});

test('what a bake file gives to the stage that ships, ships', async () => {
  const project = await projectOf(
    {
      'docker-bake.hcl': 'target "a" { args = { BASE = "node:20.1.0", TOOL = "golang:1.22.1" } }\n',
      Dockerfile: 'ARG BASE\nARG TOOL\nFROM ${TOOL} AS tool\nFROM ${BASE}\nCOPY --from=tool /a /a\n',
    },
    false,
  );
  const places = namedImages(project).flatMap((each) => each.places);
  expect(places.map(({ text, ships }) => [text, ships])).toEqual([
    ['node:20.1.0', true],
    ['golang:1.22.1', false],
  ]);
});

test('a bake file may be of JSON', async () => {
  const text =
    '{"target": {"a": {"contexts": {"x": "docker-image://acme/x:1.0.0", "y": "docker-image://acme/\\u0079:1.0.0"}}}}';
  const { names, left, texts } = await namesIn(
    { 'docker-bake.json': text },
    { 'acme/x:1.0.0': 'acme/x:1.0.1', 'acme/y:1.0.0': 'acme/y:1.0.1' },
  );
  expect(names).toEqual(['bake acme/x:1.0.0', 'bake acme/y:1.0.0']);
  expect(left).toEqual(['acme/y:1.0.0']);
  expect(texts['docker-bake.json']).toBe(text.replace('x:1.0.0', 'x:1.0.1'));
});

test.each([
  ['${IMAGE:-node:20.1.0}', '${IMAGE:-node:20.2.0}'],
  ['${REGISTRY:-docker.io}/library/node:20.1.0', undefined],
  ['${NAME:-node}:${TAG:-20.1.0}', '${NAME:-node}:${TAG:-20.2.0}'],
  ['${NAME-node}:20.1.0', '${NAME-node}:20.2.0'],
])('Compose with the defaults of %s is renamed where they stand', async (written, to) => {
  const of = (image: string) => `services:\n  a:\n    image: "${image}"\n`;
  const next = to ?? written.replace('20.1.0', '20.2.0');
  const renamed = {
    'node:20.1.0': 'node:20.2.0',
    'docker.io/library/node:20.1.0': 'docker.io/library/node:20.2.0',
  };
  const { texts, left } = await namesIn({ 'compose.yaml': of(written) }, renamed);
  expect([texts['compose.yaml'], left]).toEqual([of(next), []]);
});

test('variables of a Compose file stand for what the .env file beside it sets; that file is its owner’s to change', async () => {
  const found = await namesIn(
    {
      'compose.yaml':
        'services:\n  db: {image: "postgres:${PG:-15.1}"}\n  web: {build: {context: ., args: {NODE: "${NODE}"}}}\n',
      Dockerfile: 'ARG NODE=18\nFROM node:${NODE}\n',
      '.env': 'PG=16.1\nNODE=20.1\nDB_PASSWORD=hunter2\n',
    },
    { 'postgres:16.1': 'postgres:16.2', 'node:20.1': 'node:20.2' },
  );
  expect(found.names.sort()).toEqual(['Compose node:20.1', 'Compose postgres:16.1']);
  expect(found.left.sort()).toEqual(['node:20.1', 'postgres:16.1']);
  expect(found.texts['compose.yaml']).toContain('postgres:${PG:-15.1}');
});

test('a default that .env overrides is left, though both say the same', async () => {
  const files = { 'compose.yaml': 'services:\n  db: {image: "postgres:${PG:-16.1}"}\n', '.env': 'PG=16.1\n' };
  const { left, texts } = await namesIn(files, { 'postgres:16.1': 'postgres:16.2' });
  expect([left, texts['compose.yaml']]).toEqual([['postgres:16.1'], files['compose.yaml']]);
});

test.each([
  ['${NAME}.example.com/web:1', ['${NAME}.example.com/web:1'], []],
  ['a.${NAME}/web:1', ['a.${NAME}/web:1'], []],
  ['${NAME}/web:1', [], ['Compose registry.example.com/web:1']],
  ['example.com/${NAME:-web}:1', [], ['Compose example.com/registry.example.com:1']],
])('nobody is asked by a name that a variable is part of: %s', async (image, unresolved, names) => {
  const files = { 'compose.yaml': `services:\n  db: {image: "${image}"}\n`, '.env': 'NAME=registry.example.com\n' };
  expect(await namesIn(files)).toMatchObject({ unresolved, names });
});

test('a build argument without a value is the one of the .env file, and the FROM that it makes is not told again', async () => {
  const files = {
    'compose.yaml': 'services:\n  web: {build: {context: ., args: [NODE]}}\n',
    Dockerfile: 'ARG NODE\nFROM ${NODE}\n',
  };
  const known = await namesIn({ ...files, '.env': 'NODE=node:20.1\n' }, { 'node:20.1': 'node:20.2' });
  expect(known).toMatchObject({ names: ['Compose node:20.1'], unresolved: [], left: ['node:20.1'] });
  expect(await namesIn(files)).toMatchObject({ names: [], unresolved: ['${NODE}'] });
});

test('a link is no .env file', async () => {
  const elsewhere = await projectOf({ settings: 'PG=16.1\n' }, false);
  const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-names-'));
  made.push(root);
  writeFileSync(path.join(root, 'compose.yaml'), 'services:\n  db: {image: "postgres:${PG:-15.1}"}\n');
  symlinkSync(path.join(elsewhere.root, 'settings'), path.join(root, '.env'));
  const project = await loadProject({ kind: 'directory', path: root }, { helm: false });
  expect(namedImages(project).flatMap(({ places }) => places.map(({ text }) => text))).toEqual(['postgres:15.1']);
});
