import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceRange } from '../../src/core/text.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { parseScript } from '../../src/dockerfile/parse-script.ts';
import type { ShellDialect, ShellScript } from '../../src/dockerfile/shell.ts';

const pieces = [
  'a',
  'apt-get',
  ' ',
  '  ',
  '\t',
  '"',
  "'",
  '`',
  '\\',
  '$',
  '$(',
  '${',
  ')',
  '}',
  '(',
  '{',
  ';',
  '&&',
  '||',
  '|',
  '&',
  '<<EOF',
  '<<-X',
  '<',
  '>',
  '2>&1',
  '\n',
  '\r\n',
  '\\\n',
  '# c\n',
  'if ',
  'then ',
  'fi',
  'for x in ',
  'do ',
  'done',
  'case ',
  'esac',
  'sh -c ',
  'sudo ',
  'env A=b ',
  'x=',
  '[[ ',
  ' ]]',
  '((',
  '))',
  '*',
  '{a,b}',
  '=',
  '!',
  'EOF\n',
  'é',
  '\u{1F600}',
  '\0',
] as const; // prettier-ignore

const script = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 40 })
  .map((parts) => parts.join(''));
const dialect = fc.constantFrom<ShellDialect>('posix', 'bash', 'powershell', 'cmd', 'unknown');

function rangesOf(read: ShellScript): SourceRange[] {
  return [
    ...read.errors.map((error) => error.range),
    ...read.assigned.map((each) => each.range),
    ...read.commands.flatMap((command) => [
      command.range,
      command.nameWord.range,
      ...[...command.arguments, ...command.wrapperWords].map((word) => word.range),
      ...command.redirects.flatMap((redirect) => [redirect.range, ...(redirect.target ? [redirect.target.range] : [])]),
      ...(command.place.pipeline ? [command.place.pipeline.range] : []),
    ]),
  ];
}

test('any text in any dialect is read without an exception, with ranges inside of it', () => {
  fc.assert(
    fc.property(script, dialect, (text, of) => {
      const command = {
        form: 'shell',
        failedJson: false,
        command: { text, sourceOffset: (index: number) => index },
      } as const;
      for (const range of rangesOf(parseScript(command, [], of))) {
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        expect(range.end).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 3000, examples: [['$<<-X`\\', 'posix']] },
  );
});

test('every range of an instruction lies in the instruction', () => {
  fc.assert(
    fc.property(
      script,
      fc.constantFrom('RUN ', 'CMD ', 'RUN ["sh", "-c", "', 'RUN <<EOF\n', 'ONBUILD RUN ', 'HEALTHCHECK CMD '),
      (text, keyword) => {
        const source = `FROM x\n${keyword}${text}`;
        const dockerfile = parseDockerfile({ path: 'Dockerfile', text: source, encoding: 'utf-8' });
        for (const instruction of dockerfile.instructions) {
          const read = dockerfile.script(instruction);
          if (!read) continue;
          for (const range of rangesOf(read)) {
            expect(range.start).toBeGreaterThanOrEqual(instruction.range.start);
            expect(range.end).toBeLessThanOrEqual(instruction.syntax.range.end);
            expect(range.end).toBeGreaterThanOrEqual(range.start);
          }
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  'a && ',
  '$(',
  '"$(a "',
  '`',
  '(',
  '{ ',
  'a | ',
  'if a; then ',
  "sh -c '",
  'a <<E\n',
  '\\\n',
  '${a:-',
  '$((',
  'x=',
  '{a,',
  'a;',
  '[[ ( ',
])('time grows with the length of %j repeated, and nothing overflows', (piece) => {
  const read = (length: number): number => {
    const text = piece.repeat(Math.ceil(length / piece.length));
    const command = {
      form: 'shell',
      failedJson: false,
      command: { text, sourceOffset: (index: number) => index },
    } as const;
    const begun = performance.now();
    parseScript(command, [], 'bash');
    return performance.now() - begun;
  };
  read(2_000);
  expect(read(100_000)).toBeLessThan(3_000);
});
