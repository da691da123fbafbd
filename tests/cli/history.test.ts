import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { command as audit } from '../../src/cli/commands/audit.ts';
import { command as history } from '../../src/cli/commands/history.ts';
import { command as prove } from '../../src/cli/commands/prove.ts';
import { command as review } from '../../src/cli/commands/review.ts';
import { command as trend } from '../../src/cli/commands/trend.ts';
import { projectName, remoteName } from '../../src/cli/git-source.ts';
import { openStore } from '../../src/history/open-store.ts';
import { recordRun } from '../../src/history/record-run.ts';
import { record as recordOf } from '../history/runs.ts';
import { runCommand } from './run-command.ts';

const secret = 'Zk3Xq9Lm2Pv8Rt5Wy1Nb';
const dockerfile = `FROM node:22-slim AS build
WORKDIR /app
COPY . .
RUN npm ci
ENV API_TOKEN=${secret}
CMD ["node", "index.js"]
`;

let directory: string;
// All rules are loaded with it: the first test need not wait for that.
beforeAll(() => import('../../src/cli/perform-audit.ts'), 300_000);
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-history-cli-'));
  git('init', '-q', '-b', 'main');
  write('Dockerfile', dockerfile);
  commit('first');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function git(...args: string[]): string {
  return execFileSync('git', ['-C', directory, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    encoding: 'utf8',
  }).trim();
}
function write(file: string, text: string): void {
  writeFileSync(path.join(directory, file), text);
}
function commit(message: string): string {
  git('add', '-A');
  git('commit', '-q', '-m', message);
  return git('rev-parse', 'HEAD');
}
const record = (...args: string[]) => runCommand(audit, directory, ['--record', '--format', 'plain', ...args]);
const store = () => path.join(directory, '.plimsoll/history.db');

function expectSchema(name: string, stdout: string): void {
  const schema = JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'));
  const validate = new Ajv2020({ allErrors: true, strict: false, validateFormats: false }).compile(schema);
  expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
}

test('an audit is recorded only when it is asked for, with its commit and no secret', async () => {
  await runCommand(audit, directory, []);
  expect(existsSync(store())).toBe(false);
  await record();
  const { stdout } = await runCommand(history, directory, ['1', '--json']);
  expectSchema('history', stdout);
  const [run] = JSON.parse(stdout).runs;
  expect(run).toMatchObject({
    kind: 'audit',
    subject: '.',
    branch: 'main',
    dirty: false,
    commit: git('rev-parse', 'HEAD'),
  });
  expect(run.areas.find(({ area }: { area: string }) => area === 'cache').derivation).toMatch(/^\d+ = 100 × 20/);
  expect(run.found.some(({ rule }: { rule: string }) => rule === 'secrets/secret-in-build')).toBe(true);
  expect(readFileSync(store()).includes(secret)).toBe(false);
});

test('what was recorded of a directory is told from above it', async () => {
  mkdirSync(path.join(directory, 'web'));
  write('web/Dockerfile', dockerfile);
  await record('web');
  await expect(runCommand(history, directory, [])).rejects.toThrow('there is no history here');
  expect((await runCommand(history, directory, ['web'])).stdout).toMatch(/1 run .*web\/\.plimsoll/s);
  expect((await runCommand(history, directory, ['web', '1'])).stdout).toContain('load line');
  expect(JSON.parse((await runCommand(trend, directory, ['web', '--json'])).stdout).points).toHaveLength(1);
});

