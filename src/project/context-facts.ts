import type { BuildContext } from '../context/build-context.ts';
import type { JunkFound } from '../context/junk.ts';
import type { Changes } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
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

/** Which commands make a kind of junk again in the build: without one of them what lies in the context may be meant. */
const makers: Readonly<Record<string, RegExp>> = {
  'java-build': /^(?:mvn|mvnw|gradle|gradlew|sbt|cargo)$/,
  'dotnet-build': /^(?:dotnet|msbuild)$/,
  'web-build': /^(?:npm|npx|yarn|pnpm|bun)$/,
  'build-output': /^(?:npm|npx|yarn|pnpm|bun|make|cmake|ninja|go|mvn|mvnw|gradle|gradlew|python\d?|tsc|webpack)$/,
  'vendored-packages': /^(?:composer|bundle)$/,
};

/** The junk that some use copies with something larger, that no use names, and that the build does not need. */
export function unwantedJunk(project: Project, context: BuildContext): readonly JunkFound[] {
  const candidates = context.junk.filter(({ copiedBy, namedBy }) => copiedBy.length > 0 && namedBy.length === 0);
  if (candidates.length === 0) return [];
  const dockerfiles = dockerfilesOf(project, context);
  const programs = new Set(dockerfiles.flatMap(({ commands }) => commands.map(({ command }) => command.name)));
  const installers = new Set(
    dockerfiles.flatMap((dockerfile) =>
      packageCommands(dockerfile, 'npm', 'yarn', 'pnpm', 'bun').map(({ read }) => read.tool),
    ),
  );
  return candidates.filter(({ kind }) => {
    if (kind.neededBy?.some((name) => programs.has(name))) return false;
    if (kind.id === 'node-modules') return installers.size > 0;
    const maker = Object.hasOwn(makers, kind.id) ? makers[kind.id] : undefined;
    return maker === undefined || [...programs].some((name) => maker.test(name));
  });
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
