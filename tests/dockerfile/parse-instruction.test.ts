import { describe, expect, test } from 'vitest';
import { sliceRange } from '../../src/core/text.ts';
import type { CommandForm, Instruction, InstructionName, InstructionNamed } from '../../src/dockerfile/instruction.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { isOtherJsonArray } from '../../src/dockerfile/parse-json-array.ts';
import type { Token } from '../../src/dockerfile/syntax.ts';

function parse(text: string): readonly Instruction[] {
  return parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' }).instructions;
}

function only<Name extends InstructionName>(name: Name, text: string): InstructionNamed<Name> {
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
  return dockerfile.instructionsNamed(name)[0]?.instruction ?? expect.unreachable(`no ${name}`);
}

const textOf = (token: Token | undefined) => token?.value;
const valuesOf = (tokens: readonly Token[]) => tokens.map((token) => token.value);

function formOf(command: CommandForm) {
  return command.form === 'exec' ? valuesOf(command.words) : command.command.text;
}

describe('flags', () => {
  test.each([
    [
      'before the arguments only',
      'RUN --a=1 --b x --c',
      [
        ['a', '1'],
        ['b', undefined],
      ],
    ],
    [
      'quotes and escapes are removed',
      'RUN --a="b c" --d=e\\ f x',
      [
        ['a', 'b c'],
        ['d', 'e f'],
      ],
    ],
    ['an empty value', 'RUN --a= x', [['a', '']]],
    ['only the first sign separates', 'RUN --mount=type=ssh x', [['mount', 'type=ssh']]],
    ['two dashes end them', 'RUN --a -- --b', [['a', undefined]]],
    ['names keep their case', 'COPY --From=x a b', [['From', 'x']]],
    [
      'through continuations',
      'COPY --from=x \\\n --link a b',
      [
        ['from', 'x'],
        ['link', undefined],
      ],
    ],
    ['backslashes stay when the backtick escapes', '# escape=`\nCOPY --chown=a\\b c d', [['chown', 'a\\b']]],
  ])('%s', (_, text, flags) =>
    expect(parse(text)[0]?.flags.map(({ name, value }) => [name, value?.value])).toEqual(flags),
  );

  test('have ranges, their values too', () => {
    const text = 'COPY --chown="a b" \\\n --link c d';
    const { flags } = only('COPY', text);
    expect(flags.map(({ range }) => sliceRange(text, range))).toEqual(['--chown="a b"', '--link']);
    expect(flags.map(({ value }) => value && sliceRange(text, value.range))).toEqual(['"a b"', undefined]);
  });

  test('what follows two dashes is the command', () => expect(formOf(only('RUN', 'RUN -- --b').command)).toBe('--b'));
});

describe('JSON form', () => {
  test.each<[string, string, string | readonly string[]]>([
    ['strings', 'CMD ["a", "b c"]', ['a', 'b c']],
    ['escapes are decoded', 'CMD ["\\u0041\\n", "\\"", "\\\\"]', ['A\n', '"', '\\']],
    ['no strings', 'CMD [ ]', []],
    ['through continuations', 'CMD ["a", \\\n # no\n "b"]', ['a', 'b']],
    ['single quotes are none', "CMD ['a']", "['a']"],
    ['something behind the array', 'CMD ["a"] b', '["a"] b'],
    ['a trailing comma', 'CMD ["a",]', '["a",]'],
    ['an escape that JSON does not know', 'CMD ["\\d"]', '["\\d"]'],
    ['a control character in a string', 'CMD ["a\tb"]', '["a\tb"]'],
    ['an array that is not closed', 'CMD ["a"', '["a"'],
    ['other values than strings', 'CMD ["a", 1]', '["a", 1]'],
    ['a test command', 'RUN [ -f x ] && y', '[ -f x ] && y'],
  ])('%s', (_, text, expected) => {
    const instruction = parse(text)[0];
    if (instruction?.name !== 'CMD' && instruction?.name !== 'RUN') expect.unreachable();
    expect(formOf(instruction.command)).toEqual(expected);
    if (instruction.command.form === 'shell') expect(instruction.command.failedJson).toBe(true);
  });

  test('a plain command is no failed JSON', () =>
    expect(only('RUN', 'RUN a').command).toMatchObject({ form: 'shell', failedJson: false }));

  test('words have ranges with their quotes', () => {
    const text = 'CMD ["a", \\\n"b"]';
    const { command } = only('CMD', text);
    expect(command.form === 'exec' && command.words.map(({ range }) => sliceRange(text, range))).toEqual([
      '"a"',
      '"b"',
    ]);
  });

  test.each([
    ['[1]', true],
    ['["a", null]', true],
    ['["a"]', false],
    ['[a]', false],
    ['{}', false],
  ])('%s holds other values: %s', (text, expected) => expect(isOtherJsonArray(text)).toBe(expected));
});

