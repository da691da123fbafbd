import { posix } from 'node:path';
import type { BuildContext } from '../../context/build-context.ts';
import { type ContextUse, localSources } from '../../context/context-use.ts';
import type { IgnoreLine } from '../../context/ignorefile.ts';
import { type IgnoreMatcher, ignoreMatcher } from '../../context/matcher.ts';
import type { Fix } from '../../core/fix.ts';
import { ignoreFileIsOwn } from '../../project/context-facts.ts';
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
        const fix = sendAgain(context, line, source);
        report({
          at: { path: use.path, range: use.range },
          also: placeOfPattern(context, line),
          message: `'${source}' is left out of the build context.`,
          // BuildKit does not look at files with exceptions, and only at paths without a leading slash.
          peers: hasExceptions || source.startsWith('/') || isMount(use, project) ? [] : peers,
          ...(fix && { fix }),
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

const holdsSecrets =
  /(?:^|\/)\.env(?:\.|$)|\.(?:pem|key|p12|pfx|jks|ppk|tfstate)$|id_(?:rsa|dsa|ecdsa|ed25519)|\.(?:npmrc|netrc|pypirc|aws|ssh|kube)(?:\/|$)|secret|credential/i;

/** An exception right behind the line that leaves it out, so that what later lines leave out of a directory stays out. */
function sendAgain(context: BuildContext, line: IgnoreLine, source: string): Fix | undefined {
  const { ignoreFile, listing } = context;
  const path = posix.normalize(`/${source}`).replace(/^\/|\/$/g, '');
  if (ignoreFile === undefined || path === '' || /[*?[\]\\]|^[!#\s]|\s$/.test(path) || holdsSecrets.test(path))
    return undefined;
  const isThere = listing.excluded.some((entry) => entry.path === path);
  const isBelow = listing.excluded.some((entry) => path.startsWith(`${entry.path}/`));
  if (!isThere && !isBelow) return undefined;
  const lineEnd = ignoreFile.text.includes('\r\n') ? '\r\n' : '\n';
  const { start, end } = line.range;
  // A line for this path alone goes; one that leaves more out gets an exception.
  const feed = ignoreFile.text.indexOf('\n', end);
  const isOwn = line.pattern.text === path && ignoreFile.text.slice(end, feed).trim() === '';
  const edit =
    isOwn && feed !== -1
      ? { range: { start, end: feed + 1 }, replacement: '' }
      : { range: { start: end, end }, replacement: `${lineEnd}!${path}` };
  return {
    title: `Send ${path} all the same`,
    changes: { edits: [{ path: ignoreFile.path, ...edit }] },
    assumptions: [
      ignoreFileIsOwn(context),
      isThere
        ? { statement: 'It lies in the directory.', state: 'holds' }
        : {
            statement: 'It lies in the directory.',
            state: 'unknown',
            question: `Is ${path} there when the image is built?`,
          },
      {
        statement: 'It may be in the image.',
        state: 'unknown',
        question: `Is ${path} meant to be in the image, and not to be left out of the context?`,
      },
    ],
  };
}

function placeOfPattern({ ignoreFile }: BuildContext, { range }: IgnoreLine) {
  return ignoreFile === undefined ? [] : [{ path: ignoreFile.path, range, note: 'this pattern leaves it out' }];
}

/** RUN --mount names sources too; BuildKit's check does not look at them. */
function isMount({ path, range }: ContextUse, { artifacts }: Project): boolean {
  return /^run\s/i.test(artifacts.get(path)?.text.slice(range.start, range.start + 4) ?? '');
}
