import type { BuildContext } from '../../context/build-context.ts';
import { localSources } from '../../context/context-use.ts';
import { parseIgnorePattern } from '../../context/ignore-pattern.ts';
import type { IgnoreLine } from '../../context/ignorefile.ts';
import type { JunkFound } from '../../context/junk.ts';
import { type IgnoreMatcher, ignoreMatcher } from '../../context/matcher.ts';
import type { Fix } from '../../core/fix.ts';
import type { RuleReport } from '../../core/rule.ts';
import { ignoreFileIsOwn } from '../../project/context-facts.ts';
import { contextRule } from '../../project/rule.ts';

export const rule = contextRule({
  severity: 'warning',
  summary: 'A line of .dockerignore does not do what it is meant to',
  why: 'What it was to keep out is sent and copied all the same, and nothing says so.',
  remedy: 'Write the pattern as Docker reads it: from the root of the context, with ** for any depth.',
  peers: [],
  check({ context }, { report }) {
    const { ignoreFile, ignore } = context;
    if (ignoreFile === undefined) return;
    for (const { range, message, fails } of ignore.problems)
      if (fails === 'always' || context.listing.refused.length > 0)
        report({
          at: range,
          message: `Docker refuses this line: ${message}.`,
          why: 'A build with this ignore file stops before its first instruction.',
          severity: 'error',
        });
    ignore.lines.forEach((line, place) => {
      const written = ignoreFile.text.slice(line.range.start, line.range.end);
      const fault = faultOf(context, line, place, written);
      if (fault) report({ at: line.range, ...fault });
    });
  },
});

type Fault = Pick<RuleReport, 'message' | 'fix' | 'severity' | 'also'>;

