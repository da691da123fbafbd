import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { applyEdits } from '../../src/core/fix.ts';
import type { RuleReport } from '../../src/core/rule.ts';
import { expandToken, type Variables } from '../../src/dockerfile/expand.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { rule } from '../../src/rules/review/legacy-key-value.ts';

const settings: readonly Variables[] = [
  new Map(),
  new Map([['a', 'x']]),
  new Map([['a', 'x  y"z\\']]),
  new Map([['a', '']]),
];

function parsed(text: string) {
  return parseDockerfile(decodeArtifact('Dockerfile', Buffer.from(text)));
}

/** What each setting of the variables makes of an ENV, and why it would be refused. */
function valuesOf(text: string): unknown {
  const dockerfile = parsed(text);
  if (dockerfile.rejections.length > 0) return 'refused';
  return dockerfile.instructions.flatMap((instruction) =>
    instruction.name !== 'ENV' || instruction.keyword.value !== 'ENV'
      ? []
      : instruction.pairs.map(({ key, value }) =>
          settings.map((variables) => {
            const expanded = value && expandToken(value, variables, { escape: dockerfile.syntax.escape });
            return [key.value, expanded?.error ?? expanded?.value];
          }),
        ),
  );
}

const value = fc.array(fc.constantFrom(...' a$"\'\\`{}:-=#é\t', '$a', '${a}', '\\\n  ', '${a:-b c}'), {
  minLength: 1,
  maxLength: 10,
});

test.each(['', '# escape=`\n'])(
  'the equals sign and the quotes keep the value, whatever the variables hold (%j)',
  async (directive) => {
    const project = await loadProject({ kind: 'bytes', name: 'Dockerfile', bytes: Buffer.from('FROM a') });
    let fixed = 0;
    fc.assert(
      fc.property(value, (parts) => {
        const text = `${directive}FROM a\nENV KEY ${parts.join('').trim()}\nRUN true\n`;
        const reports: RuleReport[] = [];
        rule.check(
          { dockerfile: parsed(text), project },
          {
            report: (each) => reports.push(each),
            option: { number: () => 0, text: () => '', flag: () => false, list: () => [] },
            today: undefined,
          },
        );
        const fix = reports[0]?.fix;
        if (fix === undefined || valuesOf(text) === 'refused') return;
        fixed += 1;
        expect(valuesOf(applyEdits(text, fix.changes.edits))).toEqual(valuesOf(text));
      }),
      { numRuns: 700 },
    );
    expect(fixed).toBeGreaterThan(50);
  },
);

test.each<[string, string, boolean]>([
  ['ENV A 1 B_C=2', 'warning', false],
  ['ENV LOG_LEVEL info LOG_FORMAT=json', 'warning', false],
  ['ENV PATH /opt/bin:$PATH JAVA_HOME=/opt/java', 'warning', false],
  ['ENV LANG en_US.UTF-8 LC_ALL=', 'warning', false],
  ['ENV LANG en_US.UTF-8 LC_ALL="x"', 'warning', false],
  ['ENV LANG en_US.UTF-8 \\\n  # all of it\n  LC_ALL=en_US.UTF-8', 'warning', false],
  ['ENV X 1 \\\n  JAVA_OPTS -Xmx512m', 'warning', false],
  ['ENV MAKEFLAGS -j4 CC=clang', 'note', false],
  ['ENV CONFIGURE_ARGS shared CFLAGS=-O2', 'note', false],
  ['ENV WORDS -j4 CC=clang', 'note', false],
  ['ENV BOOT env NODE_ENV=production', 'note', false],
  ['ENV CMD rails SERVER=1', 'note', false],
  ['ENV A $HOME B=2', 'note', false],
  ['ENV LANG en_US.UTF-8 lc_all=en_US.UTF-8', 'note', false],
  ['ENV LANG "en_US.UTF-8" LC_ALL=en_US.UTF-8', 'note', false],
  ['ENV DESCRIPTION Shop \\\n  THE best', 'note', false],
  ['LABEL title shop version=1', 'note', false],
  ['ENV TITLE Hello \\\n  WORLD from us', 'note', true],
  ['ENV JAVA_OPTS -Xmx1g -DMODE=fast', 'note', true],
])('%j is a %s, with a fix: %s', async (line, severity, isFixed) => {
  const project = await loadProject({ kind: 'bytes', name: 'Dockerfile', bytes: Buffer.from('FROM a') });
  const reports: RuleReport[] = [];
  rule.check(
    { dockerfile: parsed(`FROM a\n${line}\n`), project },
    {
      report: (each) => reports.push(each),
      option: { number: () => 0, text: () => '', flag: () => false, list: () => [] },
      today: undefined,
    },
  );
  expect(reports.map((each) => [each.severity ?? rule.severity, each.fix !== undefined])).toEqual([
    [severity, isFixed],
  ]);
});
