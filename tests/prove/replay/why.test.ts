import { describe, expect, test, vi } from 'vitest';
import type { Cause } from '../../../src/prove/replay/cause.ts';
import { explainBuild, isBeginning } from '../../../src/prove/replay/explain.ts';
import { openHistory } from '../../../src/prove/replay/history.ts';
import { type ReplayedBuild, replayBuilds } from '../../../src/prove/replay/replay.ts';
import { type Change, importHistory } from './git-fixture.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Verdicts of the last commit by line, and where its rebuilding began and why. */
async function why(changes: readonly Change[], build: Partial<ReplayedBuild> = {}) {
  const repository = await importHistory(changes);
  const history = await openHistory(repository.directory, { most: 20 });
  try {
    const whole = { dockerfile: 'Dockerfile', context: '', ...build };
    const builds = await replayBuilds(history, whole);
    const [before, after] = builds.slice(-2);
    if (before === undefined || after === undefined) throw new Error('two commits are wanted');
    expect([before.problem, after.problem]).toEqual([undefined, undefined]);
    const steps = explainBuild(before, after, { history, build: whole });
    return {
      verdicts: steps.map(({ step, verdict }) => `${step.instruction.line} ${verdict}`),
      begins: steps.flatMap(({ step, cause }) =>
        cause && isBeginning(cause) ? [`${step.instruction.line} ${told(cause)}`] : [],
      ),
    };
  } finally {
    history.close();
    repository.remove();
  }
}

function told(cause: Cause): string {
  switch (cause.kind) {
    case 'files':
      return cause.files
        .map(({ path, change, byIgnoreFile, needless }) =>
          [path, change, byIgnoreFile && 'by the ignore file', needless && `(${needless})`].filter(Boolean).join(' '),
        )
        .join(', ');
    case 'base':
      return `${cause.before} to ${cause.after} at ${cause.line}`;
    case 'variable':
      return `${cause.name}: ${cause.before} to ${cause.after} at ${cause.line}`;
    case 'edited':
      return `${cause.aspect}: ${cause.before} to ${cause.after} at ${cause.line}`;
    case 'moved':
      return `moved from ${cause.before}`;
    case 'removed':
      return `${cause.text} removed from ${cause.before}`;
    case 'unknown':
      return `unknown: ${cause.reason}`;
    default:
      return cause.kind;
  }
}

const dockerfile = `FROM node:22-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build
LABEL version=1
CMD ["node", "index.js"]
`;

const project: Change = {
  Dockerfile: dockerfile,
  '.dockerignore': '.dockerignore\nDockerfile\n',
  'package.json': '{}',
  'package-lock.json': '{}',
  'src/index.ts': 'one',
  'README.md': 'read me',
  run: 'start',
};

const edited = (from: string, to: string) => {
  expect(dockerfile).toContain(from);
  return { Dockerfile: dockerfile.replace(from, to) };
};