test('history lists, shows and exports; trend tells what changed', async () => {
  await record();
  write(
    'Dockerfile',
    `# moved\n\n${dockerfile.replace('AS build', 'AS app').replace('RUN npm ci', 'RUN npm install')}`,
  );
  const second = commit('second');
  await record();
  const list = await runCommand(history, directory, []);
  expect(list.stdout).toMatch(/2 runs/);
  expect((await runCommand(history, directory, ['1'])).stdout).toContain('load line');
  const csv = (await runCommand(history, directory, ['--format', 'csv'])).stdout.split('\r\n');
  expect([csv[0]?.slice(0, 11), csv.length]).toEqual(['run,project', 4]);
  const exported = (await runCommand(history, directory, ['--all', '--details', '--json'])).stdout;
  expectSchema('history', exported);
  const { stdout } = await runCommand(trend, directory, ['--json']);
  expectSchema('trend', stdout);
  const told = JSON.parse(stdout);
  const rules = (list: { rule: string; fingerprint: string }[]) => list.map(({ rule }) => rule);
  expect(told.points).toHaveLength(2);
  // Of what was moved and of the renamed stage nothing is new.
  expect(rules(told.fixed)).not.toContain('cache/copy-manifests-first');
  const isNew = told.open.filter(({ fingerprint }: { fingerprint: string }) => told.new.includes(fingerprint));
  expect(rules(isNew).length).toBeGreaterThan(0);
  for (const each of isNew) expect([each.line, each.openSince.commit]).toEqual([6, second]);
  const text = await runCommand(trend, directory, []);
  expect(text.stdout).toMatch(/run 2 of .* against run 1/);
  expect(text.stdout).not.toMatch(/[▁-█\u001b]/);
  expect((await runCommand(trend, directory, ['--format', 'html'])).stdout).toContain('<polyline class="course"');
  expect((await runCommand(trend, directory, ['--format', 'csv'])).stdout.split('\r\n')).toHaveLength(4);
  const page = (await runCommand(audit, directory, ['--record', '--format', 'html'])).stdout;
  expect(page).toContain('Over 3 runs');
});

test('trend names runs with uncommitted changes as such, in every format', async () => {
  await record();
  const first = git('rev-parse', 'HEAD');
  write('Dockerfile', `${dockerfile}RUN sudo apt-get install curl\n`);
  await record();
  const text = (await runCommand(trend, directory, [])).stdout;
  expect(text).toMatch(/run 2 of [\d-]+ with uncommitted changes against run 1/);
  expect(text).toMatch(new RegExp(`Dockerfile:7 .* uncommitted on ${first.slice(0, 8)}`));
  const { stdout } = await runCommand(trend, directory, ['--json']);
  expectSchema('trend', stdout);
  const added = JSON.parse(stdout).open.find(({ rule }: { rule: string }) => rule === 'security/sudo');
  expect([added.openSince.dirty, added.before.dirty]).toEqual([true, false]);
  expect((await runCommand(trend, directory, ['--format', 'csv'])).stdout).toMatch(
    /^run,at,commit,dirty,.*\r\n1,.*,false,main,.*\r\n2,.*,true,main,/,
  );
  expect((await runCommand(trend, directory, ['--format', 'html'])).stdout).toContain(
    `uncommitted on ${first.slice(0, 8)}`,
  );
});

test('plimsoll.yaml says that every run is recorded, where, and as what; --no-record says otherwise', async () => {
  write('plimsoll.yaml', 'history:\n  record: always\n  store: kept/all.db\n  project: shop\n');
  await runCommand(audit, directory, []);
  await runCommand(audit, directory, ['--no-record']);
  const { stdout } = await runCommand(history, directory, ['--json']);
  expect(JSON.parse(stdout).runs).toMatchObject([{ project: 'shop', dirty: false }]);
  expect(existsSync(path.join(directory, 'kept/all.db'))).toBe(true);
});

test('another choice of rules is another series', async () => {
  await record();
  await record('--rule', 'cache/*');
  const { stdout } = await runCommand(trend, directory, ['--json']);
  expect(JSON.parse(stdout)).toMatchObject({ subject: '.', points: [{ run: 1 }] });
});

test.each([
  ['history', history, 'csv'],
  ['trend', trend, 'html'],
  ['review', review, 'markdown'],
])('%s refuses a second format', async (_, command, format) => {
  await record();
  await expect(runCommand(command, directory, ['--json', '--format', format])).rejects.toThrow(
    `--json and --format ${format} cannot be asked for together`,
  );
});

