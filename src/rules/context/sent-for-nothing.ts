import type { BuildContext } from '../../context/build-context.ts';
import type { ContextShare } from '../../context/walk.ts';
import type { Fix } from '../../core/fix.ts';
import { dockerfilesOf, ignoreChanges, sizeText } from '../../project/context-facts.ts';
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
    if (bytes < option.number('bytes')) return;
    const asked = Math.max(0, needs.requested.bytes - needs.needed.bytes);
    const place = ignoreFile
      ? { path: ignoreFile.path, range: { start: 0, end: 0 } }
      : dockerfilesOf(project, context).flatMap(({ path, stages }) =>
          stages.flatMap(({ from }) => (from ? { path, range: from.range } : [])),
        )[0];
    if (place === undefined) return;
    const fix = leaveOut(context);
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

function listOf(shares: readonly ContextShare[]): string {
  const shown = shares.slice(0, 3).map(({ path, bytes }) => `${path} (${sizeText(bytes)})`);
  return shares.length > 3 ? `${shown.join(', ')} and ${shares.length - 3} more` : shown.join(', ');
}

/** Lines for what is worth one. */
const largestShares = 10;

function leaveOut(context: BuildContext): Fix | undefined {
  const total = context.needs.unneeded.reduce((sum, { bytes }) => sum + bytes, 0);
  const shares = context.needs.unneeded
    .slice(0, largestShares)
    .filter(({ bytes, path }) => bytes * 50 >= total && !/[*?[\]\\!#]|^\s|\s$/.test(path));
  // An ignore file that does not exist is proposed with what is known to be junk.
  if (shares.length === 0 || context.ignoreFile === undefined) return undefined;
  return {
    title: 'Leave out what no instruction needs',
    changes: ignoreChanges(context, `# Needed by no instruction\n${shares.map(({ path }) => `${path}\n`).join('')}`),
    assumptions: [{ statement: 'No instruction of a Dockerfile of this context takes them.', state: 'holds' }],
  };
}
