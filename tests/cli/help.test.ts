import { expect, test } from 'vitest';
import { commandAs } from '../../src/cli/command-form.ts';
import { commands } from '../../src/cli/generated.ts';
import { commandHelp } from '../../src/cli/help.ts';

const loaded = await Promise.all(commands.map(async ({ load }) => load()));
const pages = loaded.flatMap((command) => [
  command,
  ...(command.forms ?? []).map(({ name }) => commandAs(command, name)),
]);

test.each([40, 60, 100, 200])('every help page fits into %i columns, but for what is typed', (columns) => {
  for (const page of pages) {
    const calls = new Set(page.examples.map(({ call }) => `  ${call}`));
    const long = commandHelp(page, columns)
      .split('\n')
      .filter((line) => line.length > Math.min(100, columns) && /\s/.test(line.trim()))
      .filter((line) => !calls.has(line) && !/^(?:Usage: | {2}(?:-.,| {3}) --)/.test(line));
    expect(long, page.name).toEqual([]);
  }
});

test('a flag that can be given more than once says so', () => {
  const audit = pages.find(({ name }) => name === 'audit');
  expect(audit && commandHelp(audit)).toMatch(
    /--rule RULE +Run only this rule, or all of an area: cache\/\*; can be\s+repeated/,
  );
});
