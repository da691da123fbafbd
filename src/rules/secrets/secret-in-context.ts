import type { BuildContext } from '../../context/build-context.ts';
import type { ContextUse } from '../../context/context-use.ts';
import { suggestIgnoreLines } from '../../context/generate.ts';
import type { JunkFound } from '../../context/junk.ts';
import type { Fix } from '../../core/fix.ts';
import { ignoreChanges, ignoreFileIsOwn } from '../../project/context-facts.ts';
import type { Project } from '../../project/project.ts';
import { contextRule } from '../../project/rule.ts';
import { severityOfSecretIn } from '../../project/test-path.ts';
import { isWaste, unwantedJunk } from '../../project/unwanted-junk.ts';

export const rule = contextRule({
  severity: 'error',
  summary: 'COPY of a whole directory takes a file along that lets someone in',
  why: 'It is in the image and in the build cache for everyone who can read one of them, though no instruction names it.',
  remedy: 'Leave it out in .dockerignore, and give it to the container when it is started.',
  peers: [],
  check({ context, project }, { report }) {
    const secrets = context.junk.filter(
      ({ kind, copiedBy, namedBy }) => kind.area === 'secrets' && copiedBy.length > 0 && namedBy.length === 0,
    );
    const severity = severityOf(secrets);
    const first = secrets.find(({ path }) => severityOfSecretIn(path) === severity);
    const [use, ...others] = usesOf(secrets);
    if (first === undefined || use === undefined) return;
    const fix = addsWholeFile(project, context) ? undefined : fixFor(context, secrets);
    report({
      at: { path: use.path, range: use.range },
      also: others.map(({ path, range }) => ({ path, range, note: 'copies it too' })),
      message: `This takes ${first.path} along, ${first.kind.what}${moreThan(secrets)}.`,
      ...(severity && { severity }),
      ...(fix && { fix }),
    });
  },
});

/** By where the gravest lies; undefined: as grave as the rule has it. */
function severityOf(secrets: readonly JunkFound[]): 'note' | 'warning' | undefined {
  const severities = new Set(secrets.map(({ path }) => severityOfSecretIn(path)));
  return severities.has(undefined) ? undefined : severities.has('warning') ? 'warning' : 'note';
}

function usesOf(secrets: readonly JunkFound[]): readonly ContextUse[] {
  return [...new Set(secrets.flatMap(({ copiedBy }) => copiedBy))];
}

/** The repair of context/missing-ignore-file names these files too. */
function addsWholeFile(project: Project, context: BuildContext): boolean {
  return (
    context.ignoreFile === undefined && context.needs.whole.length > 0 && unwantedJunk(project, context).some(isWaste)
  );
}

function moreThan({ length }: readonly JunkFound[]): string {
  if (length < 2) return '';
  return length === 2 ? ', and one more such file' : `, and ${length - 1} more such files`;
}

function fixFor(context: BuildContext, junk: readonly JunkFound[]): Fix | undefined {
  const { index, uses, ignore } = context;
  const { text } = suggestIgnoreLines({ index, uses, junk, ignore });
  if (text === '') return undefined;
  return {
    title: 'Leave the files out of the build context',
    changes: ignoreChanges(context, text),
    assumptions: [
      ignoreFileIsOwn(context),
      {
        statement: 'The program does not read these files from the image.',
        state: 'unknown',
        question: `Does the program get what is in ${junk[0]?.path ?? 'the file'} another way when the container starts?`,
      },
    ],
  };
}