test('review puts runs, ends of support and fixes together, in every format', async () => {
  await record();
  write('Dockerfile', `${dockerfile.replace('node:22', 'node:18')}ENV OTHER_TOKEN=Ab3Xq9Lm2Pv8Rt5Wy1Nc\n`);
  commit('worse');
  await record();
  const { code, stdout } = await runCommand(review, directory, ['--offline']);
  expect(code).toBe(0);
  expect(stdout).toContain('What got worse');
  expect(stdout).toMatch(/secrets\/secret-in-build is new/);
  expect(stdout).toMatch(/Node\.js 18 in node:18-slim has had no security support since 2025-04-30/);
  expect(stdout).toMatch(/plimsoll fix .*--rule cache\/copy-manifests-first/);
  const json = (await runCommand(review, directory, ['--json'])).stdout;
  expectSchema('review', json);
  expect(json).not.toContain(secret);
  expect((await runCommand(review, directory, ['--format', 'markdown'])).stdout).toContain(
    '## Which fixes are worth most',
  );
  expect((await runCommand(review, directory, ['--format', 'html'])).stdout).toContain(
    '<h2>What ends within 90 days</h2>',
  );
});

test('review says what it could not read, beside a report for programs, too', async () => {
  write('pod.yaml', 'apiVersion: v1\nkind: Pod\nspec: [\n');
  const text = await runCommand(review, directory, []);
  expect(text.stdout).toMatch(/What could not be read\n {5}pod\.yaml:\d+: /);
  expect(text.stderr).toBe('');
  const { stdout, stderr } = await runCommand(review, directory, ['--json']);
  expectSchema('review', stdout);
  expect(JSON.parse(stdout).problems).toMatchObject([{ path: 'pod.yaml' }]);
  expect(stderr).toMatch(/^pod\.yaml:\d+: /);
  for (const format of ['markdown', 'html'])
    expect((await runCommand(review, directory, ['--format', format])).stdout).toContain('What could not be read');
});

