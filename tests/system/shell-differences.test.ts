import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type PlainShell, type ShellDifference, shellDifferences } from '../../src/dockerfile/shell-differences.ts';

/** For each difference a script, and what bash writes when it runs it. */
const samples: Readonly<Record<ShellDifference, readonly [script: string, inBash: string]>> = {
  'double-bracket': ['[[ a = a ]] && echo yes', 'yes\n'],
  'arithmetic-command': ['((1 + 1)) && echo yes', 'yes\n'],
  'arithmetic-for': ['for ((i = 0; i < 2; i++)); do echo $i; done', '0\n1\n'],
  select: ['select x in a b; do echo $x; break; done <<EOF 2> /dev/null\n1\nEOF\n', 'a\n'],
  'function-keyword': ['function f { echo f; }; f', 'f\n'],
  array: ['a=(1 2); echo ${a[1]}', '2\n'],
  'pipe-both': ['echo hi |& cat', 'hi\n'],
  'brace-expansion': ['echo {a,b}', 'a b\n'],
  'process-substitution': ['cat <(echo hi)', 'hi\n'],
  'ansi-quotes': ["echo $'a'", 'a\n'],
  substring: ['v=abc; echo ${v:1:1} ${v/a/x}', 'b xbc\n'],
  indirection: ['v=w; w=1; echo ${!v}', '1\n'],
  'echo-e': ['echo -e "a"', 'a\n'],
  source: ['echo "x=1" > file; source ./file && echo $x', '1\n'],
  'double-equals': ['[ a == a ] && echo yes', 'yes\n'],
  'redirect-both': ['{ echo a; ls /missing; } &> file; wc -l < file', '2\n'],
  'here-string': ['cat <<< hi', 'hi\n'],
  pipefail: ['set -o pipefail && echo yes', 'yes\n'],
  declare: ['declare x=1 && echo $x', '1\n'],
  let: ['let x=1+1 && echo $x', '2\n'],
  shopt: ['shopt -s nullglob && echo yes', 'yes\n'],
  'directory-stack': ['pushd / > /dev/null && pwd', '/\n'],
};

const shells: Readonly<Record<PlainShell, readonly string[]>> = { dash: ['dash'], busybox: ['busybox', 'sh'] };

describe.each(['dash', 'busybox'] as const)('%s beside bash', (name) => {
  test.each(Object.entries(samples))('%s', (kind, [script, inBash]) => {
    expect(output(['bash'], script)).toBe(inBash);
    const [, effects] = Object.entries(shellDifferences).find(([each]) => each === kind) ?? [];
    const differs = effects?.[name] !== undefined;
    expect(output(shells[name], script) !== inBash).toBe(differs);
  });
});

/** What a shell writes to standard output, in a directory of its own. */
function output([program = 'sh', ...first]: readonly string[], script: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-shell-'));
  try {
    const { stdout, error } = spawnSync(program, [...first, '-c', script], {
      cwd: directory,
      encoding: 'utf8',
      timeout: 10_000,
    });
    if (error) throw error;
    return stdout;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('the shells are those that the table was made of', () => {
  expect(execFileSync('busybox', { encoding: 'utf8' })).toMatch(/^BusyBox v1\./);
});
