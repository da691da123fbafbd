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
      const swallowed = swallowedNames(hit, dockerfile);
      if (swallowed.length > 0) {
        // Quoted as it stands it would look meant.
        report({
          ...placeOf(hit, dockerfile),
          severity: 'warning',
          message: `${enumerate(swallowed.slice(0, 4))} ${swallowed.length === 1 ? 'is' : 'are'} not set: without an equals sign, ENV takes the whole rest as the value of the first variable.`,
          remedy: 'Write NAME=value for each variable, or quotes around the value if one alone is meant.',
          peers: peersOf(hit, peers),
        });
        continue;
      }
      const fix = equalsSign(hit, dockerfile);
      report({
        ...placeOf(hit, dockerfile),
        message: `${hit.subject} uses the old form without an equals sign.`,
        peers: peersOf(hit, peers),
        ...(fix && { fix }),
      });
    }
  },
});

/** One word that means the same whether the old form or the new one has it. */
const plainWord = String.raw`[\w./:@,+%~-]+`;

/** What comes first: a variable and one word. */
const firstPair = new RegExp(`^[\\w.-]+[ \\t]+${plainWord}`);

/** A second pair that follows on the line has its equals sign; one on a line of its own may have none. */
const pairBehind = new RegExp(`^[ \\t]+([A-Z_][A-Z0-9_]+)=${plainWord}`);
const pairBelow = new RegExp(`^[ \\t]*[\\\\\`][ \\t]*\\r?\\n[ \\t]*([A-Z_][A-Z0-9_]+)(?:[ \\t]+|=)${plainWord}`);

/** The variables of `ENV A 1 B=2`, and of such a list of lines, that the old form makes part of the first one's value. Empty where the rest is anything else. */
function swallowedNames({ instruction }: BuildCheckHit, { text }: Dockerfile): readonly string[] {
  if (instruction.name !== 'ENV') return [];
  const { rest } = instruction.syntax;
  const written = text.slice(rest.sourceOffset(0), rest.sourceOffset(rest.text.length)).trimEnd();
  const names: string[] = [];
  let at = firstPair.exec(written)?.[0].length ?? 0;
  while (at > 0 && at < written.length) {
    const left = written.slice(at);
    const pair = pairBehind.exec(left) ?? pairBelow.exec(left);
    if (pair?.[1] === undefined) return [];
    names.push(pair[1]);
    at += pair[0].length;
  }
  return names;
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
