import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { command } from '../../../src/cli/commands/bisect-size.ts';
import type { SizeReport } from '../../../src/core/size-report.ts';
import { bisectSize } from '../../../src/prove/bisect-size/bisect-size.ts';
import type { MeasuredImage } from '../../../src/prove/bisect-size/compare-commits.ts';
import type { SizedCommit } from '../../../src/prove/bisect-size/sized-commit.ts';
import { openHistory } from '../../../src/prove/replay/history.ts';
import { sizesVersion } from '../../../src/report/size.ts';
import { runCommand } from '../../cli/run-command.ts';
import { smallHistory } from './small-history.ts';

const large = randomBytes(4_000_000);
const dockerfile = (run: string, base = 'debian:12') => `FROM ${base}\nRUN ${run}\nCOPY . /srv\nCMD ["/srv/main"]\n`;

const repository = smallHistory({
  first: {
    Dockerfile: dockerfile('apt-get install -y curl'),
    '.dockerignore': '.git\ndata\n',
    main: 'x',
    'data/cache': large,
  },
  'a word of documentation': { 'README.md': 'hello\n' },
  'add the model': { 'model.bin': large.subarray(0, 3_000_000) },
  'tidy the ignore file': { '.dockerignore': '.git\n' },
  'more packages': { Dockerfile: dockerfile('apt-get install -y curl build-essential') },
  'another base': { Dockerfile: dockerfile('apt-get install -y curl build-essential', 'debian:12-slim') },
  'no Dockerfile for once': { Dockerfile: null },
  'back again': { Dockerfile: dockerfile('apt-get install -y curl build-essential', 'debian:12-slim') },
  'smaller main': { main: '' },
});
afterAll(() => repository.remove());

/** What RUN and the base would weigh, had they been built. */
function weights({ base, steps }: SizedCommit): MeasuredImage {
  const measured = steps.map(({ name, text, bytes }) =>
    name === 'RUN'
      ? {
          bytes: text.includes('build-essential') ? 50_000_000 : 5_000_000,
          files: new Map(text.includes('build-essential') ? [['usr/bin/gcc', 30_000_000]] : []),
        }
      : { bytes, files: new Map() },
  );
  const below = base === 'debian:12' ? 100_000_000 : 70_000_000;
  return { bytes: below + measured.reduce((sum, { bytes }) => sum + bytes, 0), steps: measured };
}

async function search(
  budget: number | undefined,
  { builds = 16, fails = () => false }: { builds?: number; fails?: (commit: SizedCommit) => boolean } = {},
): Promise<{ report: SizeReport; built: string[] }> {
  const history = await openHistory(repository.directory, { most: 100 });
  const built: string[] = [];
  try {
    const report = await bisectSize(history, {
      build: { dockerfile: 'Dockerfile', context: '' },
      budget: budget === undefined ? undefined : { bytes: budget, source: 'test' },
      async measure(commit) {
        built.push(commit.commit.subject);
        return fails(commit) ? 'exit code 1' : weights(commit);
      },
      newest: undefined,
      mostBuilds: builds,
      onProgress: () => {},
    });
    return { report, built };
  } finally {
    history.close();
  }
}

