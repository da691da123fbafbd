import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { command } from '../../src/cli/commands/fix.ts';
import type { ChangedFile } from '../../src/core/fix-report.ts';
import { type Suggestion, suggestionsOf } from '../../src/report/suggestions.ts';
import { runCommand } from '../cli/run-command.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-suggestions-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function fixed(files: Readonly<Record<string, string>>, ...flags: string[]) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
  }
  const report = JSON.parse((await runCommand(command, directory, ['--json', ...flags])).stdout);
  const suggestions: Suggestion[] = report.suggestions;
  return { report, suggestions };
}

function take(text: string, suggestions: readonly Suggestion[]): string {
  const lines = text.split(/(?<=\n)/);
  for (const { startLine, endLine, before, text: after } of [...suggestions].reverse()) {
    expect(lines.slice(startLine - 1, endLine).join('')).toBe(before);
    lines.splice(startLine - 1, endLine - startLine + 1, after);
  }
  return lines.join('');
}

const dockerfile = `FROM alpine:3.22
RUN apk add curl
USER 10001
RUN cd /srv && sudo ls
MAINTAINER me
CMD node server.js
`;

test('each one alone is what its fixes alone give, and all together are what all give', async () => {
  const { report, suggestions } = await fixed({ Dockerfile: dockerfile });
  expect(suggestions.length).toBeGreaterThan(1);
  for (const suggestion of suggestions) {
    const rules = report.applied
      .filter(({ id }: { id: number }) => suggestion.fixes.includes(id))
      .flatMap(({ rule }: { rule: string }) => ['--rule', rule]);
    const alone = await fixed({ Dockerfile: dockerfile }, ...rules);
    expect(take(dockerfile, [suggestion])).toBe(take(dockerfile, alone.suggestions));
    expect(alone.report.files).toHaveLength(1);
  }
  const all = take(dockerfile, suggestions);
  await runCommand(command, directory, ['--write', '--allow-dirty']);
  expect((await fixed({ Dockerfile: all })).report.files).toEqual([]);
});

test.each([
  ['lines with carriage returns', { Dockerfile: 'FROM alpine:3.22\r\nRUN apk add curl\r\nUSER 10001\r\n' }],
  ['lines with what is not seen', { Dockerfile: 'FROM alpine:3.22\nRUN apk add curl # \u202e\nUSER 10001\n' }],
])('%s is none', async (_, files) => {
  const { report, suggestions } = await fixed(files);
  expect(report.files).not.toEqual([]);
  expect(suggestions).toEqual([]);
});

test('a line with a secret is none, also where the secret stands beside the change', async () => {
  const secret = 'AKIAIOSFODNN7EXAMPLQ';
  const { report, suggestions } = await fixed({
    Dockerfile: `FROM alpine:3.22\nRUN AWS_ACCESS_KEY_ID=${secret} AWS_SECRET_ACCESS_KEY=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 apk add curl\nUSER 10001\n`,
  });
  expect(JSON.stringify(report)).not.toContain(secret);
  expect(suggestions).toEqual([]);
});

/** A file of lines `a` to `e` in which each fix writes its line anew. */
function changed(file: string, lines: Readonly<Record<number, number>>): ChangedFile {
  const artifact = (text: string) => ({ path: file, text, encoding: 'utf-8' as const });
  const range = (line: number) => ({ start: 2 * line, end: 2 * line + 1 });
  const after = [...'abcde'].map((letter, at) => (at in lines ? letter.toUpperCase() : letter)).join('\n');
  const places = Object.entries(lines).map(([line, id]) => ({
    before: range(Number(line)),
    after: range(Number(line)),
    fixes: [id],
  }));
  return {
    path: file,
    before: artifact('a\nb\nc\nd\ne'),
    after: artifact(after),
    places,
    secrets: { before: [], after: [] },
  };
}

test('changes that one fix makes belong together', () => {
  const texts = (...files: ChangedFile[]) => suggestionsOf({ files }).map(({ text }) => text);
  expect(texts(changed('x', { 0: 1, 2: 2 }))).toEqual(['A\n', 'C\n']);
  expect(texts(changed('x', { 0: 1, 2: 1 }))).toEqual(['A\nb\nC\n']);
  // In two files, beside one that is whole.
  expect(texts(changed('x', { 0: 1, 2: 2 }), changed('y', { 3: 1 }))).toEqual(['C\n']);
  // With another one in between.
  expect(texts(changed('x', { 0: 1, 2: 2, 4: 1 }))).toEqual(['C\n']);
});
