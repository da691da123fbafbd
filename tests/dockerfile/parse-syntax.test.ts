import { describe, expect, test } from 'vitest';
import { sliceRange } from '../../src/core/text.ts';
import { parseSyntax } from '../../src/dockerfile/parse-syntax.ts';
import { printSyntax } from '../../src/dockerfile/print.ts';
import type { InstructionItem } from '../../src/dockerfile/syntax.ts';

function instructionsOf(text: string): readonly InstructionItem[] {
  return parseSyntax(text).items.filter((item) => item.kind === 'instruction');
}

/** Each instruction as `keyword|rest`. */
function joinedLines(text: string): readonly string[] {
  return instructionsOf(text).map((item) => `${item.keyword.value}|${item.rest.text}`);
}

function itemsOf(text: string): readonly string[] {
  return parseSyntax(text).items.map((item) => `${item.kind}:${sliceRange(text, item.range)}`);
}

describe('items', () => {
  test.each([
    ['an empty file has none', '', []],
    ['blank lines are one item', ' \n\t\r\n\nRUN a', ['blank: \n\t\r\n\n', 'instruction:RUN a']],
    ['a byte order mark stands alone', '\ufeffFROM a\n', ['blank:\ufeff', 'instruction:FROM a\n']],
    ['comments may be indented', '  # x\nRUN a\n', ['comment:  # x\n', 'instruction:RUN a\n']],
    [
      'an instruction holds its continuation lines',
      'RUN a \\\n# c\n\n b\nCMD c',
      ['instruction:RUN a \\\n# c\n\n b\n', 'instruction:CMD c'],
    ],
    [
      'an instruction holds its here-document',
      'COPY <<A /x\n# no comment\nA\nCMD c',
      ['instruction:COPY <<A /x\n# no comment\nA\n', 'instruction:CMD c'],
    ],
    ['no line end at the end of the file', 'RUN a\\', ['instruction:RUN a\\']],
    ['only a byte order mark', '\ufeff', ['blank:\ufeff']],
  ])('%s', (_, text, items) => {
    expect(itemsOf(text)).toEqual(items);
    expect(printSyntax(parseSyntax(text))).toBe(text);
  });
});

describe('keyword and rest', () => {
  test.each([
    ['blanks around are no part of them', '  RUN \t echo  hi \t\r\n', ['RUN|echo  hi']],
    ['a keyword alone has an empty rest', 'RUN\n', ['RUN|']],
    ['an escape character at the line end joins the next line', 'RUN a \\\n  b\n', ['RUN|a   b']],
    ['a keyword can be continued', 'FR\\\nOM scratch', ['FROM|scratch']],
    ['blanks may follow the escape character', 'RUN a \\ \t\n b', ['RUN|a  b']],
    ['but a vertical tab may not', 'RUN a \\\v\nCMD b', ['RUN|a \\', 'CMD|b']],
    ['CR before the line end belongs to it', 'RUN a \\\r\n b\r\r\n', ['RUN|a  b']],
    ['a doubled escape character does not continue', 'RUN a \\\\\nCMD b', ['RUN|a \\\\', 'CMD|b']],
    ['comment lines between are left out', 'RUN a \\\n # no\n#no \\\n b', ['RUN|a  b']],
    ['empty lines between are left out', 'RUN a \\\n\n \t\n b', ['RUN|a  b']],
    ['an escape character alone on a line continues', 'RUN a \\\n\\\n b', ['RUN|a  b']],
    ['the file may end within a continuation', 'RUN a \\\n', ['RUN|a']],
    ['an escape character can begin an instruction', '\\\n RUN a', ['RUN|a']],
    ['a file of one escape character is an instruction without a name', '\\', ['|']],
    ['a no-break space does not end a keyword', 'RUN\u00a0a', ['RUN\u00a0a|']],
    ['a hash within a line is no comment', 'RUN a # b \\\n c', ['RUN|a # b  c']],
    ['the backtick continues after its directive', '# escape=`\nRUN a `\n b\\\nCMD c', ['RUN|a  b\\', 'CMD|c']],
  ])('%s', (_, text, lines) => expect(joinedLines(text)).toEqual(lines));

  test('offsets of the rest lead to the source through continuations', () => {
    const text = 'RUN one \\\r\n# two\n  three\n';
    const [item] = instructionsOf(text);
    const { rest } = item ?? expect.unreachable();
    expect(Array.from(rest.text, (_, index) => text.charAt(rest.sourceOffset(index))).join('')).toBe(rest.text);
    expect(rest.sourceOffset(rest.text.length)).toBe(text.length - 1);
  });

  test('a keyword that is continued has a range over both lines', () => {
    const text = 'FR\\\nOM scratch';
    const [item] = instructionsOf(text);
    expect(item && sliceRange(text, item.keyword.range)).toBe('FR\\\nOM');
  });
});