describe('a budget that was crossed', () => {
  test.each([
    [104_000_000, 'first', undefined, undefined],
    [107_000_000, 'add the model', 3_000_000, { why: 'other files are copied', basis: 'files', file: 'model.bin' }],
    [
      110_000_000,
      'tidy the ignore file',
      4_000_000,
      { why: 'the ignore file keeps less out', basis: 'files', file: 'data/cache' },
    ],
    [
      120_000_000,
      'more packages',
      45_000_000,
      { why: 'it was «RUN apt-get install -y curl»', basis: 'build', file: 'usr/bin/gcc' },
    ],
  ] as const)('of %i bytes by «%s»', async (budget, subject, bytes, cause) => {
    const { report } = await search(budget);
    expect(report.verdict).toBe('over budget');
    if (cause === undefined) return expect(report.crossing).toBeUndefined();
    const [first] = report.crossing?.causes ?? [];
    expect(report.crossing?.commit.subject).toBe(subject);
    // To some bytes of small files, which the cases add besides.
    expect(Math.abs((first?.bytes ?? 0) - bytes)).toBeLessThan(100);
    expect(first).toMatchObject({ why: cause.why, basis: cause.basis });
    expect(first?.files[0]?.path).toBe(cause.file);
  });

  test('takes no build of commits that differ by copied files only', async () => {
    const { built } = await search(107_000_000);
    expect(built).toEqual(['smaller main', 'first']);
  });

  test('is looked for beside commits that cannot be built', async () => {
    const { report } = await search(120_000_000, { fails: ({ commit }) => commit.subject === 'more packages' });
    expect(report.gaps).toContainEqual(expect.stringContaining('cannot be built: exit code 1'));
    expect(report.crossing?.commit.subject).toBe('another base');
    expect(report.unbuildable).toBe(1);
  });

  test('is said to be not decided where builds are used up', async () => {
    const { report } = await search(120_000_000, { builds: 2 });
    expect(report.builds).toBe(2);
    // What files tell needs no build: the last commit of the first kind is known to be within.
    expect(report.crossing?.before.subject).toBe('tidy the ignore file');
    expect(report.gaps).toContainEqual(expect.stringContaining('no further build was possible'));
  });

  test('is not known where the newest commit cannot be built, which is no verdict', async () => {
    const { report } = await search(200_000_000, { fails: () => true });
    expect(report).toMatchObject({ verdict: 'not known', newestBytes: undefined });
  });

  test('within it, one build is enough', async () => {
    const { report, built } = await search(200_000_000);
    expect([report.verdict, report.growth, built]).toEqual(['within budget', [], ['smaller main']]);
  });
});

test('what made it grow, the largest first, with what shrank it at the end', async () => {
  const { report } = await search(undefined);
  expect(report.verdict).toBe('no budget');
  expect(report.growth.map(({ commit, bytes }) => [commit.subject, Math.round((bytes ?? 0) / 1e6)])).toEqual([
    ['more packages', 45],
    ['tidy the ignore file', 4],
    ['add the model', 3],
    ['another base', -30],
  ]);
  const base = report.growth.at(-1);
  expect(base?.causes[0]).toMatchObject({
    instruction: 'FROM debian:12-slim',
    why: 'the base image was debian:12',
    bytes: -30_000_000,
  });
});

describe('the command', () => {
  const schema = JSON.parse(readFileSync('schemas/bisect-size.schema.json', 'utf8'));
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);

  test('tells without a build what files tell, and what they do not', async () => {
    const args = ['--since', 'HEAD~8', '--no-build', '--no-config'];
    const { code, stdout } = await runCommand(command, repository.directory, [...args, '--json']);
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(schema.properties.version.const).toBe(sizesVersion);
    expect(report).toMatchObject({ verdict: 'no budget', builds: 0, newestBytes: null, commits: 8, unbuildable: 1 });
    expect(report.growth.map(({ commit }: { commit: { subject: string } }) => commit.subject)).toEqual([
      'tidy the ignore file',
      'add the model',
      'more packages',
      'another base',
    ]);
    const { stdout: text } = await runCommand(command, repository.directory, args);
    for (const part of [
      '+3 MB  add the model',
      '+4 MB  data/cache  no longer ignored',
      'size not known without a build  more packages',
      '(build it)',
    ])
      expect(text).toContain(part);
  }, 60_000);

  test.each([
    [[], 'asks about a budget or a revision'],
    [['--budget', 'much'], '--budget takes a size'],
    [['--budget', '1MB', '--no-build'], 'only a build tells'],
    [['--since', 'nowhere', '--no-build'], 'there is no commit «nowhere»'],
    [['--since', 'HEAD~2', '--no-build', '--dockerfile', 'other'], 'no commit can be built'],
    [['web', '--budget', '1MB'], 'one directory'],
  ])('refuses %j', async (args, message) => {
    await expect(runCommand(command, repository.directory, [...args, '--no-config'])).rejects.toThrow(message);
  });

  test('takes the budget of its Dockerfile from the configuration, and refuses one that is no size', async () => {
    const file = path.join(repository.directory, 'plimsoll.yaml');
    writeFileSync(file, 'sizeBudgets:\n  Dockerfile: 1MB\n');
    await expect(runCommand(command, repository.directory, ['--no-build'])).rejects.toThrow('only a build tells');
    writeFileSync(file, 'sizeBudgets:\n  Dockerfile: much\n');
    await expect(runCommand(command, repository.directory, ['--no-build'])).rejects.toMatchObject({
      where: 'plimsoll.yaml:2:15',
    });
  });
});
