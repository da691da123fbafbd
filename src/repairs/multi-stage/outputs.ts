import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { absolutePath, liesIn } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import type { SplitSubject } from './split-plan.ts';

/** Where programs are found by their names alone. */
export const pathDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Paths, each once, and none that lies in another. */
export function withoutInner(paths: readonly string[]): readonly string[] {
  const all = [...new Set(paths)];
  return all.filter((path) => !all.some((other) => other !== path && liesIn(path, other)));
}

/** What compilers write: whole paths, and directories in which the program's file has a name that the command does not tell. */
export interface Outputs {
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

/** The file that the container starts, when the build makes it; with the directory that PATH must have for a bare name. */
export interface BuiltProgram {
  readonly path: string;
  readonly onPath: string | undefined;
}

/** What a container starts that the build did not make: shells, what they start, and tools that the image of a compiler has. */
const others =
  /^(?:sh|bash|ash|dash|zsh|busybox|tar|go|cargo|rustc|rustup|rustdoc|make|python[\d.]*|perl|ruby|node|npm|npx|yarn|java|env|tini|dumb-init|exec|sleep|tail|cat|ls|git|.*\.sh)$/;

/** Whether a program of this name is none that the build makes. */
export function isOther(name: string): boolean {
  return others.test(name);
}

/** Finds the started program among what the compilers write and what cp, mv and ln make of it. */
export function builtProgram(subject: SplitSubject, outputs: Outputs): BuiltProgram | undefined {
  const [word] = subject.program ?? [];
  if (word === undefined) return undefined;
  const files = withCopies(subject, outputs);
  const isBuilt = (path: string) =>
    files.includes(path) || outputs.directories.some((each) => path.slice(0, path.lastIndexOf('/')) === each);
  if (word.includes('/')) {
    const path = absolutePath(subject.directory, expand(subject, word));
    return path !== undefined && isBuilt(path) ? { path, onPath: undefined } : undefined;
  }
  const named = pathDirectories.map((each) => `${each}/${word}`).find(isBuilt);
  if (named !== undefined) return { path: named, onPath: undefined };
  const binary = outputs.directories.find((each) => each.endsWith('/bin'));
  return binary === undefined || isOther(word) ? undefined : { path: `${binary}/${word}`, onPath: binary };
}

/** The files, and where cp, mv, ln and install put them. */
function withCopies(subject: SplitSubject, outputs: Outputs): readonly string[] {
  const files = [...outputs.files];
  const isBuilt = (path: string) => files.includes(path) || outputs.directories.some((each) => liesIn(path, each));
  for (const placed of copyCommands(subject)) {
    const operands = placed.command.arguments.filter(({ value }) => !value.startsWith('-'));
    const target = operands.at(-1);
    const directory = directoryOf(subject.dockerfile, placed);
    if (target === undefined || operands.length !== 2) continue;
    const source = absolutePath(directory, expand(subject, operands[0]?.value ?? ''));
    const to = absolutePath(directory, expand(subject, target.value));
    if (source === undefined || to === undefined || !isBuilt(source)) continue;
    const base = source.slice(source.lastIndexOf('/') + 1);
    files.push(
      ...(/\/$/.test(target.value) || pathDirectories.includes(to) || target.value === '.'
        ? [`${to}/${base}`]
        : [to, `${to}/${base}`]),
    );
  }
  return files;
}

/** The commands that put files elsewhere. */
export function copyCommands({ runs }: Pick<SplitSubject, 'runs'>): readonly PlacedCommand[] {
  return runs.flatMap(({ commands }) => commands.filter(({ command }) => /^(?:cp|mv|ln|install)$/.test(command.name)));
}

/** A word with variables of the file that are known. */
export function expand({ dockerfile, stage }: Pick<SplitSubject, 'dockerfile' | 'stage'>, word: string): string {
  const last = stage.instructions.at(-1);
  if (last === undefined || !word.includes('$')) return word;
  const scope = environmentAt(dockerfile, last);
  return word.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced, bare) => {
    const name = String(braced ?? bare);
    return scope.get(name) ?? (name === 'GOPATH' ? '/go' : whole);
  });
}

/** Directories in which commands run; the root is none. */
export function workPlaces(dockerfile: Dockerfile, commands: readonly PlacedCommand[]): readonly string[] {
  const places = commands.flatMap((placed) => directoryOf(dockerfile, placed) ?? []).filter((path) => path !== '/');
  return [...new Set(places)];
}