describe('review', () => {
  const sections = async (cwd: string, ...args: string[]) => {
    const { code, stdout } = await runCommand(review, cwd, [...args, '--json']);
    expectSchema('review', stdout);
    expect(code).toBe(0);
    const told: { id: string; missing: string; items: { text: string; command: string }[] }[] =
      JSON.parse(stdout).sections;
    return new Map(
      told.map(({ id, items, missing }) => [
        id,
        { missing, items: items.map(({ text, command }) => `${text} ${command}`) },
      ]),
    );
  };

  test('of a branch is held against main, looks at the files as they are, and shows broken budgets', async () => {
    write('plimsoll.yaml', 'failOn: never\nbudgets:\n  newFindings: warning\n  score: neverFalls\n');
    commit('budgets');
    await record();
    git('checkout', '-q', '-b', 'feature');
    write('Dockerfile', `${dockerfile}RUN sudo apt-get install curl\n`);
    const bad = commit('bad').slice(0, 10);
    // Nothing of the branch is recorded.
    const told = await sections(directory);
    expect(told.get('budgets')?.items).toEqual([
      expect.stringMatching(new RegExp(`are new since .*with commit ${bad}.* plimsoll audit --record$`)),
      expect.stringMatching(new RegExp(`The load line fell .*since commit ${bad}`)),
    ]);
    expect(told.get('worse')?.items.join('\n')).toContain(`security/sudo is new in 1 place, first with commit ${bad}`);
    expect((await runCommand(review, directory, [])).stdout).toMatch(/Which budgets are broken\n +1 {2}2 findings/);
  });

  test('looks for images that grew in the runs that looked into them', async () => {
    write('plimsoll.yaml', 'sizeBudgets:\n  shop/web: 11MB\n');
    const opened = await openStore(store(), 'make');
    for (const [at, bytes] of [10e6, 12e6].entries()) {
      const image = {
        name: `shop/web:${at}`,
        digest: undefined,
        dockerfile: undefined,
        bytes,
        pulledBytes: undefined,
        layers: [],
        packages: [],
        vulnerabilities: undefined,
      };
      const series = { project: path.basename(directory), kind: 'image', subject: 'shop/web' } as const;
      recordRun(opened, recordOf(new Date().toISOString(), [], { ...series, images: [image] }));
    }
    opened.close();
    await record();
    const told = await sections(directory);
    expect(told.get('budgets')?.items).toEqual([
      expect.stringContaining('The image shop/web:1 has 12 MB and may have 11 MB'),
    ]);
    expect(told.get('worse')?.items).toEqual(['The image shop/web grew from 10 MB to 12 MB. plimsoll bisect-size']);
  });

  test('prints commands that can be typed where it was called', async () => {
    await record();
    write('Dockerfile', `${dockerfile.replace('node:22', 'node:18')}RUN sudo apt-get install curl\n`);
    commit('worse');
    const above = path.dirname(directory);
    const name = path.basename(directory);
    const told = await sections(above, name);
    expect(told.get('worse')?.items[0]).toMatch(
      new RegExp(`plimsoll trend --store ${name}/\\.plimsoll/history\\.db --project ${name}$`),
    );
    expect(told.get('ended')?.items[0]).toMatch(new RegExp(`Node.js 18 .* plimsoll bases ${name}$`));
    expect(told.get('fixes')?.items.every((each) => each.includes(`plimsoll fix ${name} `))).toBe(true);
    const words = ['--store', `${name}/.plimsoll/history.db`, '--project', name];
    expect((await runCommand(trend, above, words)).stdout).toContain(`${name}   audit . on main`);
    // Under a name that a shell would take for two words.
    const spaced = path.join(directory, 'a b');
    mkdirSync(spaced);
    writeFileSync(path.join(spaced, 'Dockerfile'), dockerfile);
    const other = await sections(directory, 'a b', '--store', '.plimsoll/history.db');
    expect(other.get('old')?.missing).toContain("«plimsoll audit 'a b' --store .plimsoll/history.db --record»");
  });
});

describe('a budget', () => {
  const budgets = (text: string) => write('plimsoll.yaml', `failOn: never\nbudgets:\n${text}`);

  test('for new findings names the commit, goes on failing until it is mended, and is in every format', async () => {
    budgets('  newFindings: error\n');
    commit('budget');
    expect((await runCommand(audit, directory, [])).code).toBe(0);
    write('Dockerfile', `${dockerfile}ENV OTHER_TOKEN=Ab3Xq9Lm2Pv8Rt5Wy1Nc\n`);
    const bad = commit('bad');
    for (const _ of [1, 2]) {
      const { code, stdout } = await runCommand(audit, directory, ['--format', 'plain']);
      expect(code).toBe(1);
      expect(stdout).toMatch(
        new RegExp(`^plimsoll.yaml:3:1: error review/budget: .*with commit ${bad.slice(0, 10)}`, 'm'),
      );
    }
    for (const format of ['json', 'sarif', 'junit', 'github', 'markdown', 'html', 'text'])
      expect((await runCommand(audit, directory, ['--format', format])).stdout, format).toContain('review/budget');
    expect((await runCommand(audit, directory, ['--fail-on', 'never'])).code).toBe(0);
    write('Dockerfile', dockerfile);
    commit('mended');
    expect((await runCommand(audit, directory, [])).code).toBe(0);
  });

  test('for the score is broken by what lowers it, and by nothing else', async () => {
    budgets('  score: neverFalls\n');
    expect((await runCommand(audit, directory, [])).code).toBe(0);
    write('Dockerfile', `${dockerfile}RUN sudo apt-get install curl\n`);
    const { code, stdout } = await runCommand(audit, directory, ['--format', 'plain']);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/The load line fell from \d+ to \d+/)]);
  });

  test('is kept while its exception holds', async () => {
    budgets(`  score: {atLeast: 100}
  exceptions:
    - {budget: score, until: 2999-01-01, reason: we begin}
`);
    expect((await runCommand(audit, directory, [])).code).toBe(0);
    budgets(`  score: {atLeast: 100}
  exceptions:
    - {budget: score, until: 2020-01-01, reason: we begin}
`);
    const { code, stdout } = await runCommand(audit, directory, ['--format', 'plain']);
    expect([code, stdout]).toEqual([1, expect.stringContaining('its exception ended on 2020-01-01 (we begin)')]);
  });
});

