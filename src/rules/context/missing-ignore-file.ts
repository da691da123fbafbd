import type { BuildContext } from '../../context/build-context.ts';
import { suggestIgnoreLines } from '../../context/generate.ts';
import type { JunkFound } from '../../context/junk.ts';
import type { Fix } from '../../core/fix.ts';
import { sizeText } from '../../project/context-facts.ts';
import { gitIsNotRead, nothingIsMissed, sourcesAreKnown } from '../../project/ignore-assumptions.ts';
import type { Project } from '../../project/project.ts';
import { contextRule } from '../../project/rule.ts';
import { isWaste, unwantedJunk } from '../../project/unwanted-junk.ts';

export const rule = contextRule({
  severity: 'warning',
  summary: 'The whole context is copied and there is no .dockerignore',
  why: 'What is no part of the program is sent, stored in a layer and pulled with it, and each change to it builds the steps after it again.',
  remedy: 'Add a .dockerignore that leaves out what no instruction needs.',
  peers: [],
  check({ context, project }, { report }) {
    const [use, ...others] = context.needs.whole;
    if (context.ignoreFile !== undefined || use === undefined) return;
    const unwanted = unwantedJunk(project, context);
    // What is found elsewhere the new file leaves out too.
    const junk = unwanted.filter(isWaste);
    if (junk.length === 0) return;
    const bytes = junk.reduce((sum, found) => sum + found.bytes, 0);
    const fix = newIgnoreFile(project, context, unwanted);
    report({
      at: { path: use.path, range: use.range },
      also: others.map(({ path, range }) => ({ path, range, note: 'copies the whole context too' })),
      message: `The whole context is copied without a .dockerignore: ${listOf(junk)} ${junk.length === 1 ? 'comes' : 'come'} along.`,
      cost: {
        bytes,
        basis: 'measured',
        derivation: `sizes of the files on disk: ${junk
          .map((found) => `${found.path} ${sizeText(found.bytes)}`)
          .slice(0, 10)
          .join(', ')}`,
      },
      ...(fix && { fix }),
    });
  },
});

function listOf(junk: readonly JunkFound[]): string {
  const shown = junk.slice(0, 3).map(({ path, bytes }) => `${path} (${sizeText(bytes)})`);
  return junk.length > 3 ? `${shown.join(', ')} and ${junk.length - 3} more` : shown.join(', ');
}

function newIgnoreFile(project: Project, context: BuildContext, junk: readonly JunkFound[]): Fix | undefined {
  const { index, uses, ignore, ignorePath } = context;
  const { text, bytes } = suggestIgnoreLines({ index, uses, junk, ignore });
  if (text === '') return undefined;
  return {
    title: `Add a .dockerignore: ${sizeText(bytes)} less in the build context`,
    changes: { edits: [], newFiles: [{ path: ignorePath, text }] },
    assumptions: [
      nothingIsMissed(project, context, junk),
      gitIsNotRead(project, context, junk),
      sourcesAreKnown(context),
    ],
  };
}
