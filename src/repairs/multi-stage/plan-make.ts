import { runTimeImage } from '../../bases/run-time-image.ts';
import type { CommandWord } from '../../core/command-line.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { absolutePath, liesIn } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { isSystemDirectory } from './application-places.ts';
import { missingLibrary } from './linked-libraries.ts';
import {
  type BuiltProgram,
  builtProgram,
  copyCommands,
  expand,
  pathDirectories,
  withoutInner,
  workPlaces,
} from './outputs.ts';
import type { Planned, SplitSubject } from './split-plan.ts';
import { programNeeds } from './split-stage.ts';

const compilers = /^(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)$/;

/**
 * A program of C or C++: what the build copies to where programs lie, or the program where it was made, on the same bare distribution, or
 * on that below an image of compilers.
 */
export function planMake(subject: SplitSubject): Planned {
  const { dockerfile, stage, runs } = subject;
  const image = baseImageOf(stage);
  if (image.reference === undefined || image.shell === 'none') return undefined;
  if (image.runtime !== undefined && image.runtime.name !== 'gcc') return undefined;
  if (!['debian', 'ubuntu', 'alpine'].includes(image.distribution)) return undefined;
  const base = image.toolchain === true ? runTimeImage(image.reference.text)?.reference : image.reference.text;
  if (base === undefined) return undefined;
  const commands = runs.flatMap((step) => step.commands);
  const building = commands.filter(isBuilding);
  if (building.length === 0) return undefined;
  // Its C++ library is newer than that of any distribution, and lies where no distribution has it. A rule of make may compile C++, too.
  if (image.runtime?.name === 'gcc' && !building.every(isPlainC))
    return { refusal: `what is not C alone needs the C++ library of ${image.reference.text}` };
  const missing = missingLibrary(subject, building, base === image.reference.text);
  if (missing !== undefined) return { refusal: missing };
  const made = building.map((placed) => outputOf(subject, placed));
  if (made.includes(undefined)) return { refusal: 'it is not known what the compiler writes' };
  const outputs = made.flatMap((each) => each ?? []);
  const directories = outputs.flatMap(({ kind, path }) => (kind === 'directory' ? path : []));
  const left = [...new Set([...workPlaces(dockerfile, building), ...directories])];
  if (left.some(isSystemDirectory)) return { refusal: 'it is built in a directory of the system' };
  const files = outputs.flatMap(({ kind, path }) => (kind === 'file' ? path : []));
  const program = startedBelow(subject, left) ?? builtProgram(subject, { files, directories });
  if (program === undefined || program.onPath !== undefined)
    return { refusal: 'the container does not start a file that is seen to be made' };
  const copies = copyCommands(subject).filter(({ command }) => command.name === 'cp' || command.name === 'mv');
  const targets = copies.map((placed) => targetsOf(subject, placed, left));
  const unknown = copies.find((_, at) => targets[at] === undefined);
  if (unknown !== undefined) return { refusal: `it is not known what line ${unknown.instruction.line} copies where` };
  const elsewhere = files.filter((path) => !left.some((place) => liesIn(path, place)));
  // Started where it was made, it may read what was made beside it.
  const own = left.some((place) => liesIn(program.path, place)) ? left : [program.path];
  const shipped = withoutInner([...own, ...elsewhere, ...targets.flatMap((each) => each ?? [])]);
  const places = [...new Set([...left, ...sourcePlaces(subject, building)])];
  const behind = places.filter((place) => !shipped.some((path) => liesIn(place, path)));
  return {
    title: `Compile in a stage of its own and ship ${shipped.join(' and ')}`,
    base,
    copied: shipped,
    left: places,
    ...(image.distribution === 'alpine' && installsCpp(commands) && { packages: ['libstdc++'] }),
    fetchedByBuild: true,
    assumptions: [
      programNeeds(
        base === image.reference.text ? 'compilers and headers' : 'compilers, libraries, git and curl',
        stage,
        shipped.join(' and '),
      ),
      {
        statement: `The build leaves nothing but ${shipped.join(' and ')} that is needed to run.`,
        state: 'unknown',
        question: `Does the program read other files when it runs that the build makes or finds${behind.length === 0 ? '' : ` in ${behind.join(' or ')}`}? They would have to be copied, too.`,
      },
    ],
    knows: (placed) =>
      building.includes(placed) || copies.includes(placed) || /^(?:strip|nproc)$/.test(placed.command.name),
  };
}

/** The program, where it is started by its path from a directory in which the build works, at any depth. */
function startedBelow(subject: SplitSubject, places: readonly string[]): BuiltProgram | undefined {
  const word = expand(subject, subject.program?.[0] ?? '');
  const path = word.includes('/') ? absolutePath(subject.directory, word) : undefined;
  return path !== undefined && places.some((place) => liesIn(path, place)) ? { path, onPath: undefined } : undefined;
}