describe('what budgets are held against', () => {
  const bad = `${dockerfile}RUN sudo apt-get install curl\n`;
  const plain = async () => (await runCommand(audit, directory, ['--format', 'plain'])).stdout;
  beforeEach(() => {
    write('plimsoll.yaml', 'failOn: never\nbudgets:\n  newFindings: warning\n  score: neverFalls\n');
    commit('budgets');
  });

  test('a branch is held against main, without a word in plimsoll.yaml', async () => {
    await plain();
    git('checkout', '-q', '-b', 'feature');
    write('Dockerfile', bad);
    const id = commit('bad').slice(0, 10);
    const { code, stdout } = await runCommand(audit, directory, ['--format', 'plain']);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`are new since the first recorded run: .* at Dockerfile:7 \\(with commit ${id}`));
    expect(stdout).toMatch(new RegExp(`The load line fell from \\d+ to \\d+; .* since commit ${id}`));
    expect(stdout).not.toContain('review/budget-not-compared');
    // A later commit of the branch is not the one that broke it, and neither is one of main meanwhile.
    write('README.md', 'x');
    commit('later');
    for (const told of [await plain(), (await runCommand(review, directory, [])).stdout]) {
      expect(told).toContain(`with commit ${id}, after`);
      expect(told).toContain(`since commit ${id}`);
    }
    // A trend of the branch alone shows no fall.
    expect((await runCommand(review, directory, [])).stdout).toMatch(
      /The load line fell from [\s\S]*?\n +plimsoll audit\n/,
    );
  });

  test('a branch that lacks what main mended is not told that a commit of its own brought it back', async () => {
    write('Dockerfile', bad);
    commit('bad');
    await plain();
    git('branch', 'stale');
    write('Dockerfile', dockerfile);
    commit('mended');
    await plain();
    git('checkout', '-q', 'stale');
    write('README.md', 'x');
    const id = commit('harmless').slice(0, 10);
    const reviewed = (await runCommand(review, directory, ['--json'])).stdout;
    for (const told of [await plain(), await plain(), reviewed]) {
      expect(told).toContain(`on this branch since its first recorded run, of commit ${id}`);
      expect(told).not.toContain('back with');
    }
    expect(reviewed).toContain('security/sudo was mended on main and is on this branch once');
    expect(reviewed).not.toContain('came back');
    // What stood in the first run may be older than its commit.
    const page = (await runCommand(trend, directory, ['--format', 'html'])).stdout;
    expect(page).toContain(`<td>${id.slice(0, 8)} or before</td>`);
    // The trend of this branch alone has nothing new.
    const budgets = JSON.parse(reviewed).sections.find(({ id: section }: { id: string }) => section === 'budgets');
    expect(new Set(budgets.items.map(({ command }: { command: string }) => command))).toEqual(
      new Set(['plimsoll audit --record']),
    );
  });

  test('a commit without a branch is held against main, and no other branch is blamed', async () => {
    git('checkout', '-q', '-b', 'other');
    await plain();
    write('Dockerfile', bad);
    const others = commit('bad').slice(0, 10);
    git('checkout', '-q', '--detach');
    // As long as main has no run, there is nothing to compare with.
    expect(await plain()).toMatch(/No run of .* on main or master .*: budgets compare this run with nothing/);
    expect(await plain()).not.toContain('review/budget ');
    git('checkout', '-q', 'other');
    await plain();
    git('checkout', '-q', 'main');
    await plain();
    git('checkout', '-q', '--detach');
    write('Dockerfile', bad);
    const id = commit('bad, too').slice(0, 10);
    for (const told of [await plain(), (await runCommand(review, directory, [])).stdout]) {
      expect(told).toContain(`since commit ${id}`);
      expect(told).not.toContain(others);
    }
  });

  test('outside of git the runs before are those to compare with', async () => {
    rmSync(path.join(directory, '.git'), { recursive: true });
    await plain();
    write('Dockerfile', bad);
    expect(await plain()).toMatch(/The load line fell from \d+ to \d+; .* since the run of /);
  });

  test('a pull request into a branch without a history is held against the default branch, and that is said', async () => {
    await plain();
    git('checkout', '-q', '-b', 'feature');
    write('Dockerfile', bad);
    const id = commit('bad').slice(0, 10);
    const environment = { BRANCH_NAME: 'PR-1', CHANGE_ID: '1', CHANGE_TARGET: 'release', CHANGE_BRANCH: 'feature' };
    const { code, stdout } = await runCommand(audit, directory, ['--format', 'plain'], { environment });
    expect(code).toBe(1);
    expect(stdout).toContain(`with commit ${id}`);
    expect(stdout).toMatch(/No run of .* on release is in this history: budgets compare this run with those of main/);
    expect((await runCommand(review, directory, [], { environment })).stdout).toContain(
      'on release is in this history',
    );
  });

  test('that nothing is compared is said in every format, and gates nothing', async () => {
    git('checkout', '-q', '-b', 'feature');
    for (const format of ['plain', 'text', 'json', 'sarif', 'junit', 'github', 'markdown', 'html', 'codequality']) {
      rmSync(path.join(directory, '.plimsoll'), { recursive: true, force: true });
      expect((await runCommand(audit, directory, ['--format', format])).stdout, format).toMatch(
        /No run of .audit \.. on main or master is in this history/,
      );
    }
    git('checkout', '-q', 'main');
    const first = await runCommand(audit, directory, [
      '--fail-on',
      'note',
      '--rule',
      'alerting/*',
      '--format',
      'plain',
    ]);
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('This is the first recorded run of')]);
  });

  test('a rule that is turned off is named, and what the other rules find still counts', async () => {
    await plain();
    const rules = 'rules: {cache/copy-manifests-first: off, secrets/*: off}\n';
    write('plimsoll.yaml', `${rules}${readFileSync(path.join(directory, 'plimsoll.yaml'), 'utf8')}`);
    expect(await plain()).toMatch(/rules that ran in run 1 of .* did not run now: .*copy-manifests-first/);
    write('Dockerfile', bad);
    expect(await plain()).toMatch(/The load line fell from \d+ to \d+/);
  });

  test('the audit of a repository is one series, however the repository is written', async () => {
    await plain();
    await runCommand(audit, directory, [directory]);
    await runCommand(audit, path.dirname(directory), [path.basename(directory)]);
    await runCommand(audit, directory, ['Dockerfile']);
    await runCommand(audit, directory, [path.join(directory, './Dockerfile')]);
    const { runs } = JSON.parse((await runCommand(history, directory, ['--json'])).stdout);
    expect(runs.map(({ subject }: { subject: string }) => subject)).toEqual([
      'Dockerfile',
      'Dockerfile',
      '.',
      '.',
      '.',
    ]);
  });

  test('the history itself breaks no budget: it is told what to do where an image takes it along', async () => {
    write('.dockerignore', '.git\n');
    write('.gitignore', 'nothing\n');
    commit('ignore');
    await plain();
    expect(git('status', '--porcelain')).toBe('');
    // Large enough for a warning, were it counted.
    writeFileSync(path.join(directory, '.plimsoll/large'), Buffer.alloc(2_000_000));
    const { code, stdout } = await runCommand(audit, directory, ['--format', 'plain']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Dockerfile:3:1: note review\/history-in-context: .* a line «.plimsoll» in .dockerignore/);
    expect(stdout).not.toMatch(/context\/|review\/budget:/);
    write('.dockerignore', '.git\n.plimsoll\n');
    expect(await plain()).not.toContain('.plimsoll');
  });
});

