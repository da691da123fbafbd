import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applicationsOf } from '../../src/project/application-builds.ts';
import { environmentOf } from '../../src/project/application-environment.ts';
import { loadProject } from '../../src/project/load-project.ts';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-applications-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function load(files: Readonly<Record<string, string>>) {
  const directory = mkdtempSync(path.join(scratch, 'project-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  return loadProject({ kind: 'directory', path: directory });
}

/** Each Dockerfile with the applications that its image runs. */
async function linked(files: Readonly<Record<string, string>>): Promise<Record<string, string[]>> {
  const project = await load(files);
  return Object.fromEntries(
    project.builds.map((build) => [
      build.dockerfile.path,
      applicationsOf(project, build).map(({ language, directory }) => `${language} ${directory}`),
    ]),
  );
}

const node = 'FROM node:22-slim\nCOPY . .\nCMD ["node", "index.js"]\n';
const go =
  'FROM golang:1.25 AS build\nCOPY . .\nRUN go build -o /app\nFROM scratch\nCOPY --from=build /app /app\nCMD ["/app"]\n';

describe('which applications an image runs', () => {
  test.each<[string, Record<string, string>, Record<string, string[]>]>([
    ['its own', { Dockerfile: node, 'package.json': '{}', 'index.js': '' }, { Dockerfile: ['node '] }],
    [
      'each of several its own',
      {
        'web/Dockerfile': node,
        'web/package.json': '{}',
        'web/index.js': '',
        'api/Dockerfile': go,
        'api/go.mod': '',
        'api/main.go': '',
      },
      { 'api/Dockerfile': ['go api'], 'web/Dockerfile': ['node web'] },
    ],
    [
      'the directory that it copies from a context above',
      {
        'compose.yaml': 'services: { a: { build: { context: ., dockerfile: docker/a.Dockerfile } } }',
        'docker/a.Dockerfile': 'FROM node:22\nCOPY services/a/ /app/\nCMD ["node", "/app/index.js"]',
        'services/a/package.json': '{}',
        'services/a/index.js': '',
        'services/b/package.json': '{}',
        'services/b/index.js': '',
      },
      { 'docker/a.Dockerfile': ['node services/a'] },
    ],
    [
      'no pages that nginx serves',
      {
        Dockerfile:
          'FROM node:22 AS build\nCOPY . .\nRUN npm run build\nFROM nginx:1.29\nCOPY --from=build /dist /usr/share/nginx/html',
        'package.json': '{}',
        'index.js': '',
      },
      { Dockerfile: [] },
    ],
    [
      'no sources of a language that it cannot run',
      { Dockerfile: go, 'go.mod': '', 'main.go': '', 'package.json': '{}', 'page.js': '' },
      { Dockerfile: ['go '] },
    ],
    [
      'nothing when nothing is copied',
      { Dockerfile: 'FROM node:22\nCMD ["node"]', 'package.json': '{}', 'a.js': '' },
      { Dockerfile: [] },
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await linked(files)).toEqual(expected);
  });
});

const deployment = (container: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: example.com/web:1
${container}
`;

describe('what a container is given', () => {
  const image = {
    Dockerfile: 'FROM node:22-slim\nENV PORT=3000 MODE=image\nCOPY . .\nCMD ["node", "index.js"]',
    'skaffold.yaml':
      'apiVersion: skaffold/v4beta11\nkind: Config\nbuild: { artifacts: [{ image: example.com/web, context: . }] }',
  };

  test.each<[string, Record<string, string>, Record<string, string | undefined>, boolean]>([
    ['the image’s own', { 'a.yaml': deployment('') }, { PORT: '3000', MODE: 'image' }, true],
    [
      'a literal over the image’s',
      { 'a.yaml': deployment('          env: [{ name: MODE, value: manifest }]') },
      { PORT: '3000', MODE: 'manifest' },
      true,
    ],
    [
      'a ConfigMap with a prefix',
      {
        'a.yaml': deployment('          envFrom: [{ prefix: APP_, configMapRef: { name: web } }]'),
        'b.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: { LEVEL: info }',
      },
      { PORT: '3000', MODE: 'image', APP_LEVEL: 'info' },
      true,
    ],
    [
      'a Secret that is not here',
      { 'a.yaml': deployment('          envFrom: [{ secretRef: { name: web } }]') },
      { PORT: '3000', MODE: 'image' },
      false,
    ],
    [
      'a key of a Secret, whose value is not shown',
      { 'a.yaml': deployment('          env: [{ name: KEY, valueFrom: { secretKeyRef: { name: web, key: k } } }]') },
      { PORT: '3000', MODE: 'image', KEY: undefined },
      true,
    ],
  ])('%s', async (_name, files, expected, complete) => {
    const project = await load({ ...image, ...files });
    const [build] = project.builds;
    const use = build?.runBy.find(({ kind }) => kind === 'container');
    if (!build || !use) throw new Error('the image is not linked to the container');
    const given = environmentOf(project, build, use);
    expect(Object.fromEntries([...given.variables].map(([name, { value }]) => [name, value]))).toEqual(expected);
    expect(given.complete).toBe(complete);
  });

  test('a start script may set more', async () => {
    const project = await load({
      'compose.yaml': 'services: { web: { build: . } }',
      Dockerfile: 'FROM node:22-slim\nCOPY . .\nENTRYPOINT ["./docker-entrypoint.sh"]\nCMD ["node", "index.js"]',
    });
    const [build] = project.builds;
    const [use] = build?.runBy ?? [];
    if (!build || !use) throw new Error('the image is not linked to the service');
    expect(environmentOf(project, build, use).complete).toBe(false);
  });
});
