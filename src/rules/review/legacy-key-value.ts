import { enumerate } from '../../core/enumerate.ts';
import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { expandWord } from '../../dockerfile/expand.ts';
import { splitOnce, splitQuotedWords } from '../../dockerfile/parse-words.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { BuildCheckHit } from '../../dockerfile/reference/outcome.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:LegacyKeyValueFormat'] as const;
const nothingSet: ReadonlyMap<string, string> = new Map();

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'ENV or LABEL without an equals sign',
  why: 'The old form sets one variable to the whole rest of the line, so that a second pair becomes part of the first value.',
  remedy: 'Write NAME=value, with quotes around a value with spaces.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'LegacyKeyValueFormat')) {
      const { names: swallowed, isSure } = swallowedPairs(hit, dockerfile);
      if (isSure) {
        report({
          ...placeOf(hit, dockerfile),
          severity: 'warning',
          message: `${enumerate(swallowed.slice(0, 4))} ${swallowed.length === 1 ? 'is' : 'are'} not set: without an equals sign, ENV takes the whole rest as the value of the first variable.`,
          remedy: 'Write NAME=value for each variable, or quotes around the value if one alone is meant.',
          peers: peersOf(hit, peers),
        });
        continue;
      }
      // Quoted as it stands, a pair that is part of a value would look meant.
      const fix = swallowed.length > 0 || holdsPair(hit, dockerfile) ? undefined : equalsSign(hit, dockerfile);
      report({
        ...placeOf(hit, dockerfile),
        message: `${hit.subject} uses the old form without an equals sign.`,
        peers: peersOf(hit, peers),
        ...(fix && { fix }),
      });
    }
  },
});

/** What comes first: a variable and one word. */
const firstPair = /^([\w.-]+)[ \t]+([\w./:@,+%~${}-]+)/;

/** A value of one word, or of what quotes hold together. */
const value = String.raw`(?:[\w./:@,+%~\${}-]+|"[^"\n]*"|'[^'\n]*')`;

/** A second pair that follows on the line has its equals sign; one on a line of its own, below comments or not, may have none. */
const pairBehind = new RegExp(`^[ \\t]+([A-Z_][A-Z0-9_]+)=${value}?(?=\\s|$)`);
const pairBelow = new RegExp(
  `^[ \\t]*[\\\\\`][ \\t]*\\r?\\n(?:[ \\t]*#[^\\n]*\\n)*[ \\t]*([A-Z_][A-Z0-9_]+)(?:=${value}?|[ \\t]+(${value}))(?=\\s|$)`,
);

interface SwallowedPairs {
  readonly names: readonly string[];
  /** Whether they can hardly be meant as they stand: as arguments, a command or prose. */
  readonly isSure: boolean;
}

/** The variables of `ENV A 1 B=2`, and of such a list of lines, that the old form makes part of the first one's value. None where the rest is anything else. */
function swallowedPairs({ instruction }: BuildCheckHit, { text }: Dockerfile): SwallowedPairs {
  const nothing = { names: [], isSure: false };
  if (instruction.name !== 'ENV') return nothing;
  const { rest } = instruction.syntax;
  const written = text.slice(rest.sourceOffset(0), rest.sourceOffset(rest.text.length)).trimEnd();
  const [first = '', firstName = '', firstValue = ''] = firstPair.exec(written) ?? [];
  if (first === '') return nothing;
  const names: string[] = [];
  let isSure = !mayBeCommand(firstName, firstValue);
  for (let at = first.length; at < written.length; ) {
    const left = written.slice(at);
    const pair = pairBehind.exec(left) ?? pairBelow.exec(left);
    if (pair?.[1] === undefined) return nothing;
    names.push(pair[1]);
    // `Shop \ THE best` is prose.
    if (pair[2] !== undefined && !pair[1].includes('_') && /^[A-Za-z]+$/.test(pair[2])) isSure = false;
    at += pair[0].length;
  }
  return { names, isSure: isSure && names.length > 0 };
}

/** `MAKEFLAGS -j4 CC=clang`, `START env NODE_ENV=production`: what follows is for a program. */
function mayBeCommand(name: string, value: string): boolean {
  return (
    /(?:FLAGS?|ARGS?|ARGUMENTS?|OPTS?|OPTIONS?|PARAM(?:ETER)?S?|CMD|COMMANDS?|RUN|START|EXEC|SCRIPT|ENTRYPOINT|MAKE|CONFIGURE|BUILD)$/i.test(
      name,
    ) ||
    /^[-$]/.test(value) ||
    /^(?:\S*\/)?(?:env|exec|sudo|nice|nohup|[a-z]*make|configure|[\w.-]+\.(?:sh|py|js))$/.test(value)
  );
}

/** Whether behind the first word of the value something looks like one more pair. */
function holdsPair({ instruction }: BuildCheckHit, { syntax }: Dockerfile): boolean {
  const { rest } = instruction.syntax;
  const [, ...words] = splitQuotedWords(rest.text.slice(splitOnce(rest.text).next), syntax.escape);
  return words.some(({ word }) => /^[A-Za-z_][\w.-]*=/.test(word));
}

/** Offered only when the new form gives the same value for every value of its variables. */
function equalsSign({ instruction }: BuildCheckHit, { path, lines, syntax }: Dockerfile): Fix | undefined {
  const { rest } = instruction.syntax;
  if (instruction.flags.length > 0 || instruction.name === 'ONBUILD') return undefined;
  const { end, next } = splitOnce(rest.text);
  const key = rest.text.slice(0, end);
  const value = rest.text.slice(next);
  const start = rest.sourceOffset(end - 1) + 1;
  const valueStart = rest.sourceOffset(next);
  const isOneLine = lines.positionAt(start).line === lines.positionAt(valueStart).line;
  if (!isOneLine || !/^[\w.-]+$/.test(key) || value === '') return undefined;
  const quote = quoteFor(key, value, syntax.escape);
  if (quote === undefined) return undefined;
  const valueEnd = rest.sourceOffset(rest.text.length);
  return {
    title: 'Put an equals sign between name and value',
    changes: {
      edits: [
        { path, range: { start, end: valueStart }, replacement: `=${quote}` },
        ...(quote === '' ? [] : [{ path, range: { start: valueEnd, end: valueEnd }, replacement: quote }]),
      ],
    },
    assumptions: [],
  };
}

function quoteFor(key: string, value: string, escapeCharacter: '\\' | '`'): '' | '"' | undefined {
  const options = { escape: escapeCharacter, unset: 'keep' } as const;
  const old = expandWord(value, nothingSet, options);
  if (old.error !== undefined) return undefined;
  if (splitQuotedWords(`${key}=${value}`, escapeCharacter)[0]?.word === `${key}=${value}`) return '';
  const quoted = `"${value}"`;
  const isPlain = !value.includes('"') && !value.includes("'") && !value.includes(escapeCharacter);
  return isPlain && expandWord(quoted, nothingSet, options).value === old.value ? '"' : undefined;
}