describe('lines and ranges', () => {
  test('lines are counted as BuildKit counts them', () => {
    const text = '\ufeff# c\n\nFROM a\nRUN b \\\n# x\n\nc\nCOPY <<A <<B /\nA\nB\nUSER d \\\n\n';
    expect(instructionsOf(text).map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [3, 3],
      [4, 7],
      [8, 10],
      [11, 12],
    ]);
  });

  test('the trimmed range goes from the keyword to the last character, here-documents included', () => {
    const text = '  FROM a \r\nRUN <<A\nx\nA\r\nUSER b \\\n \n';
    expect(instructionsOf(text).map((item) => sliceRange(text, item.trimmed))).toEqual([
      'FROM a',
      'RUN <<A\nx\nA',
      'USER b',
    ]);
  });

  test('comments and empty lines within an instruction are known', () => {
    const text = 'RUN a \\\n # c\n\n b';
    const [item] = instructionsOf(text);
    expect(item?.innerComments.map((range) => sliceRange(text, range))).toEqual([' # c\n']);
    expect(item?.emptyContinuations.map((range) => sliceRange(text, range))).toEqual(['\n']);
  });
});

describe('parser directives', () => {
  test.each([
    ['name and value', '# syntax=docker/dockerfile:1\n', [['syntax', 'docker/dockerfile:1']]],
    ['blanks around everything', ' \t#  EsCaPe \t=  ` \r\n', [['escape', '`']]],
    [
      'several',
      '#syntax=a\n#check=skip=all;error=true\n#escape=`\n',
      [
        ['syntax', 'a'],
        ['check', 'skip=all;error=true'],
        ['escape', '`'],
      ],
    ],
    ['after a byte order mark', '\ufeff# escape=`\n', [['escape', '`']]],
    ['an unknown name ends them', '# foo=1\n# escape=`\n', []],
    ['a comment ends them', '# syntax is\n# escape=`\n', []],
    ['an empty line ends them', '\n# escape=`\n', []],
    ['an instruction ends them', 'FROM a\n# escape=`\n', []],
    ['no value is no directive', '# escape=\n', []],
    ['behind a #! line only what does not change the parser', '#!/bin/x\n# escape=`\n# syntax=a\n', [['syntax', 'a']]],
  ])('%s', (_, text, directives) =>
    expect(parseSyntax(text).directives.map(({ name, value }) => [name, value])).toEqual(directives),
  );

  test.each([
    ['# escape=`\n', '`'],
    ['# escape=\\\n', '\\'],
    ['# escape=x\n', '\\'],
    ['#!/bin/x\n# escape=`\n', '\\'],
    ['# escape=`\n# escape=\\\n', '\\'],
  ])('%j puts %s in force', (text, escapeCharacter) => expect(parseSyntax(text).escape).toBe(escapeCharacter));

  test('the range of a value has no blanks around it', () => {
    const text = '# syntax =  docker/dockerfile:1 \r\n';
    expect(parseSyntax(text).directives.map(({ valueRange }) => sliceRange(text, valueRange))).toEqual([
      'docker/dockerfile:1',
    ]);
  });
});

