import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { completionScript } from '../../src/cli/completion-script.ts';

const script = await completionScript('bash');

/** What bash offers behind these words. */
function offered(...words: readonly string[]): string[] {
  const ask = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _plimsoll; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${ask}`], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

test('behind a command its flags and forms', () => {
  expect(offered('plimsoll', 'image', '')).toEqual(expect.arrayContaining(['diff', 'compare', 'browse', '--sbom']));
  expect(offered('plimsoll', 'image', 'di')).toEqual(['diff']);
  expect(offered('plimsoll', 'image', '--sbom', '')).toEqual(['cyclonedx', 'spdx', 'attested']);
});

test('behind the word of a form its flags alone', () => {
  expect(offered('plimsoll', 'image', 'diff', '--')).toContain('--json');
  expect(offered('plimsoll', 'image', 'diff', '--')).not.toContain('--sbom');
  expect(offered('plimsoll', 'image', 'browse', 'web:1', '--').sort()).toEqual([
    '--ca',
    '--help',
    '--mirror',
    '--plain-http',
    '--platform',
    '--quiet',
  ]);
});

test.each([
  ['as one word', ['audit', '--format=js'], ['--format=json']],
  ['as one word without a value', ['fix', '--area='], expect.arrayContaining(['--area=cache', '--area=layers'])],
  ['as three words', ['audit', '--format', '=', 'js'], ['json']],
  ['as three words without a value', ['audit', '--format', '='], expect.arrayContaining(['json', 'sarif'])],
  ['with rules', ['audit', '--rule=layers/package-cache'], ['--rule=layers/package-cache-left']],
  ['of a switch', ['audit', '--json='], []],
  ['of a switch, as three words', ['audit', '--json', '=', '-'], []],
  ['behind --debug', ['--debug', 'audit', '--format=js'], ['--format=json']],
])('a flag and its value with a sign between them, %s', (_, words, expected) => {
  expect(offered('plimsoll', ...words)).toEqual(expected);
});

test('--debug before the command changes nothing', () => {
  expect(offered('plimsoll', '--debug', 'aud')).toEqual(['audit']);
  expect(offered('plimsoll', '--deb')).toEqual(['--debug']);
  expect(offered('plimsoll', '--debug', 'audit', '--for')).toEqual(['--format']);
  expect(offered('plimsoll', '--debug', 'image', 'diff', '--')).not.toContain('--sbom');
});

test('fish offers no flag behind the word of a form that refuses it', async () => {
  const lines = (await completionScript('fish')).split('\n');
  const sbom = lines.find((line) => line.includes('from image') && line.includes(' -l sbom '));
  expect(sbom).toContain('not __fish_seen_subcommand_from diff compare browse');
  const json = lines.find((line) => line.includes('from image') && line.includes(' -l json '));
  expect(json).toContain('not __fish_seen_subcommand_from browse');
});

test.each([
  [
    ['db', ''],
    ['update', 'status'],
  ],
  [['logs', ''], ['check']],
  [
    ['respond', ''],
    ['check', 'manifests'],
  ],
  [
    ['prune', ''],
    ['registry', 'engine'],
  ],
  [
    ['ci', 'init', ''],
    ['github', 'gitlab', 'jenkins', 'azure', 'kubernetes'],
  ],
  [['help', 'aud'], ['audit']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
])('%j offers the words that are typed as they are', (words, expected) => {
  expect(offered('plimsoll', ...words)).toEqual(expect.arrayContaining(expected));
});

test('zsh answers already when it loads the file', async () => {
  const zsh = await completionScript('zsh');
  expect(zsh.startsWith('#compdef plimsoll\n')).toBe(true);
  expect(zsh.trimEnd().split('\n').at(-1)).toBe(
    'if [ "${funcstack[1]}" = _plimsoll ]; then _bash_complete -o default -F _plimsoll; fi',
  );
});