/** gcc or cc, for files that are C by their names. */
function isPlainC({ command }: PlacedCommand): boolean {
  return (
    /^(?:gcc|cc)$/.test(command.name) &&
    command.arguments.every(
      ({ literal, value }) => literal && !/\.(?:cc|cpp|cxx|C|c\+\+)$|^-(?:l?stdc\+\+|xc\+\+)/.test(value),
    )
  );
}

/** A compiler; make or cmake for anything but an installation: that puts files where only their rules tell. */
function isBuilding({ command: { name, arguments: words } }: PlacedCommand): boolean {
  if (compilers.test(name)) return true;
  const telling = words.filter(({ value }, at) => !tellsHowMany(value, words[at - 1]?.value));
  if (name === 'cmake') return telling.every(({ literal, value }) => literal && !/install|^-[EP]$/i.test(value));
  return name === 'make' && telling.every(({ literal, value }) => literal && !/install|^--|=|^-[fEI]/.test(value));
}

/** `-j$(nproc)`, `--parallel 4`: how many jobs run at once makes no other files. */
function tellsHowMany(word: string, before: string | undefined): boolean {
  if (/^(?:-j|--jobs(?:=|$)|--parallel(?:=|$))/.test(word)) return true;
  return /^(?:-j|--jobs|--parallel)$/.test(before ?? '') && /^(?:\d+|\$.*)$/.test(word);
}

/** The file that a compiler writes, or the directory below which make and cmake do. */
function outputOf(
  { dockerfile }: SplitSubject,
  placed: PlacedCommand,
): { readonly kind: 'file' | 'directory'; readonly path: string } | undefined {
  const { name, arguments: words } = placed.command;
  const [flags, usual] = outputFlags[name] ?? [['-o'], 'a.out'];
  const at = words.findIndex(({ value }) => flags.includes(value));
  const joined = name === 'cmake' ? words.find(({ value }) => /^-B./.test(value))?.value.slice(2) : undefined;
  const named = joined ?? (at === -1 ? usual : words[at + 1]?.value);
  const path =
    named === undefined || /[$*?]/.test(named) ? undefined : absolutePath(directoryOf(dockerfile, placed), named);
  if (path === undefined || path === '/') return undefined;
  return { kind: compilers.test(name) ? 'file' : 'directory', path };
}

/** The flags behind which stands where something writes, and where it does without. */
const outputFlags: Readonly<Record<string, readonly [flags: readonly string[], usual: string]>> = {
  make: [['-C'], '.'],
  cmake: [['--build', '-B'], '.'],
};

/** Where CMake's sources lie: `cmake ..` works in another directory than they. */
function sourcePlaces({ dockerfile }: SplitSubject, building: readonly PlacedCommand[]): readonly string[] {
  return building.flatMap((placed) => {
    const { name, arguments: words } = placed.command;
    if (name !== 'cmake' || words.some(({ value }) => value === '--build')) return [];
    const at = words.findIndex(({ value }) => value === '-S');
    const joined = words.find(({ value }) => /^-S./.test(value));
    const named = at === -1 ? (joined ?? words.find(isOperand)) : words[at + 1];
    const path = named?.literal
      ? absolutePath(directoryOf(dockerfile, placed), named.value.replace(/^-S/, ''))
      : undefined;
    return path === undefined || path === '/' || isSystemDirectory(path) ? [] : [path];
  });
}

/** A word of CMake that is neither an option nor the value of one: `cmake .. -G "Unix Makefiles"`. */
function isOperand({ value }: CommandWord, at: number, words: readonly CommandWord[]): boolean {
  return !value.startsWith('-') && !/^-[GDBATCU]$/.test(words[at - 1]?.value ?? '');
}

/** Where cp or mv puts files outside of the places that stay behind; undefined where that is not seen. */
function targetsOf(
  subject: SplitSubject,
  placed: PlacedCommand,
  left: readonly string[],
): readonly string[] | undefined {
  const operands = placed.command.arguments.filter(({ value }) => !value.startsWith('-'));
  const target = operands.at(-1);
  const sources = operands.slice(0, -1).map(({ value }) => expand(subject, value));
  const to = target && absolutePath(directoryOf(subject.dockerfile, placed), expand(subject, target.value));
  if (to === undefined || sources.length === 0 || sources.some((each) => /[*?[{$]/.test(each))) return undefined;
  if (left.some((each) => liesIn(to, each))) return [];
  if (pathDirectories.includes(to)) return sources.map((each) => `${to}/${each.slice(each.lastIndexOf('/') + 1)}`);
  return sources.length === 1 && pathDirectories.includes(to.slice(0, to.lastIndexOf('/'))) ? [to] : undefined;
}

function installsCpp(commands: readonly PlacedCommand[]): boolean {
  return commands.some(({ command }) =>
    readPackageCommand(command)?.packages.some(({ name }) => name === 'g++' || name === 'build-base'),
  );
}
