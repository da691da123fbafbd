import { describe, expect, test } from 'vitest';
import type { CommandWord } from '../../src/core/command-line.ts';
import { sliceRange } from '../../src/core/text.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import type { ShellCommand, ShellScript } from '../../src/dockerfile/shell.ts';

function scriptsOf(text: string): ShellScript[] {
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
  return dockerfile.instructions.flatMap((instruction) => dockerfile.script(instruction) ?? []);
}

/** The script of one RUN, behind a SHELL if one is given. */
function run(script: string, shell = ''): ShellScript {
  const text = `FROM x\n${shell}RUN ${script}\n`;
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
  const [first] = dockerfile.instructionsNamed('RUN');
  const found = first && dockerfile.script(first.instruction);
  if (!found) throw new Error('no script');
  return found;
}

function shown(command: ShellCommand): string {
  return [command.name || '?', ...command.arguments.map((word) => word.value)].join(' ');
}

describe('commands', () => {
  test.each<[string, string[]]>([
    ['a b && c || d; e & f', ['a b', 'c', 'd', 'e', 'f']],
    ['a | b |& c', ['a', 'b', 'c']],
    ['! a', ['a']],
    ['(a; b) && { c; d; }', ['a', 'b', 'c', 'd']],
    ['if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
    ['for x in 1 $(a); do b $x; done', ['a', 'b $x']],
    ['while a; do b; done; until c; do d; done', ['a', 'b', 'c', 'd']],
    ['case $(a) in b) c;; d|e) f;; *) g;; esac', ['a', 'c', 'f', 'g']],
    ['f() { a; }; f', ['a', 'f']],
    ['function f { a; }', ['a']],
    ['x=$(a) y="$(b "$(c)")" d', ['d', 'a', 'b $(c)', 'c']],
    ['x=$(a)', ['a']],
    ['echo "`a`" `b \\`c\\``', ['echo `a` `b \\`c\\``', 'a', 'b `c`', 'c']],
    ['a <(b) > >(c)', ['a <(b)', 'b', 'c']],
    ['echo $((1 + $(a)))', ['echo $((1 + $(a)))', 'a']],
    ['echo ${X:-$(a)}', ['echo ${X:-$(a)}', 'a']],
    ['[ -z "$(a)" ] && [[ -f $(b) ]]', ['[ -z $(a) ]', 'a', 'b']],
    ['echo "a && b; c"', ['echo a && b; c']],
    ['echo \'a\' "b"c\\ d', ['echo a bc d']],
    ['/usr/bin/apt-get update', ['apt-get update']],
    ['$JAVA_HOME/bin/java -jar x', ['java -jar x']],
    ['$CMD x', ['? x']],
    ['a # not a comment in one line; b', ['a']],
    ['{ a; } > f 2>&1', ['a']],
    ['a=1', []],
    ['', []],
  ])('%s', (script, expected) => {
    expect(run(script, 'SHELL ["/bin/bash", "-c"]\n').commands.map(shown)).toEqual(expected);
  });
});

describe('wrappers', () => {
  test.each<[string, string, string[]]>([
    ['sudo apt-get update', 'apt-get update', ['sudo']],
    ['sudo -u root -H apt-get update', 'apt-get update', ['sudo']],
    ['sudo -uroot -- a -x', 'a -x', ['sudo']],
    ['sudo A=b a', 'a', ['sudo']],
    ['env A=b -i C=d a -i', 'a -i', ['env']],
    ['env -u A nice -n 5 a', 'a', ['env', 'nice']],
    ['nice -n5 ionice -c 3 a', 'a', ['nice', 'ionice']],
    ['exec a', 'a', ['exec']],
    ['time -p a', 'a', ['time']],
    ['/usr/bin/time -f %e a', 'a', ['time']],
    ['timeout -k 5 30s a -v', 'a -v', ['timeout']],
    ['nohup a &', 'a', ['nohup']],
    ['command apt-get update', 'apt-get update', ['command']],
    ['command -v git', 'command -v git', []],
    ['xargs -0 -n 1 -I{} rm -f', 'rm -f', ['xargs']],
    ['xargs', 'xargs', []],
    ['gosu app a b', 'a b', ['gosu']],
    ['tini -g -- a', 'a', ['tini']],
    ['busybox wget x', 'wget x', ['busybox']],
    ['sudo -l', 'sudo -l', []],
    ['env', 'env', []],
    ['sudo $CMD x', '? x', ['sudo']],
  ])('%s', (script, expected, wrappers) => {
    const [first] = run(script).commands;
    expect(first && shown(first)).toBe(expected);
    expect(first?.wrappers).toEqual(wrappers);
    expect(first?.wrapperWords).toHaveLength(wrappers.length);
  });

  test('assignments of env and sudo count as assignments of the command', () => {
    const [first] = run('A=1 env B="x y" sudo C=3 a').commands;
    expect(first?.assignments.map(({ name, value }) => [name, value?.value])).toEqual([
      ['A', '1'],
      ['B', 'x y'],
      ['C', '3'],
    ]);
  });
});

describe('nested shells', () => {
  test.each<[string, string[]]>([
    [`sh -c 'a && b "$x"'`, ['sh -c a && b "$x"', 'a', 'b $x']],
    [`bash -o pipefail -ec "a \\"b c\\" | d"`, ['bash -o pipefail -ec a "b c" | d', 'a b c', 'd']],
    [`bash -eo pipefail -c 'a'`, ['bash -eo pipefail -c a', 'a']],
    [`su - user -c 'a b'`, ['su - user -c a b', 'a b']],
    [`sh -c "a $(b)"`, ['sh -c a $(b)', 'b', 'a $(b)']],
    [`sh -c "sh -c 'a'"`, [`sh -c sh -c 'a'`, 'sh -c a', 'a']],
    ['bash -c "$SCRIPT"', ['bash -c $SCRIPT']],
    ['bash -c "$(curl x)"', ['bash -c $(curl x)', 'curl x']],
    ['bash script.sh -c x', ['bash script.sh -c x']],
    ['sh script', ['sh script']],
  ])('%s', (script, expected) => {
    expect(run(script).commands.map(shown)).toEqual(expected);
  });

  test('the exec form holds one command of literal words and what its shell runs', () => {
    const [script] = scriptsOf('FROM x\nCMD ["/bin/sh", "-c", "exec node \\"$FILE\\" | tee x"]\n');
    expect(script?.form).toBe('exec');
    expect(script?.commands.map(shown)).toEqual(['sh -c exec node "$FILE" | tee x', 'node $FILE', 'tee x']);
    expect(script?.commands[1]?.place.inside).toEqual(['nested-shell']);
    expect([...(script?.variables ?? [])]).toEqual(['FILE']);
  });

  test('nothing is expanded in the exec form', () => {
    const [script] = scriptsOf('FROM x\nENTRYPOINT ["tini", "--", "node", "$X"]\n');
    expect(script?.commands.map(shown)).toEqual(['node $X']);
    expect(script?.commands[0]?.arguments[0]?.literal).toBe(true);
    expect(script?.variables.size).toBe(0);
  });
});

describe('place', () => {
  test('operators, pipelines and lists', () => {
    const { commands } = run('a && b | c || (d; e & f) && ! g');
    const rows = commands.map(({ name, place, list }) => [
      name,
      place.after,
      place.pipelineIndex,
      place.inside.join('>'),
      place.negated,
      list,
    ]);
    expect(rows).toEqual([
      ['a', undefined, 0, '', false, 0],
      ['b', '&&', 0, '', false, 0],
      ['c', '&&', 1, '', false, 0],
      ['d', undefined, 0, 'subshell', false, 1],
      ['e', ';', 0, 'subshell', false, 1],
      ['f', '&', 0, 'subshell', false, 1],
      ['g', '&&', 0, '', true, 0],
    ]);
    expect(commands[1]?.place.pipeline).toBe(commands[2]?.place.pipeline);
    expect(commands[1]?.place.pipeline?.length).toBe(2);
    expect(commands[0]?.place.pipeline).toBeUndefined();
  });

  test('what stands around', () => {
    const inside = (script: string, name: string): string =>
      run(script)
        .commands.find((command) => command.name === name)
        ?.place.inside.join('>') ?? 'none';
    expect(inside('if a; then b; fi', 'a')).toBe('condition');
    expect(inside('if a; then b; fi', 'b')).toBe('branch');
    expect(inside('for i in 1; do echo $(x); done', 'x')).toBe('loop>substitution');
    expect(inside('f() { x; }', 'x')).toBe('function>group');
    expect(inside(`sh -c '(x)'`, 'x')).toBe('nested-shell>subshell');
    expect(inside('case a in b) x;; esac', 'x')).toBe('branch');
  });
});

describe('words', () => {
  const argument = (script: string): CommandWord | undefined => run(script).commands[0]?.arguments[0];
  test.each<[string, string, boolean, string[]]>([
    ['a b', 'b', true, []],
    [`a 'b $c'`, 'b $c', true, []],
    ['a "b $c"', 'b $c', false, ['c']],
    ['a ${b:-$c}', '${b:-$c}', false, ['b', 'c']],
    ['a \\$b', '$b', true, []],
    ['a *.txt', '*.txt', true, []],
    ['a pkg[extra]', 'pkg[extra]', true, []],
    ['a $(b)', '$(b)', false, []],
    ['a $1', '$1', false, ['1']],
    ['a {b,c}', '{b,c}', true, []],
  ])('%s', (script, value, literal, variables) => {
    const word = argument(script);
    expect([word?.value, word?.literal, word?.variables]).toEqual([value, literal, variables]);
  });

  test('bash expands braces', () => {
    expect(run('a {b,c}', 'SHELL ["bash", "-c"]\n').commands[0]?.arguments[0]?.literal).toBe(false);
  });

  test('redirections', () => {
    const [first] = run('a > f 2>> g < h 2>&1').commands;
    expect(first?.redirects.map(({ operator, descriptor, target }) => [operator, descriptor, target?.value])).toEqual([
      ['>', undefined, 'f'],
      ['>>', 2, 'g'],
      ['<', undefined, 'h'],
      ['>&', 2, '1'],
    ]);
    expect(first?.arguments).toEqual([]);
  });
});

describe('the shell itself', () => {
  test.each<[string, string[]]>([
    ['set -eux', ['errexit', 'nounset', 'xtrace']],
    ['set -euo pipefail && a', ['errexit', 'nounset', 'pipefail']],
    ['set -o pipefail; a', ['pipefail']],
    ['set +x', []],
    ['set -- -e', []],
    ['bash -eo pipefail -c a', ['errexit', 'pipefail']],
    ['sh -xc a', ['xtrace']],
  ])('options of %s', (script, expected) => {
    expect([...run(script).options].sort()).toEqual([...expected].sort());
  });

  test('variables that are assigned', () => {
    const { assigned } = run('a=1; export B=2 C; for d in 1; do read e; done; declare -x F=3; g=x cmd');
    expect(assigned.map(({ name, value, exported }) => [name, value?.value, exported])).toEqual([
      ['a', '1', false],
      ['B', '2', true],
      ['C', undefined, true],
      ['d', undefined, false],
      ['e', undefined, false],
      ['F', '3', true],
    ]);
  });

  test('variables that are expanded', () => {
    const { variables } = run(`a $b "$\{c:-$d}" $((e+1)) <<X ; sh -c 'f $g'\n`.replace(' <<X', ''));
    expect([...variables].sort()).toEqual(['b', 'c', 'd', 'e', 'g']);
  });
});

describe('here-documents', () => {
  test('a RUN of nothing else runs the content', () => {
    const [script] = scriptsOf('FROM x\nRUN <<EOF\nset -e\napt-get update\nfoo $x | bar\nEOF\nRUN true\n');
    expect(script?.commands.map(shown)).toEqual(['set -e', 'apt-get update', 'foo $x', 'bar']);
    expect(script?.form).toBe('shell');
  });

  test.each([
    ['#!/bin/bash -e', 'bash', 1],
    ['#!/usr/bin/env sh', 'posix', 1],
    ['#!/usr/bin/env python3', 'unknown', 0],
  ])('%s says who reads it', (line, dialect, commands) => {
    const [script] = scriptsOf(`FROM x\nRUN <<EOF\n${line}\nprint a\nEOF\n`);
    expect(script?.dialect).toBe(dialect);
    expect(script?.commands).toHaveLength(commands);
  });

  test.each<[string, string[]]>([
    ['bash <<EOF', ['bash', 'a $(b)', 'b']],
    ['bash -e <<"EOF" && c', ['bash -e', 'a $(b)', 'b', 'c']],
    ['python3 <<EOF', ['python3', 'b']],
    ['cat <<"EOF" > /f', ['cat']],
    ['cat > /f <<-EOF', ['cat', 'b']],
    ['bash script <<EOF', ['bash script', 'b']],
  ])('given to a command: %s', (first, expected) => {
    const [script] = scriptsOf(`FROM x\nRUN ${first}\n\ta $(b)\nEOF\n`);
    expect(script?.commands.map(shown).sort()).toEqual([...expected].sort());
    expect(script?.errors).toEqual([]);
  });
});

describe('other shells', () => {
  test('PowerShell and cmd are split into commands with their words', () => {
    const powershell = run(
      `Invoke-WebRequest -Uri "https://a/$v" -OutFile x.zip ; if ($LastExitCode) { exit 1 }; choco.exe install -y git`,
      'SHELL ["powershell", "-Command"]\n',
    );
    const names = powershell.commands.map((command) => command.name);
    expect(names).toContain('Invoke-WebRequest');
    expect(names).toContain('choco');
    expect(powershell.commands[0]?.arguments.map((word) => [word.value, word.literal])).toEqual([
      ['-Uri', true],
      ['https://a/$v', false],
      ['-OutFile', true],
      ['x.zip', true],
    ]);
    const cmd = run('mkdir C:\\x && C:\\Python\\python.exe -m pip install x | more', 'SHELL ["cmd", "/S", "/C"]\n');
    expect(cmd.commands.map((command) => command.name)).toEqual(['mkdir', 'python', 'more']);
  });

  test('of an unknown shell nothing is claimed', () => {
    const script = run('a && b', 'SHELL ["/bin/fish", "-c"]\n');
    expect([script.dialect, script.commands]).toEqual(['unknown', []]);
  });
});

describe('places in the Dockerfile', () => {
  const cases: Record<string, string> = {
    continuations: 'FROM x\nRUN apt-get update \\\n  && apt-get install \\\n    curl \\\n    git\n',
    'comments and empty lines inside':
      'FROM x\nRUN a \\\n# a comment; with b\n\n  && c "d \\\n e" \\\n   # more\n  f\n',
    CRLF: 'FROM x\r\nRUN a \\\r\n  b \\\r\n# comment\r\n  && c\r\n',
    'a backtick as escape': '# escape=`\nFROM x\nRUN a `\n  b `\n  && c\n',
    'here-documents': 'FROM x\nRUN <<EOF\na b \\\n  c\nd\nEOF\n',
    'here-documents with tabs': 'FROM x\nRUN <<-EOF\n\ta b\n\t\tc d\n\tEOF\n',
    'here-documents for a command': 'FROM x\nRUN bash <<A && z\na b\n\tc $(d e)\nA\nRUN y\n',
    'nested scripts': `FROM x\nRUN sh -c 'a b && \\\n  c d'\nRUN bash -c "e \\"f g\\" $(h)"\n`,
    'the exec form': 'FROM x\nRUN ["sh", "-c", "a \\"b\\" && c"]\n',
    ONBUILD: 'FROM x\nONBUILD RUN a \\\n b && c\n',
    HEALTHCHECK: 'FROM x\nHEALTHCHECK --interval=5s CMD a \\\n  b || exit 1\n',
  };
  test.each(Object.entries(cases))('%s', (_, text) => {
    const scripts = scriptsOf(text);
    const words = scripts.flatMap((script) =>
      script.commands.flatMap((command) => [command.nameWord, ...command.arguments]),
    );
    expect(words.length).toBeGreaterThan(0);
    for (const word of words) {
      const plain = (written: string): string =>
        written
          .replace(/[\\`]\r?\n(?:[ \t]*(?:#.*)?\r?\n)*/g, '')
          .replace(/\\"/g, '"')
          .replace(/["']/g, '');
      expect(plain(sliceRange(text, word.range))).toBe(plain(word.raw));
    }
    for (const { commands } of scripts)
      for (const command of commands) expect(sliceRange(text, command.range)).not.toMatch(/^\s|[\s\\]$/);
  });

  test('a range ends behind its last character, not where the next line begins', () => {
    const text = 'FROM x\nRUN a \\\n  b \\\n  && c\n';
    const [first] = scriptsOf(text)[0]?.commands ?? [];
    expect(first && sliceRange(text, first.range)).toBe('a \\\n  b');
  });
});

describe('broken input', () => {
  test.each([
    '"a',
    "'a",
    '$(a',
    '`a',
    'if a',
    'a &&',
    '| a',
    'a > ',
    '(a',
    '{ a',
    'case x in',
    '${',
    '<<',
    'for',
    ')))',
    '"$(',
    'a;;b',
  ])('%s: what could be read is there', (script) => {
    const read = run(script);
    expect(Array.isArray(read.commands)).toBe(true);
    for (const { range } of read.errors) expect(range.start).toBeGreaterThanOrEqual('FROM x\nRUN '.length - 1);
  });

  test('errors have a place', () => {
    const { errors } = run('a && "b');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.range.start).toBeGreaterThan('FROM x\nRUN a'.length);
  });
});
