import type { BuildContext } from '../context/build-context.ts';
import type { JunkFound } from '../context/junk.ts';
import type { Assumption } from '../core/fix.ts';
import { dockerfilesOf } from './context-facts.ts';
import type { Project } from './project.ts';

/** Kinds that a build makes again, or that no program reads. */
const neverRead: ReadonlySet<string> = new Set([
  'version-control',
  'node-modules',
  'python-environment',
  'python-caches',
  'coverage',
  'java-build',
  'dotnet-build',
  'web-build',
  'logs',
  'editor-files',
  'terraform',
  'virtual-machines',
  'tool-caches',
]);

/** That the program does without what is left out. Known for what is made again and for what editors and tools leave behind. */
export function nothingIsMissed(junk: readonly JunkFound[]): Assumption {
  const statement = 'Neither the build nor the program reads what is left out.';
  const doubtful = junk.find(({ kind }) => !neverRead.has(kind.id));
  if (doubtful === undefined) return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: `Does the program read ${doubtful.path} from the image?`,
  };
}

/** Programs that never look at the history; others may stamp a version from it. */
const blindToGit =
  /^(?:npm|yarn|pnpm|pip3?|apk|apt-get|apt|dnf|yum|bundle|composer|mkdir|chown|chmod|rm|cp|mv|ln|echo|printf|set|cd|true|test|\[|useradd|adduser|addgroup|groupadd|cat|sed|install|find|tar|curl|wget|unzip|touch|export)$/;

/** That no step reads the history of git, which is left out. */
export function gitIsNotRead(project: Project, context: BuildContext, junk: readonly JunkFound[]): Assumption {
  const statement = 'No build step reads the history of version control.';
  if (!junk.some(({ kind }) => kind.id === 'version-control')) return { statement, state: 'holds' };
  const other = dockerfilesOf(project, context)
    .flatMap(({ commands }) => commands)
    .find(
      ({ command }) =>
        !blindToGit.test(command.name) || /\b(?:run|build|-e|\.)$/.test(command.arguments[0]?.value ?? ''),
    );
  if (other === undefined) return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: `Does ${other.command.name} read the git history, for a version number?`,
  };
}
