import { expect, test } from 'vitest';
import type { BuiltImage } from '../../../src/prove/build.ts';
import { imageFigures } from '../../../src/prove/compare/image-figures.ts';
import type { Vulnerability, VulnerabilitySeverity } from '../../../src/vulnerabilities/vulnerability.ts';
import { analysisOf } from './trees.ts';

const cold: BuiltImage = {
  tag: 't',
  id: 'sha256:1',
  source: 'docker-daemon:t',
  steps: [],
  seconds: 61,
  contextBytes: 1234,
  logFile: '/tmp/log',
};

function vulnerability(name: string, severity: VulnerabilitySeverity): Vulnerability {
  return {
    id: `CVE-${name}-${severity}`,
    aliases: [],
    package: { kind: 'deb', name, version: '1', purl: '', licences: [], path: '' },
    severity,
    summary: '',
    knownExploited: false,
    references: [],
    sources: ['plimsoll'],
  };
}

const common = { compressedBytes: 99, vulnerabilities: undefined, advisories: 'Advisories of 2026-11-20.', cold };

test('files with set-id bits are counted, directories with them are not', () => {
  const analysis = analysisOf({ 'bin/su': 'x 4755', 'bin/wall': 'x 2755', 'bin/ls': 'x 755', 'var/mail/': '' });
  const figures = imageFigures({ ...common, analysis, rebuild: undefined });
  expect(figures).toMatchObject({ files: 3, setIdFiles: 2, contextBytes: 1234, coldSeconds: 61, compressedBytes: 99 });
});

test('a package counts once, under the gravest that it has; without advisories nothing is counted', () => {
  const analysis = analysisOf({}, { packages: ['a', 'b', 'c'] });
  const found = [vulnerability('a', 'low'), vulnerability('a', 'critical'), vulnerability('b', 'low')];
  const figures = imageFigures({ ...common, analysis, vulnerabilities: found, rebuild: undefined });
  expect(figures).toMatchObject({ packages: 3, vulnerablePackages: 2, vulnerabilities: { critical: 1, low: 1 } });
  const unknown = imageFigures({ ...common, analysis, rebuild: undefined });
  expect(unknown).toMatchObject({ vulnerablePackages: undefined, vulnerabilities: undefined });
});

test('cache hits are told by instruction, FROM and what is none left out, secrets masked', () => {
  const step = (instruction: string | undefined, cached: boolean, seconds?: number) => ({
    name: `[2/9] ${instruction}`,
    instruction,
    stage: 'build',
    cached,
    seconds,
  });
  const built = {
    ...cold,
    seconds: 4,
    steps: [
      step('FROM node:24', true),
      step('RUN npm ci', true),
      step('RUN curl -u me:hunter2hunter https://x.example', false, 3.5),
      step(undefined, false, 0.2),
    ],
  };
  const figures = imageFigures({ ...common, analysis: analysisOf({}), rebuild: { changedFile: 'a.js', built } });
  expect(figures.rebuild).toMatchObject({ changedFile: 'a.js', seconds: 4, cachedSteps: 1, steps: 2 });
  expect(figures.rebuild?.instructions.map(({ cached }) => cached)).toEqual([true, false]);
  expect(JSON.stringify(figures)).not.toContain('hunter2');
});
