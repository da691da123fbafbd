import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';

const command: Command = {
  name: 'look',
  summary: '',
  arguments: '',
  description: '',
  flags: [
    { name: 'format', short: 'f', value: 'FORMAT', choices: ['json', 'text'], description: '' },
    { name: 'rule', value: 'RULE', repeatable: true, description: '' },
    { name: 'quiet', short: 'q', description: '' },
  ],
  examples: [],
  run: async () => 0,
};

describe('arguments', () => {
  test('flags before and behind paths, values joined or not', () => {
    const parsed = parseArguments(command, ['a', '-q', '--rule', 'x', '--rule=y', '-f', 'json', 'b', '--', '--c']);
    expect(parsed.positionals).toEqual(['a', 'b', '--c']);
    expect(parsed.has('quiet')).toBe(true);
    expect(parsed.values('rule')).toEqual(['x', 'y']);
    expect(parsed.value('format')).toBe('json');
  });

  test('a lone dash is a path', () => {
    expect(parseArguments(command, ['-']).positionals).toEqual(['-']);
  });

  test.each([
    [['--formt', 'json'], 'is --format meant?'],
    [['--format'], '--format needs a value'],
    [['--format', 'xml'], 'takes json, text; not «xml»'],
    [['--format', 'jsn'], 'not «jsn»; is «json» meant?'],
    [['--quiet=yes'], '--quiet takes no value'],
    [['-x'], 'has no flag -x'],
  ])('%j is refused', (argv, message) => {
    expect(() => parseArguments(command, argv)).toThrow(message);
  });
});
