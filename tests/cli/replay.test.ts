import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command as replayCommand } from '../../src/cli/commands/replay.ts';
import { command as whyCommand } from '../../src/cli/commands/why-rebuilt.ts';
import { type Change, makeRepository, type Repository } from '../prove/replay/git-fixture.ts';
import { runCommand } from './run-command.ts';

const dockerfile = `FROM node:22-slim
WORKDIR /app
COPY . .
RUN npm ci
ENV API_TOKEN=Zk3Xq9Lm2Pv8Rt5Wy1Nb
RUN npm run build
USER node
CMD ["node", "index.js"]
`;
const lock = JSON.stringify({
  lockfileVersion: 3,
  packages: { '': {}, ...Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`node_modules/p${at}`, {}])) },
});
const first: Change = {
  'shop/Dockerfile': dockerfile,
  'shop/.dockerignore': 'node_modules\n',
  'shop/package.json': JSON.stringify({ name: 'shop', dependencies: { p1: '1.0.0' }, scripts: { build: 'true' } }),
  'shop/package-lock.json': lock,
  'shop/index.js': 'console.log(1)\n',
};

let repository: Repository;
let ids: readonly string[] = [];
beforeAll(async () => {
  // All rules are loaded with it: the first test need not wait for that.
  await import('../../src/cli/perform-replay.ts');
  repository = makeRepository();
  ids = [
    repository.commit(first, 'first'),
    repository.commit({ 'shop/index.js': 'console.log(2)\n' }, 'second'),
    repository.commit({ 'other/file': '1' }, 'elsewhere'),
    repository.commit({ 'shop/README.md': 'read\n' }, 'documentation'),
    repository.commit(
      { 'shop/Dockerfile': dockerfile.replace('Zk3Xq9Lm2Pv8Rt5Wy1Nb', 'Ab3Xq9Lm2Pv8Rt5Wy1Nc') },
      'another token',
    ),
    repository.commit({ 'shop/index.js': 'console.log(3)\n' }, 'last \u001b[31m'),
  ];
}, 300_000);
afterAll(() => repository?.remove());

const shop = () => path.join(repository.directory, 'shop');
const replay = (...args: string[]) => runCommand(replayCommand, shop(), args);
const why = (...args: string[]) => runCommand(whyCommand, shop(), args);

function expectSchema(name: string, stdout: string): void {
  const schema = JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'));
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
  expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
}

describe('plimsoll replay', () => {
  test('counts rebuilds by instruction and names the fix that saves most', async () => {
    const { code, stdout } = await replay();
    expect(code).toBe(0);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain('5 commits');
    // The Dockerfile of today stands in every commit: what changed it then counts for nothing.
    expect(text).toMatch(/ 3 3 COPY \. \. .*begins here 3×: shop\/index\.js 2×, only documentation/);
    expect(text).toMatch(/ 3 4 RUN npm ci ~5 s/);
    expect(text).toMatch(/saves most .*▼ \d+ % .*cache\/copy-manifests-first/);
    expect(stdout).not.toContain('\u001b');
  });

  test('with what each commit had, and seconds that are given', async () => {
    const { stdout } = await replay('--as-it-was', '--seconds', '4=40', '--json');
    expectSchema('replay', stdout);
    const [build] = JSON.parse(stdout).builds;
    const install = build.replay.instructions.find(({ line }: { line: number }) => line === 4);
    expect(install).toMatchObject({ rebuilt: 4, unknown: 0, cost: { seconds: 40, basis: 'given' } });
    expect(build.as).toBe('historic');
  });

  test('--json is as the schema says, no secret in it', async () => {
    const { stdout } = await replay('--json');
    expectSchema('replay', stdout);
    expect(stdout).not.toMatch(/[ZA][kb]3Xq9/);
    const [build] = JSON.parse(stdout).builds;
    expect(build.fixes[0].rule).toBe('cache/copy-manifests-first');
    expect(build.fixes[0].work.atLeast).toBeLessThan(build.replay.work.atLeast);
    expect(build.replay.commits.map(({ rebuilt }: { rebuilt: number[] }) => rebuilt)).toEqual([
      [3, 4, 6],
      [],
      [3, 4, 6],
      [],
      [3, 4, 6],
    ]);
  });

  test('seconds from the log of a build', async () => {
    const log = path.join(repository.directory, '.git/build.log');
    writeFileSync(log, '#7 [3/4] RUN npm ci\n#7 1.2 added\n#7 DONE 12.3s\n#8 [4/4] RUN npm run build\n#8 CACHED\n');
    const { stdout } = await replay('--timings', log, '--no-fixes', '--json');
    const costs = JSON.parse(stdout).builds[0].replay.instructions.map(
      ({ cost }: { cost: { basis: string; seconds: number } }) => `${cost.basis} ${cost.seconds}`,
    );
    expect(costs).toEqual(['estimated 0', 'estimated 0.5', 'measured 12.3', 'estimated 30']);
  });
});