function faultOf(context: BuildContext, line: IgnoreLine, place: number, written: string): Fault | undefined {
  const comment = /\s+#.*$/.exec(written);
  if (comment)
    return {
      message: 'A comment behind a pattern is part of the pattern.',
      ...fixed(
        context,
        line,
        `${comment[0].trimStart()}${lineEnd(context)}${written.slice(0, comment.index)}`,
        'Put the comment on a line of its own',
      ),
    };
  const hasEffect = (context.listing.effects[place] ?? 0) > 0;
  if (hasEffect || context.listing.stoppedAt !== undefined) return onlyAtTheTop(context, line, written);
  if (line.pattern.exception) return undoneLater(context, line, place);
  const quoted = /^(["'])(.+)\1$/.exec(written)?.[2];
  if (quoted !== undefined && finds(context, quoted))
    return { message: 'Quotes are part of the pattern.', ...fixed(context, line, quoted, 'Take the quotes away') };
  if (/\{[^{}]*,[^{}]*\}/.test(written))
    return { message: 'Docker knows no choice in braces: they stand for themselves.' };
  const slashes = written.replaceAll('\\', '/');
  if (slashes !== written && finds(context, slashes))
    return {
      message: 'A backslash takes the meaning from the next character: it is no separator.',
      ...fixed(context, line, slashes, 'Separate the parts of the path with slashes'),
    };
  const prefix = `${context.directory}/`;
  const path = written.replace(/^(?:\.?\/)+/, '');
  if (prefix !== '/' && path.startsWith(prefix) && finds(context, path.slice(prefix.length)))
    return {
      message: `Patterns begin at the build context, which is ${context.directory} itself.`,
      ...fixed(context, line, path.slice(prefix.length), 'Write the path from the build context'),
    };
  return onlyAtTheTop(context, line, written);
}

function lineEnd({ ignoreFile }: BuildContext): string {
  return ignoreFile?.text.includes('\r\n') ? '\r\n' : '\n';
}

function fixed(
  context: BuildContext,
  { range }: IgnoreLine,
  replacement: string,
  title: string,
): { fix: Fix } | object {
  const pattern = replacement.slice(replacement.lastIndexOf('\n') + 1);
  if (context.ignoreFile === undefined || takesNamed(context, pattern)) return {};
  return {
    fix: {
      title,
      changes: { edits: [{ path: context.ignoreFile.path, range, replacement }] },
      assumptions: [
        ignoreFileIsOwn(context),
        { statement: 'No instruction names what the line leaves out then.', state: 'holds' },
        {
          statement: 'The program does not read what the line leaves out then.',
          state: 'unknown',
          question: `Is ${pattern} meant to be left out?`,
        },
      ],
    },
  };
}

/** Whether the pattern would leave something out. */
function finds({ index }: BuildContext, pattern: string): boolean {
  const matcher = matcherOf(pattern);
  return matcher !== undefined && index.entries.some(({ path }) => matcher.verdict(path) === 'ignored');
}

function matcherOf(pattern: string) {
  const parsed = parseIgnorePattern(pattern);
  return parsed.kind === 'pattern' && !parsed.pattern.exception ? ignoreMatcher([parsed.pattern]) : undefined;
}

function takesNamed({ uses }: BuildContext, pattern: string): boolean {
  const matcher = matcherOf(pattern);
  return uses
    .flatMap(localSources)
    .some((source) => matcher?.verdict(source.replace(/^(?:\.?\/)+|\/+$/g, '')) === 'ignored');
}

/** An exception that a later line takes back for all that it matches. */
function undoneLater(context: BuildContext, line: IgnoreLine, place: number): Fault | undefined {
  const { lines } = context.ignore;
  const matcher = ignoreMatcher([{ ...line.pattern, exception: false }]);
  const excluded = context.listing.excluded.filter(({ path }) => matcher.verdict(path) === 'ignored');
  const later = lines.find(
    (other, at) =>
      at > place &&
      !other.pattern.exception &&
      excluded.some(({ path }) => ignoreMatcher([other.pattern]).verdict(path) === 'ignored'),
  );
  // Without an earlier pattern to except from, it is in the wrong place; else the later pattern may be meant.
  if (
    later === undefined ||
    lines
      .slice(0, place)
      .some(
        ({ pattern }) =>
          !pattern.exception && excluded.some(({ path }) => ignoreMatcher([pattern]).verdict(path) === 'ignored'),
      )
  )
    return undefined;
  return {
    message: `The exception comes before line ${later.line}, which leaves the same files out: the last line that matches wins.`,
    also: [{ range: later.range, note: 'this line wins' }],
  };
}

/** Whether files would be left out that some instruction copies and that are no junk, as a bin of scripts among those of compilers. */
function takesMore(context: BuildContext, matcher: IgnoreMatcher, junk: readonly JunkFound[]): boolean {
  const copied = context.uses.map((use) => context.copiedBy(use));
  return context.index.entries.some(
    ({ path, kind }, place) =>
      kind !== 'directory' &&
      copied.some((places) => places[place] === 1) &&
      matcher.verdict(path) === 'ignored' &&
      !junk.some((found) => path === found.path || path.startsWith(`${found.path}/`)),
  );
}

/** A name without a slash matches at any depth in a .gitignore, and only at the top here. */
function onlyAtTheTop(context: BuildContext, line: IgnoreLine, written: string): Fault | undefined {
  const { text, exception } = line.pattern;
  if (exception || text.includes('/') || text.startsWith('**') || text === '*' || text === '.') return undefined;
  const deep = `**/${text}`;
  const matcher = matcherOf(deep);
  if (matcher === undefined) return undefined;
  const junk = context.junk.filter(({ path, namedBy }) => namedBy.length === 0 && matcher.verdict(path) === 'ignored');
  const [first] = junk;
  if (first === undefined) return undefined;
  const message = `${text} matches only at the top of the context: ${first.path}${junk.length > 1 ? ` and ${junk.length - 1} more are` : ' is'} sent.`;
  if (takesMore(context, matcher, junk)) return { message };
  const more = written.startsWith('/') ? deep : written.replace(/^(?:\.\/)*/, '**/');
  return { message, ...fixed(context, line, more, 'Match at any depth') };
}
