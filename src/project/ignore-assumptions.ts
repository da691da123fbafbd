import type { BuildContext } from '../context/build-context.ts';
import type { JunkFound } from '../context/junk.ts';
import type { Assumption } from '../core/fix.ts';
import { dockerfilesOf } from './context-facts.ts';
import type { Project } from './project.ts';

/** Kinds that a build makes again, or that no program reads. */
const neverRead: ReadonlySet<string> = new Set([
  'version-control',
  'node-modules',
  'python-caches',
  'java-build',
  'dotnet-build',
  'web-build',
  'editor-files',
  'terraform',
]);

/** Kinds that no program reads where git ignores them: what is kept in the repository may be there for the program. */
const notReadWhereIgnored: ReadonlySet<string> = new Set([
  'python-environment',
  'coverage',
  'logs',
  'virtual-machines',
  'tool-caches',
]);

/** That the program does without what is left out. Known for what is made again and for what editors and tools leave behind. */
export function nothingIsMissed(project: Project, context: BuildContext, junk: readonly JunkFound[]): Assumption {
  const statement = 'Neither the build nor the program reads what is left out.';
  const doubtful =
    junk.find((found) => !isUnread(context, found)) ?? junk.find((found) => isMentioned(project, context, found));
  if (doubtful === undefined) return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: `Does the build or the program read ${doubtful.path} of the build context?`,
  };
}

function isUnread(context: BuildContext, { kind, path, entryKind }: JunkFound): boolean {
  if (neverRead.has(kind.id)) return true;
  const isIgnored = context.isGitIgnored(entryKind === 'directory' ? `${path}/` : path);
  return notReadWhereIgnored.has(kind.id) && isIgnored;
}

/** Kinds that carry the name of what the build makes: a mention may well be of that. */
const madeUnderTheSameName: ReadonlySet<string> = new Set(['node-modules', 'java-build', 'dotnet-build', 'web-build']);

/** Something that an instruction names: a virtual environment that CMD starts, a cache that a step is pointed at. */
function isMentioned(project: Project, context: BuildContext, { kind, path }: JunkFound): boolean {
  if (madeUnderTheSameName.has(kind.id)) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const named = new RegExp(`(?:^|[\\s"'=/])${name.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&')}(?:$|[\\s"'/:])`);
  return dockerfilesOf(project, context).some(({ instructions, text }) =>
    instructions.some(
      (each) =>
        !['FROM', 'COPY', 'ADD', 'LABEL', 'WORKDIR'].includes(each.name) &&
        named.test(text.slice(each.range.start, each.range.end)),
    ),
  );
}

/** That every source of every instruction is known: one that a variable hides may be what is left out. */
export function sourcesAreKnown({ uses }: BuildContext): Assumption {
  const statement = 'No instruction takes something whose name a build argument decides.';
  if (uses.every(({ known }) => known)) return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: 'A variable is part of a source of COPY or ADD: is it never one of the files that are left out?',
  };
}

/** Programs that never look at the history by themselves. */
const blindToGit =
  /^(?:apk|apt-get|apt|dnf|yum|microdnf|zypper|dpkg|mkdir|chown|chmod|chgrp|rm|cp|mv|ln|ls|echo|printf|set|cd|true|test|\[|export|useradd|usermod|groupadd|groupmod|adduser|addgroup|deluser|delgroup|cat|sed|grep|awk|head|tail|sort|cut|tr|xargs|install|find|tar|gzip|gunzip|unzip|curl|wget|touch|chpasswd|ldconfig|update-ca-certificates|locale-gen|a2enmod|a2ensite|docker-php-ext-\w+|pecl|corepack|nginx|which|sleep|id|date|uname|sha256sum|gpg)$/;

/**
 * Programs that read it only where a file of the project says so: those files are read, and where one says so the history stays in the
 * context. go and dotnet are none of them: both put the commit into what they build when they find it.
 */
const readsOnlyWhenTold =
  /^(?:npm|npx|yarn|pnpm|bun|node|pip[\d.]*|python[\d.]*|poetry|uv|pipenv|pdm|flit|hatch|bundle|gem|rake|rails|composer|php|artisan|mvn|mvnw|gradle|gradlew|sbt|cargo|rustup|rustc|make|cmake|tsc|vite|webpack|ng|gulp|grunt|manage\.py)$/;

/** That no step reads the history of git, which is left out. Where a file of the project says that one does, it stays in the context. */
export function gitIsNotRead(project: Project, context: BuildContext, junk: readonly JunkFound[]): Assumption {
  const statement = 'No build step reads the history of version control.';
  if (!junk.some(({ kind }) => kind.id === 'version-control')) return { statement, state: 'holds' };
  const other = dockerfilesOf(project, context)
    .flatMap(({ commands }) => commands)
    .find(({ command }) => !blindToGit.test(command.name) && !readsOnlyWhenTold.test(command.name));
  if (other === undefined) return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: `Does ${other.command.name || 'a step'} read the git history, for a version number?`,
  };
}
