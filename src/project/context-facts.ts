import type { BuildContext } from '../context/build-context.ts';
import type { Assumption, Changes } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Project } from './project.ts';

/** The Dockerfiles that are built with a context. */
export function dockerfilesOf(project: Project, context: BuildContext): readonly Dockerfile[] {
  return [...new Set(project.builds.flatMap((build) => (build.context === context ? build.dockerfile : [])))];
}

/** Adds lines to the ignore file of a context, or a new ignore file with them. `lines` ends with a line feed. */
export function ignoreChanges({ ignoreFile, ignorePath }: BuildContext, lines: string): Changes {
  if (ignoreFile === undefined) return { edits: [], newFiles: [{ path: ignorePath, text: lines }] };
  const { text } = ignoreFile;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' || text.endsWith('\n') ? '' : eol;
  const range = { start: text.length, end: text.length };
  return { edits: [{ path: ignoreFile.path, range, replacement: before + lines.replaceAll('\n', eol) }] };
}

/** That nothing else reads the ignore file: git does where it is a link to .gitignore, and other builds where it is one to theirs. */
export function ignoreFileIsOwn({ ignorePath, ignoreLink }: BuildContext): Assumption {
  if (ignoreLink === undefined) return { statement: `${ignorePath} is no link to another file.`, state: 'holds' };
  return { statement: `${ignorePath} is no link to another file, but leads to ${ignoreLink}.`, state: 'fails' };
}

/** `184 MB`, `12 kB`, `40 bytes`: decimal units, as Docker shows sizes. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 10 ? Math.round(value) : Number(value.toFixed(1))} ${units[unit]}`;
}
