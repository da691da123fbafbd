import { posix } from 'node:path';
import type { BuildContext } from '../../context/build-context.ts';
import { type ContextUse, localSources } from '../../context/context-use.ts';
import type { IgnoreLine } from '../../context/ignorefile.ts';
import { type IgnoreMatcher, ignoreMatcher } from '../../context/matcher.ts';
import type { Project } from '../../project/project.ts';
import { contextRule } from '../../project/rule.ts';

const peers = ['buildkit:CopyIgnoredFile'] as const;
/** What leaves everything out. */
const everything: ReadonlySet<string> = new Set(['*', '**', '**/*']);

export const rule = contextRule({
  severity: 'error',
  summary: 'instruction that copies what the ignore file leaves out',
  why: 'What the ignore file leaves out is not sent to the builder, so that the build stops at this instruction or copies nothing.',
  remedy: 'Take the path out of the ignore file, or add it again with an exclamation mark.',
  peers,
  check({ context, project }, { report }) {
    const { lines } = context.ignore;
    if (lines.length === 0) return;
    const patterns = lines.map(({ pattern }) => pattern);
    const matcher = ignoreMatcher(patterns);
    const hasExceptions = patterns.some(({ exception }) => exception);
    for (const use of context.uses) {
      if (!use.known) continue;
      for (const source of localSources(use)) {
        const line = decidingLine(source, lines, matcher);
        if (line === undefined) continue;
        report({
          at: { path: use.path, range: use.range },
          also: placeOfPattern(context, line),
          message: `'${source}' is left out of the build context.`,
          // BuildKit does not look at files with exceptions, and only at paths without a leading slash.
          peers: hasExceptions || source.startsWith('/') || isMount(use, project) ? [] : peers,
        });
      }
    }
  },
});

/** The line that leaves a source out for certain; undefined when it is sent or an exception may bring a part of it back. */
function decidingLine(source: string, lines: readonly IgnoreLine[], matcher: IgnoreMatcher): IgnoreLine | undefined {
  const path = posix.normalize(`/${source}`).replace(/^\/|\/$/g, '');
  const hasExceptions = lines.some(({ pattern }) => pattern.exception);
  if (path === '') return hasExceptions ? undefined : lines.findLast(({ pattern }) => everything.has(pattern.text));
  if (matcher.verdict(path) !== 'ignored') return undefined;
  if (hasExceptions && (/[*?[]/.test(path) || matcher.mayHoldException(path))) return undefined;
  return lines.findLast(({ pattern }) => !pattern.exception && ignoreMatcher([pattern]).verdict(path) === 'ignored');
}

function placeOfPattern({ ignoreFile }: BuildContext, { range }: IgnoreLine) {
  return ignoreFile === undefined ? [] : [{ path: ignoreFile.path, range, note: 'this pattern leaves it out' }];
}

/** RUN --mount names sources too; BuildKit's check does not look at them. */
function isMount({ path, range }: ContextUse, { artifacts }: Project): boolean {
  return /^run\s/i.test(artifacts.get(path)?.text.slice(range.start, range.start + 4) ?? '');
}