describe('FROM', () => {
  test.each([
    ['an image', 'FROM a', ['a', undefined, undefined, undefined]],
    ['a name', 'FROM a As B', ['a', 'As', 'B', undefined]],
    ['a platform', 'FROM --platform=$X a AS b', ['a', 'AS', 'b', '$X']],
    ['nothing', 'FROM', [undefined, undefined, undefined, undefined]],
    ['another word than AS', 'FROM a b c', ['a', undefined, undefined, undefined]],
    ['quotes are removed', 'FROM "a:1"', ['a:1', undefined, undefined, undefined]],
  ])('%s', (_, text, expected) => {
    const { image, asKeyword, alias, platform } = only('FROM', text);
    expect([image, asKeyword, alias, platform].map(textOf)).toEqual(expected);
  });
});

describe('RUN', () => {
  test('mounts have their options by key', () => {
    const { mounts } = only(
      'RUN',
      'RUN --mount=type=Cache,Target=/x,ro --mount=from=a,"source=b,c" --network=none --security=insecure x',
    );
    expect(mounts.map(({ type, options }) => [type, ...options])).toEqual([
      ['cache', ['type', 'Cache'], ['target', '/x'], ['ro', 'true']],
      ['bind', ['from', 'a'], ['source', 'b'], ['c', 'true']],
    ]);
  });

  test('a field of a mount may be quoted when the quotes are escaped', () => {
    const { mounts } = only('RUN', 'RUN --mount=from=a,\\"source=b,c\\" x');
    expect([...(mounts[0]?.options ?? [])]).toEqual([
      ['from', 'a'],
      ['source', 'b,c'],
    ]);
  });

  test('network and security', () => {
    const { network, security } = only('RUN', 'RUN --network=none --security=insecure x');
    expect([network, security].map(textOf)).toEqual(['none', 'insecure']);
  });

  test('a command is one line, its characters map to the source', () => {
    const text = 'RUN a && \\\n # c\n  b';
    const { command } = only('RUN', text);
    if (command.form !== 'shell') expect.unreachable();
    expect(command.command.text).toBe('a &&   b');
    expect(text.charAt(command.command.sourceOffset(command.command.text.indexOf('b')))).toBe('b');
  });
});

describe('COPY and ADD', () => {
  test.each([
    ['sources and destination', 'COPY a b c/', [['a', 'b'], 'c/', 'shell']],
    ['JSON', 'COPY ["a b", "c"]', [['a b'], 'c', 'exec']],
    ['one word is a source', 'COPY a', [['a'], undefined, 'shell']],
    ['nothing', 'COPY', [[], undefined, 'shell']],
    ['here-documents are no sources', 'COPY <<A x <<-"B" /y\nA\nB', [['x'], '/y', 'shell']],
    ['quotes are removed, blanks in them still separate', 'COPY "a" b', [['a'], 'b', 'shell']],
  ])('%s', (_, text, expected) => {
    const { sources, destination, form } = only('COPY', text);
    expect([valuesOf(sources), textOf(destination), form]).toEqual(expected);
  });

  test('flags of COPY', () => {
    const copy = only('COPY', 'COPY --from=a --chown=b --chmod=c --link --parents=TRUE --exclude=d --exclude=e x y');
    expect([copy.from, copy.chown, copy.chmod].map(textOf)).toEqual(['a', 'b', 'c']);
    expect(copy).toMatchObject({ link: true, parents: true, keepGitDir: false, checksum: undefined });
    expect(valuesOf(copy.excludes)).toEqual(['d', 'e']);
  });

  test('flags of ADD', () => {
    const add = only('ADD', 'ADD --checksum=a --keep-git-dir --link=false x y');
    expect(textOf(add.checksum)).toBe('a');
    expect(add).toMatchObject({ keepGitDir: true, link: false, parents: false });
  });
});