describe('here-documents', () => {
  const heads = (text: string) =>
    instructionsOf(text).map((item) =>
      item.heredocs.map(({ name, expand, chomp, fileDescriptor, content }) => ({
        name,
        expand,
        chomp,
        fileDescriptor,
        content,
      })),
    );
  const plain = { expand: true, chomp: false, fileDescriptor: 0 };

  test.each([
    ['RUN', 'RUN <<EOF\necho\nEOF\n', [[{ ...plain, name: 'EOF', content: 'echo\n' }]]],
    ['in lower case, with other words', 'run cat <<EOF | sh\nEOF', [[{ ...plain, name: 'EOF', content: '' }]]],
    [
      'quoted: nothing is expanded',
      'COPY <<"E F" /x\n$a\nE F\n',
      [[{ ...plain, name: 'E F', expand: false, content: '$a\n' }]],
    ],
    ['partly quoted', "ADD <<E'O'F /x\nEOF\n", [[{ ...plain, name: 'EOF', expand: false, content: '' }]]],
    [
      'with a dash: leading tabs go',
      'RUN <<-EOF\n\t\ta\n\tb \tc\n\t\tEOF\n',
      [[{ ...plain, name: 'EOF', chomp: true, content: 'a\nb \tc\n' }]],
    ],
    ['with a file descriptor', 'RUN x 3<<A\nA\n', [[{ ...plain, name: 'A', fileDescriptor: 3, content: '' }]]],
    ['blanks before the name', 'RUN cat << A\na\nA\n', [[{ ...plain, name: 'A', content: 'a\n' }]]],
    [
      'several',
      'COPY <<A <<B /\na\nA\nb\nB\n',
      [
        [
          { ...plain, name: 'A', content: 'a\n' },
          { ...plain, name: 'B', content: 'b\n' },
        ],
      ],
    ],
    ['CRLF', 'RUN <<A\r\na\r\nA\r\nCMD b', [[{ ...plain, name: 'A', content: 'a\r\n' }], []]],
    ['as a trigger', 'ONBUILD COPY <<A /\na\nA\n', [[{ ...plain, name: 'A', content: 'a\n' }]]],
    ['through a continuation', 'RUN cat <<A \\\n > b\na\nA\n', [[{ ...plain, name: 'A', content: 'a\n' }]]],
  ])('%s', (_, text, documents) => expect(heads(text)).toEqual(documents));

  test.each([
    ['other instructions take none', 'CMD cat <<EOF\nEOF a'],
    ['JSON form takes none', 'RUN ["cat", "<<EOF"]\nEOF a'],
    ['a here-string is none', 'RUN cat <<<EOF\nEOF a'],
    ['quotes hide it', 'RUN echo "<<EOF"\nEOF a'],
    ['a quote that is not closed hides all', "RUN it's <<EOF\nEOF a"],
    ['a word before it hides it', 'RUN a<<EOF\nEOF a'],
    ['an arithmetic shift without blanks is none', 'RUN echo $((1<<2))\nEOF a'],
    ['ONBUILD of ONBUILD takes none', 'ONBUILD ONBUILD RUN <<EOF\nEOF a'],
  ])('%s', (_, text) => expect(heads(text)).toEqual([[], []]));

  test('one that is not closed takes nothing, and what follows is read', () => {
    const text = 'RUN cat <<EOF > /x \\\n a EOF\nUSER b\n';
    expect(joinedLines(text)).toEqual(['RUN|cat <<EOF > /x  a EOF', 'USER|b']);
    expect(instructionsOf(text)[0]?.heredocs).toMatchObject([{ name: 'EOF', content: '', terminated: false }]);
  });

  test('the content has its range, without the delimiter', () => {
    const text = 'RUN <<A\n\tx\nA\n';
    expect(instructionsOf(text)[0]?.heredocs.map(({ contentRange }) => sliceRange(text, contentRange))).toEqual([
      '\tx\n',
    ]);
  });

  test('many that are not closed are each told from one that is', () => {
    const open = Array.from({ length: 40 }, (_, index) => `RUN <<OPEN${index}\n`).join('');
    const found = instructionsOf(`${open}RUN <<-A\n\tx\n\tA\n`).flatMap((item) => item.heredocs);
    expect(found.filter(({ terminated }) => terminated).map(({ name }) => name)).toEqual(['A']);
    expect(found).toHaveLength(41);
  });
});