describe('the instruction, the file and the reason are named', () => {
  const cases: readonly [name: string, change: Change, begins: readonly string[], rebuilt: readonly string[]][] = [
    ['a source file', { 'src/index.ts': 'two' }, ['5 src/index.ts content'], ['5', '6']],
    ['a lock file', { 'package-lock.json': '{ }' }, ['3 package-lock.json content'], ['3', '4', '5', '6']],
    ['a mode', { run: { run: 'start' } }, ['5 run mode'], ['5', '6']],
    ['a file that is no longer there', { run: undefined }, ['5 run removed'], ['5', '6']],
    ['a file that became a link', { run: { link: 'src' } }, ['5 run kind'], ['5', '6']],
    ['a file that no build needs', { 'README.md': 'more' }, ['5 README.md content (documentation)'], ['5', '6']],
    ['nothing that is sent', { '.dockerignore': '.dockerignore\nDockerfile\n# a comment\n' }, [], []],
    [
      'an ignore file that keeps one more out',
      { '.dockerignore': '.dockerignore\nDockerfile\nREADME.md\n' },
      ['5 README.md removed by the ignore file (documentation)'],
      ['5', '6'],
    ],
    [
      'the tag of the base',
      edited('node:22-slim', 'node:24-slim'),
      ['2 node:22-slim to node:24-slim at 1'],
      ['2', '3', '4', '5', '6'],
    ],
    [
      'an instruction',
      edited('npm ci', 'npm ci --omit=dev'),
      ['4 command: RUN npm ci to RUN npm ci --omit=dev at 4'],
      ['4', '5', '6'],
    ],
    [
      'the directory',
      edited('WORKDIR /app', 'WORKDIR /srv'),
      ['2 command: WORKDIR /app to WORKDIR /srv at 2'],
      ['2', '3', '4', '5', '6'],
    ],
    ['a label', edited('version=1', 'version=2'), [], []],
    ['a comment and white space between instructions', edited('RUN npm ci', '\n# installed\nRUN npm ci'), [], []],
    ['a new instruction', edited('RUN npm ci', 'RUN npm -v\nRUN npm ci'), ['4 added'], ['4', '5', '6', '7']],
    ['an instruction that went', edited('RUN npm ci\n', ''), ['4 RUN npm ci removed from 4'], ['4', '5']],
    [
      'instructions in another order',
      edited('RUN npm ci\nCOPY . .', 'COPY . .\nRUN npm ci'),
      ['4 moved from 5'],
      ['4', '5', '6'],
    ],
    ['ENV before all', edited('WORKDIR', 'ENV CI=1\nWORKDIR'), ['5 CI: undefined to 1 at 2'], ['5', '6', '7']],
    ['USER', edited('RUN npm run', 'USER node\nRUN npm run'), ['7 user:  to node at 6'], ['7']],
    [
      'SHELL',
      edited('RUN npm run', 'SHELL ["/bin/bash", "-c"]\nRUN npm run'),
      ['7 shell:  to ["/bin/bash","-c"] at 6'],
      ['7'],
    ],
    ['an ARG without a value, which no build gives', edited('WORKDIR', 'ARG REVISION\nWORKDIR'), [], []],
  ];
  test.concurrent.each(cases)('%s', async (_, change, begins, rebuilt) => {
    const found = await why([project, change]);
    expect(found.begins).toEqual(begins);
    expect(found.verdicts.filter((each) => each.endsWith(' rebuilt')).map((each) => each.split(' ')[0])).toEqual(
      rebuilt,
    );
    expect(found.verdicts.filter((each) => each.endsWith(' unknown'))).toEqual([]);
  });
});

const variables = (argument: string, environment: string) => `ARG VERSION=22
FROM node:$VERSION
ARG REVISION=${argument}
ENV MODE=${environment}
RUN make
`;

test.concurrent.each([
  ['the default of an ARG', variables('2', 'a'), ['5 REVISION: 1 to 2 at 3']],
  ['an ENV', variables('1', 'b'), ['5 MODE: a to b at 4']],
  ['an ARG before FROM', variables('1', 'a').replace('=22', '=24'), ['5 node:22 to node:24 at 2']],
])('%s is named with its line', async (_, after, begins) => {
  expect((await why([{ Dockerfile: variables('1', 'a') }, { Dockerfile: after }])).begins).toEqual(begins);
});

const stages = (build: string) => `FROM golang:1 AS build
COPY main.go .
RUN ${build}
FROM scratch
COPY --from=build /out /out
COPY config /config
`;

test.concurrent('what a rebuilt stage made is not known; the reason is where the stage begins to be rebuilt', async () => {
  const start = { Dockerfile: stages('go build'), 'main.go': '1', config: '1' };
  expect(await why([start, { 'main.go': '2' }])).toEqual({
    verdicts: ['2 rebuilt', '3 rebuilt', '5 unknown', '6 unknown'],
    begins: ['2 main.go content'],
  });
  expect((await why([start, { config: '2' }])).verdicts).toEqual(['2 cached', '3 cached', '5 cached', '6 rebuilt']);
});

test.concurrent('content that was there before is found again, and what was made of it', async () => {
  const start = { Dockerfile: stages('go build'), 'main.go': '1', config: '1' };
  const { verdicts } = await why([start, { 'main.go': '2' }, { config: '2' }, { config: '1' }, { 'main.go': '1' }]);
  expect(verdicts).toEqual(['2 cached', '3 cached', '5 cached', '6 cached']);
});

test.concurrent('a link counts by where it points, and a link that is named by what it leads to', async () => {
  const start = {
    Dockerfile: 'FROM a\nCOPY dir dir\nCOPY named there\n',
    'dir/link': { link: '../one' },
    named: { link: 'one' },
    one: '1',
    two: '1',
  };
  expect((await why([start, { 'dir/link': { link: '../two' } }])).begins).toEqual(['2 dir/link link']);
  expect((await why([start, { one: '2' }])).begins).toEqual(['3 one content']);
  expect((await why([start, { named: { link: 'two' } }])).begins).toEqual([]);
});

