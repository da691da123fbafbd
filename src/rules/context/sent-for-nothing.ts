import type { BuildContext } from '../../context/build-context.ts';
import type { ContextShare } from '../../context/walk.ts';
import type { Fix } from '../../core/fix.ts';
import { dockerfilesOf, ignoreChanges, ignoreFileIsOwn, sizeText } from '../../project/context-facts.ts';
import type { Project } from '../../project/project.ts';
import { contextRule } from '../../project/rule.ts';

export const rule = contextRule({
  severity: 'note',
  summary: 'Files are sent to the builder that no instruction needs',
  why: 'Builders that are sent the whole context wait for it at each build; BuildKit asks only for what the instructions name, and reads the rest of a directory that one names.',
  remedy: 'Leave them out in .dockerignore, or leave out everything and take back what is needed.',
  peers: [],
  options: {
    bytes: { description: 'Bytes from which on it is reported.', default: 1_000_000 },
  },
  check({ context, project }, { report, option }) {
    const { needs, listing, ignoreFile } = context;
    if (!needs.known || listing.stoppedAt !== undefined || context.uses.length === 0) return;
    const bytes = needs.unneeded.reduce((sum, share) => sum + share.bytes, 0);
    if (bytes < option.number('bytes') || isGuess(project, context)) return;
    const asked = Math.max(0, needs.requested.bytes - needs.needed.bytes);
    const place = ignoreFile
      ? { path: ignoreFile.path, range: { start: 0, end: 0 } }
      : dockerfilesOf(project, context).flatMap(({ path, stages }) =>
          stages.flatMap(({ from }) => (from ? { path, range: from.range } : [])),
        )[0];
    if (place === undefined) return;
    const fix = leaveOut(context, option.number('bytes'));
    report({
      at: place,
      message: `${sizeText(bytes)} of ${sizeText(needs.sent.bytes)} in the build context are needed by no instruction: ${listOf(needs.unneeded)}.`,
      severity: asked >= option.number('bytes') ? 'warning' : 'note',
      cost: {
        bytes,
        basis: 'measured',
        derivation: `sizes of the files on disk; the classic builder sends ${sizeText(needs.sent.bytes)}, BuildKit asks for ${sizeText(needs.requested.bytes)}, the instructions need ${sizeText(needs.needed.bytes)}`,
      },
      ...(fix && { fix }),
    });
  },
});

/** Where nothing tells the context, and something that is copied is not there, it is filled by something else, or is another directory. */
function isGuess(project: Project, context: BuildContext): boolean {
  return (
    context.needs.missing.some(({ ignored }) => !ignored) &&
    project.builds.every((build) => build.context !== context || build.toldBy === 'convention')
  );
}

function listOf(shares: readonly ContextShare[]): string {
  const shown = shares.slice(0, 3).map(({ path, bytes }) => `${path} (${sizeText(bytes)})`);
  return shares.length > 3 ? `${shown.join(', ')} and ${shares.length - 3} more` : shown.join(', ');
}

/** More lines than this are a list that nobody keeps up. */
const mostLines = 25;

/** The largest of them, until what is left is too little to be found again. Undefined where that takes too many lines. */
function leaveOut(context: BuildContext, found: number): Fix | undefined {
  // An ignore file that does not exist is proposed with what is known to be junk.
  if (context.ignoreFile === undefined) return undefined;
  const total = context.needs.unneeded.reduce((sum, { bytes }) => sum + bytes, 0);
  const shares: ContextShare[] = [];
  let left = total;
  for (const share of context.needs.unneeded) {
    if (left < found && share.bytes * 50 < total) break;
    if (/[*?[\]\\!#]|^\s|\s$/.test(share.path) || isTakenBack(context.ignoreFile.text, share.path)) continue;
    shares.push(share);
    left -= share.bytes;
  }
  if (shares.length === 0 || shares.length > mostLines || left >= found) return undefined;
  return {
    title: 'Leave out what no instruction needs',
    changes: ignoreChanges(context, `# Needed by no instruction\n${shares.map(({ path }) => `${path}\n`).join('')}`),
    assumptions: [
      { statement: 'No instruction of a Dockerfile of this context takes them.', state: 'holds' },
      ignoreFileIsOwn(context),
    ],
  };
}

/** `!.git/` says that somebody wants it there: a line behind it would undo that. */
function isTakenBack(text: string, path: string): boolean {
  return text.split(/\r?\n/).some((line) => {
    const wanted = /^!\s*\/?(.*?)\/?\s*$/.exec(line)?.[1];
    return wanted === path || wanted?.startsWith(`${path}/`) === true;
  });
}
