import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { applyEdits } from '../../src/core/fix.ts';
import type { CommandForm } from '../../src/dockerfile/instruction.ts';
import { asJsonArray, asJsonString } from '../../src/dockerfile/json-edits.ts';
import { literalWords } from '../../src/dockerfile/literal-words.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';

function commandOf(text: string): { readonly form: CommandForm; readonly text: string } {
  const dockerfile = parseDockerfile(decodeArtifact('Dockerfile', Buffer.from(text)));
  const command = dockerfile.instructions.find(({ name }) => name === 'CMD');
  if (command?.name !== 'CMD') throw new Error('no CMD');
  return { form: command.command, text };
}

/** Characters that matter to a shell, to JSON, or to neither. */
const written = fc
  .array(fc.constantFrom(...'ab $"\'\\`;&|<>()*?[]{}~#!=%@,:/.-é'), { minLength: 1, maxLength: 14 })
  .map((characters) => `p${characters.join('')}`.trimEnd());

test('words that are said to be literal are those that a shell passes on', () => {
  fc.assert(
    fc.property(written, (command) => {
      const { form, text } = commandOf(`FROM a\nCMD ${command}\n`);
      if (form.form !== 'shell') return;
      const words = literalWords(form.command, text);
      if (words === undefined) return;
      const passed = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${form.command.text}`]);
      expect(passed.toString().split('\0').slice(0, -1)).toEqual(words.map(({ value }) => value));
      const fixed = commandOf(applyEdits(text, asJsonArray({ path: 'Dockerfile' }, words))).form;
      expect(fixed.form === 'exec' && fixed.words.map(({ value }) => value)).toEqual(words.map(({ value }) => value));
    }),
    { numRuns: 300 },
  );
});

test('a text in a JSON array is read back as it was, across line ends and comments', () => {
  const line = fc
    .array(fc.constantFrom(...'ab $"\'\\;&|\t#é'), { minLength: 1, maxLength: 10 })
    .map((each) => each.join(''));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
      const { form, text } = commandOf(`FROM a\nCMD p${lines.join('p \\\n# comment\n')}p\n`);
      if (form.form !== 'shell' || form.failedJson) return;
      const fixed = commandOf(
        applyEdits(text, asJsonString({ path: 'Dockerfile' }, form.command, ['/bin/sh', '-c'])),
      ).form;
      expect(fixed.form === 'exec' && fixed.words.map(({ value }) => value)).toEqual([
        '/bin/sh',
        '-c',
        form.command.text.trim(),
      ]);
    }),
    { numRuns: 500 },
  );
});