describe('plimsoll why-rebuilt', () => {
  test.each([
    [1, ['3 index.js changed']],
    [2, []],
    [3, ['3 README.md is new: no program is known to need that, and .dockerignore can keep it out']],
    [4, ['3 Dockerfile changed: no program is known to need that, and .dockerignore can keep it out']],
    [5, ['3 index.js changed']],
  ])('commit %d', async (at, expected) => {
    const { code, stdout } = await why(ids[at] ?? '', '--json');
    expectSchema('why-rebuilt', stdout);
    const begins = JSON.parse(stdout).builds[0].instructions.flatMap(
      (each: { begins: boolean; line: number; why: string }) =>
        each.begins ? [`${each.line} ${each.why.replaceAll('shop/', '')}`] : [],
    );
    expect([code, begins]).toEqual([expected.length > 0 ? 1 : 0, expected]);
  });

  test('seen from an earlier build it names the commit that did it', async () => {
    const { stdout } = await why(ids[3] ?? '', '--since', ids[0] ?? '');
    expect(stdout).toContain(`documentation`);
    expect(stdout).toMatch(new RegExp(`index\\.js changed +${ids[1]?.slice(0, 8)}`));
    expect(stdout).toMatch(new RegExp(`README\\.md is new \\(documentation\\) +${ids[3]?.slice(0, 8)}`));
  });

  test('HEAD where no commit is named; what a message holds cannot control the terminal', async () => {
    const { code, stdout } = await why();
    expect(code).toBe(1);
    expect(stdout).toContain('rebuilt    3  COPY . .');
    expect(stdout).toContain('last \\x1b[31m');
  });
});

test('replay takes the directory as an argument, too', async () => {
  const below = (...args: string[]) =>
    runCommand(replayCommand, repository.directory, ['--no-fixes', '--json', ...args]);
  const [argument, flag] = [await below('shop'), await below('--path', 'shop')];
  const builds = ({ stdout }: typeof flag) => JSON.parse(stdout).builds;
  expect(builds(argument)).toEqual(builds(flag));
  expect(builds(argument)).toMatchObject([{ dockerfile: 'Dockerfile', context: '.' }]);
});

describe('errors', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['no number', ['--last', 'x'], /--last takes a number/],
    ['two paths', ['a', 'b'], /replay takes one directory or Dockerfile/],
    ['no such commit', ['--to', 'v9'], /there is no commit «v9»/],
    ['no log', ['--timings', 'none.log'], /the log cannot be read/],
    ['no seconds', ['--seconds', 'x'], /--seconds takes LINE=SECONDS/],
    ['no build argument', ['--build-arg', 'x'], /--build-arg takes NAME=VALUE/],
  ])('%s', async (_, args, message) => {
    await expect(replay(...args)).rejects.toThrow(message);
  });

  test('no repository, one commit, a shallow clone, no Dockerfile', async () => {
    const place = mkdtempSync(path.join(tmpdir(), 'plimsoll-replay-'));
    try {
      await expect(runCommand(replayCommand, place, [])).rejects.toThrow('there is no Dockerfile');
      writeFileSync(path.join(place, 'Dockerfile'), 'FROM scratch\n');
      await expect(runCommand(replayCommand, place, [])).rejects.toThrow('is not in a git repository');
      const shallow = path.join(place, 'shallow');
      mkdirSync(shallow);
      execFileSync('git', ['clone', '-q', '--depth=1', `file://${repository.directory}`, shallow]);
      await expect(runCommand(whyCommand, path.join(shallow, 'shop'), [])).rejects.toThrow('this clone is shallow');
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});

test('what repairs it is named for the place that was replayed', async () => {
  const { stdout } = await runCommand(replayCommand, repository.directory, ['shop']);
  expect(stdout).toContain('plimsoll fix shop --rule ');
});
