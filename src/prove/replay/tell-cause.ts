import { maskSecrets } from '../../core/mask-secrets.ts';
import { isTellingName } from '../../core/secret-text.ts';
import type { Cause, FileChange } from './cause.ts';

/** A cause as one sentence. No secret is in it; what came from files is not made safe for a terminal. */
export function tellCause(cause: Cause): string {
  return maskSecrets(sentence(cause));
}

function sentence(cause: Cause): string {
  switch (cause.kind) {
    case 'files':
      return filesText(cause);
    case 'base':
      return `the base is another one: ${cause.before} before, ${cause.after} now (line ${cause.line})`;
    case 'variable':
      return isTellingName(cause.name)
        ? `the variable ${cause.name} has another value (line ${cause.line})`
        : `the variable ${cause.name} ${change(cause.before, cause.after)} (line ${cause.line})`;
    case 'edited':
      return cause.aspect === 'command'
        ? `the instruction was edited; before: ${cause.before}`
        : `${settings[cause.aspect] ?? cause.aspect} ${change(cause.before || undefined, cause.after || undefined)} (line ${cause.line})`;
    case 'added':
      return 'the instruction is new at this place';
    case 'moved':
      return `the instructions stand in another order: this one stood at line ${cause.before}`;
    case 'removed':
      return `an instruction before it is gone: ${cause.text}`;
    case 'stage':
      return cause.line === undefined
        ? `it takes files from ${cause.stage}, which is another image than before`
        : `it takes files from ${cause.stage}, which is rebuilt from line ${cause.line} on`;
    case 'above':
      return `it stands behind line ${cause.line}`;
    case 'unknown':
      return `what ${cause.reason} gives is not known here`;
  }
}

const settings: Readonly<Record<string, string>> = {
  shell: 'the shell (SHELL)',
  directory: 'the directory (WORKDIR)',
  user: 'the user (USER)',
  platform: 'the platform',
  variable: 'the order of the variables',
};

function change(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `is ${quoted(after)} now, and was not set`;
  if (after === undefined) return `is not set now, and was ${quoted(before)}`;
  return `was ${quoted(before)} and is ${quoted(after)}`;
}

/** A value may be long, and may be a secret that a build argument brought: a beginning is enough to know it again. */
function quoted(text = ''): string {
  return `«${text.length > 60 ? `${text.slice(0, 57)}…` : text}»`;
}

function filesText({ files, ignoreFile }: Extract<Cause, { kind: 'files' }>): string {
  const ignored = files.filter(({ byIgnoreFile }) => byIgnoreFile);
  if (ignored.length === files.length && ignoreFile !== undefined)
    return `${ignoreFile} changed what is sent: ${listed(ignored)}`;
  const needless = files.filter((file) => file.needless !== undefined);
  const hint =
    needless.length === files.length ? ': no program is known to need that, and .dockerignore can keep it out' : '';
  return `${listed(files)}${hint}`;
}

const changes: Readonly<Record<FileChange['change'], string>> = {
  added: 'is new',
  removed: 'is gone',
  content: 'changed',
  mode: 'has another mode',
  link: 'points elsewhere',
  kind: 'became something else',
};

/** The first file with what happened to it, and how many others. */
function listed(files: readonly FileChange[]): string {
  const [first] = files;
  if (first === undefined) return '';
  const others = files.length - 1;
  return `${first.path} ${changes[first.change]}${others === 0 ? '' : ` and ${others} ${others === 1 ? 'other file' : 'other files'} did`}`;
}

/** What happened to one file, in a word or two. */
export function tellChange({ change: kind, byIgnoreFile }: FileChange): string {
  return byIgnoreFile ? `${changes[kind]} (the ignore file)` : changes[kind];
}
