import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// `plimsoll fix` as a person meets it: the built command at a real pseudo-terminal, which Python's standard library has.

const here = path.dirname(fileURLToPath(import.meta.url));
const command = path.join(here, '../../dist/cli/main.js');
const missing = spawnSync('python3', ['-c', 'import pty']).status !== 0;
const ctrlC = '\u0003';

const before =
  'FROM debian:12-slim\nMAINTAINER Jo <jo@example.com>\n# the tool\nENV HOME_PAGE https://example.com\nADD tool.sh /tool.sh\nCMD ["/tool.sh"]\n';
const label = 'LABEL org.opencontainers.image.authors="Jo <jo@example.com>"';

interface Session {
  readonly output: string;
  readonly status?: number;
  readonly signal?: number;
  /** What a step waited for in vain. */
  readonly missing?: string;
}

let directory = '';
const file = (name = 'Dockerfile') => readFileSync(path.join(directory, name), 'utf8');

/** Types each answer once its question has appeared. */
function atTerminal(flags: readonly string[], steps: readonly (readonly [wait: string, type: string])[]): Session {
  const task = {
    command: [process.execPath, command, 'fix', '--no-config', ...flags],
    cwd: directory,
    columns: 100,
    seconds: 60,
    steps: steps.map(([wait, type]) => ({ wait, type })),
  };
  const { stdout, stderr } = spawnSync('python3', [path.join(here, 'pseudo-terminal.py')], {
    input: JSON.stringify(task),
    encoding: 'utf8',
    // Whoever runs the tests may want no colours.
    env: { ...process.env, NO_COLOR: undefined },
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('plimsoll fix at a terminal', () => {
  beforeEach((context) => {
    if (missing) context.skip('a pseudo-terminal is missing: apt-get install python3');
    directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-terminal-'));
    writeFileSync(path.join(directory, 'Dockerfile'), before);
    writeFileSync(path.join(directory, 'tool.sh'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const question = 'Write these changes?  [n]o  [y]es  [o]ne by one ? ';
  const each = 'Make it?  [s]kip  [a]ccept  [e]xplain  [r]est too  [q]uit ? ';

  test('shows a coloured diff and asks; no writes nothing', () => {
    const session = atTerminal([], [[question, 'n\n']]);
    expect(session).toMatchObject({ status: 0 });
    expect(session.missing).toBeUndefined();
    expect(session.output).toContain(`\u001b[`);
    expect(session.output).toContain(label);
    expect(session.output).toContain('Nothing is written.');
    expect(file()).toBe(before);
  });

  test('an empty line means no, and what is no answer is asked again', () => {
    expect(
      atTerminal(
        [],
        [
          [question, 'perhaps\n'],
          [question, '\n'],
        ],
      ),
    ).toMatchObject({ status: 0 });
    expect(file()).toBe(before);
  });

  test('yes writes', () => {
    const session = atTerminal([], [[question, 'y\n']]);
    expect(session).toMatchObject({ status: 0 });
    expect(session.output).toContain('wrote Dockerfile');
    expect(file()).toContain(`${label}\n# the tool\nENV HOME_PAGE=https://example.com\nCOPY tool.sh /tool.sh\n`);
  });

  test('the end of input means no', () => {
    expect(atTerminal([], [[question, '\u0004']])).toMatchObject({ status: 0 });
    expect(file()).toBe(before);
  });

  test('one by one: accept, skip, explain', () => {
    const session = atTerminal(
      ['--interactive'],
      [
        [each, 'a\n'],
        [each, 'e\n'],
        [each, 's\n'],
        [each, 's\n'],
      ],
    );
    expect(session).toMatchObject({ status: 0 });
    expect(session.missing).toBeUndefined();
    const changed = file()
      .split('\n')
      .filter((line) => !before.split('\n').includes(line));
    expect(changed).toHaveLength(1);
    expect(session.output).toContain('1 fix in 1 file');
  });

  test('one by one from the question; the rest too', () => {
    expect(
      atTerminal(
        [],
        [
          [question, 'o\n'],
          [each, 'r\n'],
        ],
      ),
    ).toMatchObject({ status: 0 });
    expect(file()).toContain('COPY tool.sh');
    expect(file()).toContain(label);
  });

  test('quit makes what was accepted before', () => {
    expect(
      atTerminal(
        ['-i'],
        [
          [each, 'a\n'],
          [each, 'q\n'],
        ],
      ),
    ).toMatchObject({ status: 0 });
    expect(file()).not.toBe(before);
  });

  test.each([
    ['the question', [], [[question, ctrlC]]],
    [
      'the second fix',
      ['--interactive'],
      [
        [each, 'a\n'],
        [each, ctrlC],
      ],
    ],
  ] as const)('Ctrl-C at %s leaves every file as it was', (_, flags, steps) => {
    const session = atTerminal(flags, steps);
    // As a shell expects it: ended by the signal, or the exit code that stands for it.
    expect(session.signal === 2 || session.status === 130).toBe(true);
    expect(file()).toBe(before);
    expect(readdirSync(directory).sort()).toEqual(['Dockerfile', 'tool.sh']);
  });

  test('Ctrl-C while many files are written leaves each wholly old or wholly new', () => {
    const names = Array.from({ length: 60 }, (_, index) => `Dockerfile.part${index}`);
    for (const name of names) writeFileSync(path.join(directory, name), before);
    const session = atTerminal(
      [],
      [
        [question, `y\n`],
        ['\n', ctrlC],
      ],
    );
    expect(session.missing).toBeUndefined();
    const states = new Set([file(), ...names.map((name) => file(name))]);
    const after = [...states].filter((text) => text !== before);
    expect(after.length).toBeLessThanOrEqual(1);
    for (const text of after) expect(text).toContain(`${label}\n`);
  });
});
