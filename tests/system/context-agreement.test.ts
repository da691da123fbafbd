import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { copiedPlaces } from '../../src/context/context-use.ts';
import { contextNeeds } from '../../src/context/copy-needs.ts';
import { readIgnoreFile } from '../../src/context/ignorefile.ts';
import { indexListing } from '../../src/context/listing-index.ts';
import { ignoreMatcher } from '../../src/context/matcher.ts';
import { walkContext } from '../../src/context/walk.ts';
import { contextPath, ignoreText, plainIgnoreText } from '../context/arbitrary-ignore.ts';

const missing = spawnSync('go', ['version']).status !== 0;

describe('Docker’s own matcher and BuildKit’s own walk', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-sent-'));
  const program = path.join(directory, 'sent');

  beforeAll(() => {
    if (missing && process.env.CI === 'true') throw new Error('go is missing: https://go.dev/doc/install');
    if (!missing) execFileSync('go', ['build', '-o', program, '.'], { cwd: 'tests/context/oracle', stdio: 'pipe' });
  });
  beforeEach((context) => {
    if (missing) context.skip('go is missing: https://go.dev/doc/install');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** One answer for each question. */
  function ask(mode: readonly string[], questions: readonly unknown[]) {
    const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
    // Go's scanner remarks on stderr that it sees a character which it does not like.
    const output = execFileSync(program, mode, {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const lines = output.trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line));
  }

  test('agree on 100,000 pairs of ignore file and path', () => {
    const files = fc.sample(fc.oneof(ignoreText, plainIgnoreText), 1500);
    const paths = fc.sample(contextPath, 150);
    const verdictOf = { kept: false, ignored: true, refused: null };
    let pairs = 0;
    let ignored = 0;
    for (const [at, answer] of ask(
      ['ignore'],
      files.map((file) => ({ file, paths })),
    ).entries()) {
      const { lines, problems } = readIgnoreFile(files[at] ?? '');
      const refused = problems.some((problem) => problem.fails === 'always');
      expect({ file: files[at], refused }).toEqual({ file: files[at], refused: answer.error !== undefined });
      if (refused) continue;
      const matcher = ignoreMatcher(lines.map((line) => line.pattern));
      const verdicts = paths.map((each) => verdictOf[matcher.verdict(each)]);
      expect({ file: files[at], verdicts }).toEqual({ file: files[at], verdicts: answer.ignored });
      pairs += verdicts.length;
      ignored += verdicts.filter((verdict) => verdict === true).length;
    }
    expect(pairs).toBeGreaterThan(100_000);
    // Neither answer is the easy one.
    expect(ignored).toBeGreaterThan(pairs / 50);
    expect(ignored).toBeLessThan(pairs / 2);
  });

  test('send and ask for the same files of generated directories', () => {
    let compared = 0;
    for (const [number, tree] of fc.sample(fc.array(contextPath, { minLength: 20, maxLength: 60 }), 40).entries()) {
      const root = path.join(directory, `tree-${number}`);
      for (const [at, each] of tree.entries()) put(root, each, at);
      const files = ['', ...fc.sample(plainIgnoreText, 20)];
      const sources = fc.sample(
        fc.array(fc.constantFrom('a', 'src/*', '*.go', 'a-b', 'b/../ab', '*', '../a', 'a/b', '.'), {
          maxLength: 2,
          minLength: 1,
        }),
        10,
      );
      const questions = [...files.map((file) => ({ file })), ...sources.map((follow) => ({ file: '', follow }))];
      const answers = ask(['walk', root], questions);
      for (const [at, file] of files.entries()) {
        const { entries } = walkContext(root, readIgnoreFile(file));
        const sent = entries.filter((entry) => entry.kind !== 'directory').map((entry) => entry.path);
        expect({ file, sent }).toEqual({ file, sent: answers[at].files });
        compared += sent.length;
      }
      const listing = walkContext(root, readIgnoreFile(''));
      for (const [at, follow] of sources.entries()) {
        const use = {
          path: 'Dockerfile',
          range: { start: 0, end: 0 },
          sources: follow,
          excludes: [],
          parents: false,
          known: true,
        };
        const { requested } = contextNeeds(listing, indexListing(listing), [use]);
        expect({ follow, files: requested.files }).toEqual({ follow, files: answers[files.length + at].files.length });
      }
    }
    expect(compared).toBeGreaterThan(5000);
  });

  test('copy the same files of generated directories', () => {
    const name = fc.constantFrom('a', 'b', 'ab', 'a-b', 'src', 'a.b', 'x.go');
    const file = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const part = fc.constantFrom('a', 'b', 'ab', 'src', '*', 'a*', 'x.go', '**', '[ab]', '?', '*.go');
    const pattern = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const question = fc.record({
      source: fc.oneof(pattern, fc.constantFrom('/', 'a', 'src/', '../a')),
      include: fc.array(pattern, { maxLength: 1 }),
      exclude: fc.array(
        fc.oneof(
          pattern,
          pattern.map((text) => `!${text}`),
        ),
        { maxLength: 2 },
      ),
    });
    let compared = 0;
    for (const [number, tree] of fc.sample(fc.array(file, { minLength: 20, maxLength: 60 }), 20).entries()) {
      const root = path.join(directory, `copy-${number}`);
      for (const [at, each] of tree.entries()) put(root, each, at);
      const listing = walkContext(root, readIgnoreFile(''));
      for (const entry of listing.entries)
        if (entry.kind === 'file') writeFileSync(path.join(root, entry.path), entry.path);
      const questions = fc.sample(question, 40);
      for (const [at, answer] of ask(['copy', root], questions).entries()) {
        const { source, include, exclude } = questions[at] ?? { source: '', include: [], exclude: [] };
        const use = {
          path: 'Dockerfile',
          range: { start: 0, end: 0 },
          sources: [[source, ...include].join('/./')],
          excludes: exclude,
          parents: include.length > 0,
          known: true,
        };
        const places = copiedPlaces(indexListing(listing), use);
        const files = listing.entries.filter((entry, place) => entry.kind === 'file' && places[place] === 1);
        const copied = files.map((entry) => entry.path).sort();
        expect({ ...questions[at], copied }).toEqual({ ...questions[at], copied: answer.files });
        compared += copied.length;
      }
    }
    expect(compared).toBeGreaterThan(500);
  });
});

/** Makes a file, or every fifth time a link, where nothing is in the way. */
function put(root: string, relative: string, number: number): void {
  const place = path.join(root, relative);
  try {
    mkdirSync(path.dirname(place), { recursive: true });
    const target = ['a', '../b', '/src', '.', '../../ab', 'nowhere'][number % 6] ?? 'a';
    if (number % 5 === 0) symlinkSync(target, place);
    else writeFileSync(place, 'x'.repeat(number), { flag: 'wx' });
  } catch (error) {
    if (
      !(
        error instanceof Error &&
        'code' in error &&
        ['EEXIST', 'ENOTDIR', 'ELOOP', 'ENOENT'].includes(String(error.code))
      )
    )
      throw error;
  }
}
