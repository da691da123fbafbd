import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/generated.ts';

const readme = readFileSync('README.md', 'utf8');
const calls = [...readme.matchAll(/^(?:npm ci && )?npx plimsoll (.+?)(?:\s+#.*)?$/gm)].map((match) => match[1] ?? '');

describe('the documentation does not lie', () => {
  test('the generated pages are what the rules say', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/generate-docs.mjs', '--check'], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test('the README names the test command that CI runs', () => {
    expect(readme).toContain('```sh\nnpm test\n```');
    expect(readFileSync('.ci/run', 'utf8')).toMatch(/^npm test$/m);
  });

  test.each(calls)('plimsoll %s: command and flags exist', async (call) => {
    const [name, ...words] = call.split(/\s+/);
    const entry = commands.find((command) => command.name === name);
    expect(entry).toBeDefined();
    const flags = (await entry?.load())?.flags.map((flag) => `--${flag.name}`) ?? [];
    for (const word of words.filter((each) => each.startsWith('--'))) expect(flags).toContain(word);
  });

  test('every link to a file leads somewhere', () => {
    const pages = ['docs', 'docs/fixes'].flatMap((directory) =>
      readdirSync(directory)
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${directory}/${name}`),
    );
    for (const file of ['README.md', 'CONTRIBUTING.md', ...pages]) {
      const links = [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(
        (match) => match[1] ?? '',
      );
      for (const link of links) expect(existsSync(path.join(path.dirname(file), link)), `${file}: ${link}`).toBe(true);
    }
  });

  test('what init did on public applications stands in the README as its page and the table there count it', () => {
    const page = readFileSync('docs/init-results.md', 'utf8');
    const outcomes = [...page.matchAll(/^\| [\w.-]+\/[\w.-]+ \|[^|]*\| (?:yes|no) \| ([^|]+) \|/gm)].map(
      ([, each]) => each,
    );
    const serves = outcomes.filter((each) => each === 'serves').length;
    const tried = outcomes.filter((each) => each !== 'cannot be tried here').length;
    expect(page).toMatch(
      new RegExp(`^\\*\\*${outcomes.length} applications; ${tried} tried: \\d+ built, ${serves} build and serve`, 'm'),
    );
    expect(readme).toContain(
      `Of ${tried} public applications that this could be tried with, ${serves} are built and answer`,
    );
    const [, unseen] = /^Together (\d+ of \d+) unseen/m.exec(page) ?? [];
    expect(readme).toMatch(new RegExp(`not seen before, ${unseen} did at the first try`));
  });

  test('the example of the README is audited in twelve areas', () => {
    const output = execFileSync(
      process.execPath,
      ['dist/cli/main.js', 'audit', 'examples/shop-node', '--json', '--fail-on', 'never'],
      {
        encoding: 'utf8',
      },
    );
    const { score } = JSON.parse(output);
    expect(score.areas).toHaveLength(12);
  });
});
