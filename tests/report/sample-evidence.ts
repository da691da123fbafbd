import type { Evidence, ImageFigures } from '../../src/core/evidence.ts';

const before: ImageFigures = {
  bytes: 1_120_000_000,
  compressedBytes: 402_000_000,
  layers: 14,
  layerBytes: [120_000_000, 800_000_000, 200_000_000],
  files: 48_211,
  packages: 612,
  vulnerablePackages: 214,
  vulnerabilities: { critical: 12, high: 80, medium: 122 },
  advisories: 'Advisories of 2026-11-20.',
  setIdFiles: 17,
  secrets: 0,
  user: '',
  contextBytes: 184_000_000,
  coldSeconds: 74.2,
  rebuild: {
    changedFile: 'src/index.js',
    seconds: 61.4,
    cachedSteps: 2,
    steps: 8,
    instructions: [
      { instruction: 'WORKDIR /app', stage: undefined, cached: true, seconds: 0 },
      { instruction: 'COPY . .', stage: undefined, cached: false, seconds: 2.1 },
      { instruction: 'RUN npm install', stage: undefined, cached: false, seconds: 55 },
    ],
  },
};

const after: ImageFigures = {
  ...before,
  bytes: 171_000_000,
  compressedBytes: 61_000_000,
  layers: 7,
  layerBytes: [80_000_000, 91_000_000],
  files: 9_102,
  packages: 201,
  vulnerablePackages: 31,
  vulnerabilities: { high: 1, low: 30 },
  setIdFiles: 0,
  user: '10001',
  contextBytes: 13_000_000,
  coldSeconds: 66,
  rebuild: {
    changedFile: 'src/index.js',
    seconds: 4.1,
    cachedSteps: 5,
    steps: 9,
    instructions: [
      { instruction: 'RUN npm ci', stage: 'build', cached: true, seconds: 0 },
      { instruction: 'COPY . .', stage: 'build', cached: false, seconds: 0.4 },
    ],
  },
};

/** A proof of two fixes, with names from files that are not harmless. */
export const sampleEvidence: Evidence = {
  tool: { name: 'plimsoll', version: '1.2.3' },
  created: '2026-11-27T22:05:00.000Z',
  subject: {
    name: 'web',
    dockerfile: 'web/Dockerfile',
    context: 'web',
    target: undefined,
    platform: undefined,
    arguments: ['VERSION'],
    secrets: [],
  },
  builder: { kind: 'docker', title: 'Docker Engine 20.10.24 (BuildKit)' },
  runner: 'Docker Engine 20.10.24',
  digests: {
    before: {
      files: { 'web/Dockerfile': `sha256:${'a'.repeat(64)}`, 'web/.dockerignore': 'absent' },
      context: undefined,
      image: `sha256:${'1'.repeat(64)}`,
    },
    after: {
      files: { 'web/Dockerfile': `sha256:${'b'.repeat(64)}`, 'web/.dockerignore': `sha256:${'c'.repeat(64)}` },
      context: undefined,
      image: `sha256:${'2'.repeat(64)}`,
    },
  },
  before,
  after,
  tree: {
    same: 9_000,
    declared: 39_190,
    noise: 2,
    undeclared: 3,
    differences: [
      { path: 'opt/tool', change: 'removed', differs: [], bytes: 0, standing: 'undeclared', by: undefined },
      { path: 'opt/tool/bin', change: 'removed', differs: [], bytes: 1_200_000, standing: 'undeclared', by: undefined },
      {
        path: 'app/<b>.js',
        change: 'changed',
        differs: ['content', 'mode'],
        bytes: 40,
        standing: 'undeclared',
        by: undefined,
      },
      {
        path: 'usr/bin/gcc',
        change: 'removed',
        differs: [],
        bytes: 1_000,
        standing: 'declared',
        by: 'size/lighter-base',
      },
      { path: 'app/a.log', change: 'changed', differs: ['content'], bytes: 10, standing: 'noise', by: undefined },
    ],
    omitted: 39_190,
  },
  behaviour: {
    verdict: 'same',
    compared: 14,
    differences: [],
    improvements: [
      { name: 'user', message: 'runs as uid 10001 instead of root', before: ['uid 0'], after: ['uid 10001'] },
    ],
    unproved: [],
    noise: [{ name: 'GET :8080/', what: 'a time' }],
    why: undefined,
  },
  fixes: [
    { rule: 'size/lighter-base', path: 'web/Dockerfile', line: 1, title: 'Use node:24-slim', class: 'review' },
    {
      rule: 'cache/copy-manifests-first',
      path: 'web/Dockerfile',
      line: 9,
      title: 'Copy `package.json` first',
      class: 'safe',
    },
  ],
  withdrawn: [
    {
      rule: 'size/no-install-recommends',
      path: 'web/Dockerfile',
      line: 5,
      title: 'Pass --no-install-recommends',
      class: 'safe',
      reason: 'GET :8080/healthz: 500 before, 200 after',
    },
  ],
  builds: 5,
  seconds: 184,
  verdict: 'proved',
  statements: [
    'The original was built twice and the repaired file once, each without a cache.',
    'Not tried: POST :8080/order.',
  ],
};