describe('ENV, LABEL and ARG', () => {
  const pairs = (text: string) => {
    const instruction = parse(text)[0];
    if (instruction?.name !== 'ENV' && instruction?.name !== 'LABEL' && instruction?.name !== 'ARG')
      expect.unreachable();
    return instruction.pairs.map(({ key, value }) => [key.value, value?.value]);
  };

  test.each([
    [
      'several pairs',
      'ENV a=1 b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'quotes',
      `ENV a="b c" d='e f' g=h"i j"k`,
      [
        ['a', 'b c'],
        ['d', 'e f'],
        ['g', 'hi jk'],
      ],
    ],
    ['escaped blanks', 'ENV a=b\\ c', [['a', 'b c']]],
    ['escaped quotes', 'ENV a="b\\"c"', [['a', 'b"c']]],
    ['variables stay', 'ENV a="$b ${c:-d}"', [['a', '$b ${c:-d}']]],
    ['no value', 'ENV a=', [['a', '']]],
    ['the legacy form takes the rest of the line', 'ENV a b  c=d', [['a', 'b  c=d']]],
    ['the legacy form without a value', 'ENV a', [['a', undefined]]],
    [
      'a word without a sign',
      'ENV a=b c',
      [
        ['a', 'b'],
        ['c', undefined],
      ],
    ],
    ['nothing', 'ENV', []],
    ['quoted label', 'LABEL "a b"="c"', [['a b', 'c']]],
    [
      'continued',
      'LABEL a=b \\\n  c="d \\\n e"',
      [
        ['a', 'b'],
        ['c', 'd  e'],
      ],
    ],
    [
      'ARG without default',
      'ARG a b=c',
      [
        ['a', undefined],
        ['b', 'c'],
      ],
    ],
    ['only the first sign separates', 'ARG a=b=c', [['a', 'b=c']]],
    ['an escape character at the end is dropped', 'ENV a=b\\', [['a', 'b']]],
  ])('%s', (_, text, expected) => expect(pairs(text)).toEqual(expected));

  test.each([
    ['ENV a b', true],
    ['ENV a=b', false],
    ['LABEL a', true],
  ])('%s is legacy: %s', (text, legacy) => expect(parse(text)[0]).toMatchObject({ legacy }));

  test('ranges of keys and values, quotes included', () => {
    const text = 'ENV a="b \\\n c" d=e';
    const ranges = only('ENV', text).pairs.map(({ key, value, range }) =>
      [key, value, { range }].map((part) => part && sliceRange(text, part.range)),
    );
    expect(ranges).toEqual([
      ['a', '"b \\\n c"', 'a="b \\\n c"'],
      ['d', 'e', 'd=e'],
    ]);
  });

  test('the text with quotes is kept, for it is what is expanded', () =>
    expect(only('ENV', "ENV a='$b'").pairs[0]?.value).toMatchObject({ value: '$b', raw: "'$b'" }));
});

describe('other instructions', () => {
  test.each([
    ['EXPOSE', 'EXPOSE 80 443/udp', { ports: [{ value: '80' }, { value: '443/udp' }] }],
    ['VOLUME', 'VOLUME /a /b', { form: 'shell', paths: [{ value: '/a' }, { value: '/b' }] }],
    ['VOLUME in JSON form', 'VOLUME ["/a b"]', { form: 'exec', paths: [{ value: '/a b' }] }],
    ['USER', 'user "a"', { name: 'USER', value: { value: 'a' } }],
    ['WORKDIR takes the whole line', 'WORKDIR /a b', { value: { value: '/a b' } }],
    ['a backslash in a path is an escape', 'WORKDIR C:\\app', { value: { value: 'C:app', raw: 'C:\\app' } }],
    ['unless the backtick is', '# escape=`\nWORKDIR C:\\app', { value: { value: 'C:\\app' } }],
    ['MAINTAINER keeps its quotes', 'MAINTAINER "a"', { value: { value: '"a"' } }],
    ['USER without a value', 'USER', { value: { value: '' } }],
    ['HEALTHCHECK', 'HEALTHCHECK --interval=1s CMD a', { check: { kind: 'cmd', command: { form: 'shell' } } }],
    ['HEALTHCHECK in JSON form', 'HEALTHCHECK cmd ["a"]', { check: { kind: 'cmd', command: { form: 'exec' } } }],
    ['HEALTHCHECK NONE', 'HEALTHCHECK none', { check: { kind: 'none' } }],
    ['HEALTHCHECK of something else', 'HEALTHCHECK curl x', { check: { kind: 'invalid' } }],
    ['HEALTHCHECK with white space beyond ASCII', 'HEALTHCHECK CMD\u2003a', { check: { kind: 'invalid' } }],
    ['HEALTHCHECK without a command', 'HEALTHCHECK CMD', { check: { kind: 'invalid' } }],
    ['SHELL', 'SHELL ["a", "-c"]', { command: { form: 'exec' } }],
    ['an unknown name', 'RUNN a', { name: 'UNKNOWN', keyword: { value: 'RUNN' } }],
    ['ONBUILD', 'ONBUILD run a', { name: 'ONBUILD', trigger: { name: 'RUN', line: 1, keyword: { value: 'run' } } }],
    ['ONBUILD without a trigger', 'ONBUILD', { trigger: undefined }],
    [
      'ONBUILD of ONBUILD is read no deeper',
      'ONBUILD ONBUILD RUN a',
      { trigger: { name: 'ONBUILD', trigger: undefined } },
    ],
  ])('%s', (_, text, expected) => expect(parse(text)[0]).toMatchObject(expected));

  test('a trigger has its own range', () => {
    const text = 'ONBUILD COPY \\\n <<A /x\nA\n';
    const { trigger } = only('ONBUILD', text);
    expect(trigger && sliceRange(text, trigger.range)).toBe('COPY \\\n <<A /x\nA');
    expect(trigger?.heredocs).toHaveLength(1);
  });
});