describe('a store elsewhere', () => {
  let outside: string;
  beforeEach(() => {
    outside = mkdtempSync(path.join(tmpdir(), 'plimsoll-history-outside-'));
  });
  afterEach(() => rmSync(outside, { recursive: true, force: true }));

  test.each<[string, () => void]>([
    ['by a path', () => write('plimsoll.yaml', 'history:\n  store: ../stolen.db\n')],
    ['by an absolute path', () => write('plimsoll.yaml', `history:\n  store: ${outside}/history.db\n`)],
    ['by a directory that is a link', () => symlinkSync(outside, path.join(directory, '.plimsoll'))],
    [
      'by a file that is a link to what is not there',
      () => {
        mkdirSync(path.join(directory, '.plimsoll'));
        symlinkSync(path.join(outside, 'history.db'), store());
      },
    ],
    [
      'by a journal that is a link',
      () => {
        mkdirSync(path.join(directory, '.plimsoll'));
        writeFileSync(path.join(outside, 'precious'), 'x');
        symlinkSync(path.join(outside, 'precious'), `${store()}-journal`);
      },
    ],
    [
      'by the journal of what a link names',
      () => {
        mkdirSync(path.join(directory, '.plimsoll'));
        writeFileSync(path.join(outside, 'precious'), 'x');
        write('real.db', '');
        symlinkSync('../real.db', store());
        symlinkSync(path.join(outside, 'precious'), path.join(directory, 'real.db-journal'));
      },
    ],
  ])('that the repository names %s is refused, nothing is written there, and the audit is told', async (_, make) => {
    make();
    const { code, stdout } = await record();
    expect(code).toBe(2);
    expect(stdout).toContain('not recorded: the history would be outside of the repository');
    expect(stdout).toContain('secrets/secret-in-build');
    // What is lost with a proof is minutes: nothing is built.
    await expect(runCommand(prove, directory, ['--record'])).rejects.toThrow('would be outside of the repository');
    expect(readdirSync(outside).filter((name) => name !== 'precious')).toEqual([]);
    expect(existsSync(path.join(directory, '../stolen.db'))).toBe(false);
  });

  test('that the command line names is used', async () => {
    write('plimsoll.yaml', 'history:\n  store: ../stolen.db\n');
    expect((await record('--store', path.join(outside, 'mine.db'))).stdout).not.toContain('not recorded');
    expect(readdirSync(outside)).toEqual(['mine.db']);
  });
});

