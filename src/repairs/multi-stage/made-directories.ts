import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { liesIn } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { type RunStep, writtenPaths } from './stage-steps.ts';

/** What writes nothing beside what it is told to, and what a redirect takes: that is among the paths of the step. */
const harmless = /^(?:set|cd|true|:|export|test|\[|echo|printf|pwd|ls|which|cat|date|uname|mkdir|chmod|chown|touch)$/;

/** Of Go: what compiles and fetches. `go run`, `go generate` and `go test` start programs, which write where they like. */
const compiling = /^(?:build|install|get|mod|version|vet|env)$/;

/**
 * Directories that a step makes with `mkdir -p` and that are empty at the end of the build: nothing else of the step, nor of one behind it that builds, can
 * write there. The stage that ships can make them again. Where that is not known of a command, none.
 */
export function madeDirectories(dockerfile: Dockerfile, step: RunStep, runs: readonly RunStep[]): readonly string[] {
  const made = step.commands.flatMap((placed) => plainlyMade(dockerfile, placed) ?? []);
  if (made.length === 0) return [];
  const start = step.instruction.range.start;
  const behind = runs.filter(({ instruction, kind }) => kind === 'build' && instruction.range.start > start);
  if (behind.some(({ commands }) => commands.length === 0)) return [];
  const others = [step, ...behind]
    .flatMap(({ commands }) => commands)
    .filter((placed) => plainlyMade(dockerfile, placed) === undefined);
  if (!others.every(writesNowhereElse)) return [];
  const written = [step, ...behind].flatMap(({ paths }) => paths);
  return made.filter(
    (path) =>
      written.filter((each) => each === path).length === 1 &&
      others.every((placed) => !mentions(placed, path) && !isIn(dockerfile, placed, path)),
  );
}

function plainlyMade(dockerfile: Dockerfile, placed: PlacedCommand): readonly string[] | undefined {
  const { name, arguments: words, redirects, place } = placed.command;
  const isPlain = name === 'mkdir' && redirects.length === 0 && place.inside.length === 0 && place.after !== '||';
  if (!isPlain || !words.every(({ literal, value }) => literal && (value === '-p' || value.startsWith('/'))))
    return undefined;
  const paths = writtenPaths(dockerfile, placed).flatMap((path) => path ?? []);
  return paths.length === words.filter(({ value }) => value !== '-p').length ? paths : undefined;
}

function writesNowhereElse({ command }: PlacedCommand): boolean {
  const { name, arguments: words } = command;
  if (harmless.test(name)) return true;
  if (name !== 'go' || !compiling.test(words[0]?.value ?? '')) return false;
  return words.every(
    ({ literal, value }, at) => literal || !(/^--?o=/.test(value) || /^--?o$/.test(words[at - 1]?.value ?? '')),
  );
}

function mentions({ command }: PlacedCommand, path: string): boolean {
  const values = [...command.arguments, ...command.assignments.flatMap(({ value }) => value ?? [])];
  return values.some(({ value }) => value.includes(path));
}

/** Whether a command stands in the directory, or it is not known where it stands. */
function isIn(dockerfile: Dockerfile, placed: PlacedCommand, path: string): boolean {
  const directory = directoryOf(dockerfile, placed);
  return directory === undefined || liesIn(directory, path);
}
