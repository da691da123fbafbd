import type { BuildContext } from '../../context/build-context.ts';
import { suggestIgnoreLines } from '../../context/generate.ts';
import type { JunkFound } from '../../context/junk.ts';
import type { Fix } from '../../core/fix.ts';
import { dockerfilesOf, ignoreChanges, ignoreFileIsOwn, sizeText } from '../../project/context-facts.ts';
import { gitIsNotRead, nothingIsMissed, sourcesAreKnown } from '../../project/ignore-assumptions.ts';
import type { Project } from '../../project/project.ts';
import { contextRule } from '../../project/rule.ts';
import { shipsCopied } from '../../project/ships-copied.ts';
import { isOwn, isWaste, unwantedJunk } from '../../project/unwanted-junk.ts';

/** What changes on every commit or every install, whatever its size. */
const alwaysMatters: ReadonlySet<string> = new Set(['version-control', 'node-modules', 'python-environment']);

export const rule = contextRule({
  severity: 'warning',
  summary: 'COPY takes along what is no part of the program, past the .dockerignore',
  why: 'It is stored in a layer and pulled with it, and each change to it builds the steps after it again.',
  remedy: 'Name it in .dockerignore.',
  peers: [],
  options: {
    bytes: { description: 'Bytes from which on it is a warning; less is a note.', default: 1_000_000 },
  },
  check({ context, project }, { report, option }) {
    // Without an ignore file that is the fault, and found as such.
    const isWhole = context.needs.whole.length > 0;
    if (context.ignoreFile === undefined && isWhole) return;
    const unwanted = unwantedJunk(project, context);
    const junk = unwanted.filter(isWaste);
    const [first] = junk;
    const [use, ...others] = [...new Set(junk.flatMap(({ copiedBy }) => copiedBy))];
    if (first === undefined || use === undefined) return;
    const bytes = junk.reduce((sum, found) => sum + found.bytes, 0);
    const isShipped = ships(project, context, junk);
    const matters =
      (isShipped && bytes >= option.number('bytes')) || junk.some(({ kind }) => alwaysMatters.has(kind.id));
    const fix = moreLines(project, context, [...junk, ...unwanted.filter(isOwn)]);
    report({
      at: { path: use.path, range: use.range },
      also: others.map(({ path, range }) => ({ path, range, note: 'copies it too' })),
      message: `This takes along ${junk.slice(0, 3).map(describe).join(', ')}${junk.length > 3 ? ` and ${junk.length - 3} more` : ''}.`,
      why: isShipped ? first.kind.why : `${first.kind.why} Only a stage that does not ship has it here.`,
      severity: matters ? 'warning' : 'note',
      cost: {
        bytes,
        basis: 'measured',
        derivation: `sizes of the files on disk: ${junk
          .slice(0, 10)
          .map(({ path, bytes: size }) => `${path} ${sizeText(size)}`)
          .join(', ')}`,
      },
      ...(fix && { fix }),
    });
  },
});

/** Whether an image gets what is copied. What a build stage alone has is sent to the builder, and nobody pulls it. */
function ships(project: Project, context: BuildContext, junk: readonly JunkFound[]): boolean {
  const paths = junk.map(({ path }) => path);
  const uses = [...new Set(junk.flatMap(({ copiedBy }) => copiedBy))];
  return dockerfilesOf(project, context).some((dockerfile) => {
    const own = uses.filter(({ path }) => path === dockerfile.path);
    return own.length > 0 && shipsCopied(project, dockerfile, own, paths);
  });
}

function describe({ path, kind, bytes }: JunkFound): string {
  return `${path} (${kind.what}, ${sizeText(bytes)})`;
}

function moreLines(project: Project, context: BuildContext, junk: readonly JunkFound[]): Fix | undefined {
  const { index, uses, ignore } = context;
  const { text, bytes } = suggestIgnoreLines({ index, uses, junk, ignore });
  if (text === '') return undefined;
  return {
    title: `Leave it out of the build context: ${sizeText(bytes)} less`,
    changes: ignoreChanges(context, text),
    assumptions: [
      nothingIsMissed(project, context, junk),
      gitIsNotRead(project, context, junk),
      sourcesAreKnown(context),
      ignoreFileIsOwn(context),
    ],
  };
}