describe('errors', () => {
  test.each<[string, RegExp, string]>([
    ['{budget: score, until: 2026-02-30, reason: x}', /a day is needed here/, 'plimsoll.yaml:3:30'],
    [
      '{budget: newFindings, rule: cache/none, until: 2999-01-01, reason: x}',
      /no rule «cache\/none»/,
      'plimsoll.yaml:3:35',
    ],
    ['{budget: newFindings, rule: cash/*, until: 2999-01-01, reason: x}', /no rule «cash\/\*»/, 'plimsoll.yaml:3:35'],
  ])('an exception %s names its line', async (exception, message, where) => {
    write('plimsoll.yaml', `budgets:\n  exceptions:\n    - ${exception}\n`);
    await expect(runCommand(audit, directory, [])).rejects.toMatchObject({
      message: expect.stringMatching(message),
      where,
    });
  });

  test('--since takes no day that is none', async () => {
    await record();
    await expect(runCommand(trend, directory, ['--since', '2026-02-30'])).rejects.toThrow('--since takes a day');
  });

  test('a store that is none is left as it is, and the audit is told all the same', async () => {
    write('not.db', 'hello');
    const { code, stdout } = await record('--store', 'not.db');
    expect(code).toBe(2);
    expect(stdout).toContain('not recorded: this file is no history of Plimsoll');
    expect(stdout).toContain('secrets/secret-in-build');
    expect(readFileSync(path.join(directory, 'not.db'), 'utf8')).toBe('hello');
  });

  test.each([
    ['beside what was audited', ['app', '--store', 'not.db'], 'not.db:1:1: '],
    ['in what was audited', ['app', '--store', 'app/in.db'], 'app/in.db:1:1: '],
    ['in what was audited from elsewhere', ['../app', '--store', '../app/in.db'], 'in.db:1:1: '],
    [
      'in the working directory, and what was audited elsewhere',
      ['../app', '--store', 'other.db'],
      '../web/other.db:1:1: ',
    ],
  ])('a store that is refused is named as it is seen from here: %s', async (_, words, shown) => {
    for (const each of ['app', 'web']) mkdirSync(path.join(directory, each));
    write('app/Dockerfile', dockerfile);
    for (const each of ['not.db', 'app/in.db', 'web/other.db']) write(each, 'hello');
    const cwd = words[0] === 'app' ? directory : path.join(directory, 'web');
    const { code, stdout } = await runCommand(audit, cwd, ['--record', '--format', 'plain', ...words]);
    expect(code).toBe(2);
    const line = stdout.split('\n').find((each) => each.includes('not recorded'));
    expect(line?.startsWith(shown), line).toBe(true);
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['no history', () => runCommand(trend, directory, []), /there is no history here/],
    ['standard input', () => runCommand(audit, directory, ['-', '--record'], { input: 'FROM x' }), /standard input/],
    ['a cluster', () => runCommand(audit, directory, ['--cluster', '--record']), /no effect beside --cluster/],
    ['both', () => runCommand(audit, directory, ['--no-record', '--record']), /contradict/],
    ['an argument of trend', () => runCommand(trend, directory, ['x']), /trend takes one directory/],
    ['no day', () => runCommand(trend, directory, ['--since', 'x']), /--since takes a day/],
  ])('%s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });

  test('no such run, no such project', async () => {
    await record();
    await expect(runCommand(history, directory, ['7'])).rejects.toThrow('there is no run 7');
    await expect(runCommand(history, directory, ['x'])).rejects.toThrow('history takes a directory and numbers');
    await expect(runCommand(trend, directory, ['--project', 'x'])).rejects.toThrow('no such run of «x»');
  });
});

test('a project is called by its remote, and by its path below the top of the repository', () => {
  expect(projectName(directory)).toBe(path.basename(directory));
  git('remote', 'add', 'origin', 'https://github.com/acme/shop.git');
  mkdirSync(path.join(directory, 'services/web'), { recursive: true });
  symlinkSync('services', path.join(directory, 'link'));
  expect(['.', 'services/web', 'link/web'].map((each) => projectName(path.join(directory, each)))).toEqual([
    'github.com/acme/shop',
    'github.com/acme/shop/services/web',
    'github.com/acme/shop/services/web',
  ]);
});

test.each([
  ['https://user:token@GitHub.com/acme/shop.git', 'github.com/acme/shop'],
  ['git@github.com:acme/shop.git', 'github.com/acme/shop'],
  ['ssh://git@host.example:2222/acme/shop', 'host.example/acme/shop'],
  ['https://u:p@ss@host.example/a', undefined],
  ['../shop', undefined],
  ['/srv/git/shop.git', undefined],
  ['C:\\git\\shop', undefined],
])('a remote %s is called %s', (url, name) => {
  expect(remoteName(url)).toBe(name);
});