test.concurrent('a file that is moved and copied from there is the same file', async () => {
  const start = { Dockerfile: 'FROM a\nCOPY x/file /to\nRUN b\n', 'x/file': '1' };
  expect(
    (await why([start, { 'x/file': undefined, 'y/file': '1', Dockerfile: 'FROM a\nCOPY y/file /to\nRUN b\n' }])).begins,
  ).toEqual([]);
});

test.concurrent('the recipe itself is a file of the context', async () => {
  const start = { Dockerfile: 'FROM a\nCOPY . .\nCMD ["a"]\n' };
  expect((await why([start, { Dockerfile: 'FROM a\nCOPY . .\nCMD ["b"]\n' }])).begins).toEqual([
    '2 Dockerfile content (the recipe of the build itself)',
  ]);
});

test.concurrent('an ignore file of the Dockerfile goes before that of the context', async () => {
  const start = {
    Dockerfile: 'FROM a\nCOPY . .\n',
    'Dockerfile.dockerignore': '*\n!a\n',
    '.dockerignore': '',
    a: '1',
    b: '1',
  };
  expect((await why([start, { b: '2', '.dockerignore': 'a\n' }])).begins).toEqual([]);
});

test.concurrent('bind mounts count by content, caches and secrets by where they are', async () => {
  const run = (mount: string) => ({ Dockerfile: `FROM a\nRUN --mount=${mount} make\n`, x: '1', y: '1', z: '1' });
  const same = async (one: string, other: string) => (await why([run(one), run(other)])).begins.length === 0;
  expect(await same('target=/a,source=x', 'type=bind,source=y,target=/a')).toBe(true);
  expect((await why([run('target=/a,source=x'), { x: '2' }])).begins).toEqual(['2 x content']);
  expect((await why([run('target=/a,source=x'), { z: '2' }])).begins).toEqual([]);
  expect(await same('type=cache,target=/c,sharing=locked', 'type=cache,target=/c,sharing=private')).toBe(true);
  expect(await same('type=cache,target=/c,id=a', 'type=cache,target=/c,id=b')).toBe(true);
  expect(await same('type=cache,target=/c', 'type=cache,target=/d')).toBe(false);
  expect(await same('type=secret,id=a', 'type=secret,id=b')).toBe(false);
});

test.concurrent('COPY --link does not depend on what stands before it', async () => {
  const file = (run: string) => ({ Dockerfile: `FROM a\nRUN ${run}\nCOPY --link x /x\nRUN last\n`, x: '1' });
  expect((await why([file('one'), file('two')])).verdicts).toEqual(['2 rebuilt', '3 cached', '4 rebuilt']);
});

test.concurrent('wildcards, --exclude and --parents take what they name', async () => {
  const start = (line: string): Change => ({
    Dockerfile: `FROM a\n${line}\n`,
    'a/x.txt': '1',
    'a/y.md': '1',
    'b/x.txt': '1',
  });
  const begins = async (line: string, change: Change) => (await why([start(line), change])).begins;
  expect(await begins('COPY a/*.txt /to/', { 'a/y.md': '2' })).toEqual([]);
  expect(await begins('COPY a/*.txt /to/', { 'a/z.txt': '1' })).toEqual(['2 a/z.txt added']);
  expect(await begins('COPY */x.txt /to/', { 'b/x.txt': '2' })).toEqual(['2 b/x.txt content']);
  expect(await begins('COPY --exclude=**/*.md . /to/', { 'a/y.md': '2' })).toEqual([]);
  expect(await begins('COPY --exclude=**/*.md a /to/', { 'a/x.txt': '2' })).toEqual(['2 a/x.txt content']);
  expect(await begins('COPY --parents a/x.txt b/x.txt /to/', { 'a/y.md': '2' })).toEqual([]);
  expect(await begins('COPY --parents */x.txt /to/', { 'b/x.txt': '2' })).toEqual(['2 b/x.txt content']);
});

test.concurrent('a work tree’s own .git is another one at each commit, unless it is kept out', async () => {
  const start = { Dockerfile: 'FROM a\nCOPY . .\n', '.dockerignore': 'other\n', other: '1' };
  expect((await why([start, { other: '2' }], { hasGit: true })).begins).toEqual([
    '2 .git content (the history of git)',
  ]);
  expect((await why([start, { other: '2' }])).begins).toEqual([]);
  const kept = { ...start, '.dockerignore': 'other\n.git\n' };
  expect((await why([kept, { other: '2' }], { hasGit: true })).begins).toEqual([]);
});
