import { runTimeImage } from '../../bases/run-time-image.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { absolutePath } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { isCargoProgram } from './cargo-programs.ts';
import { builtProgram, copyCommands, workPlaces } from './outputs.ts';
import { readsFiles } from './reads-files.ts';
import type { Planned, SplitSubject } from './split-plan.ts';

const cargoBin = '/usr/local/cargo/bin';

/** A program of Rust: its binary on the distribution that it is compiled on. */
export function planRust(subject: SplitSubject): Planned {
  const { dockerfile, stage, runs } = subject;
  const image = baseImageOf(stage);
  if (image.runtime?.name !== 'rust' || image.reference === undefined) return undefined;
  const compiling = runs.flatMap(({ commands }) => commands).filter(isCompiling);
  if (compiling.length === 0) return undefined;
  const program = builtProgram(subject, {
    files: [],
    directories: compiling.flatMap((placed) => outputDirectory(subject, placed) ?? []),
  });
  if (program === undefined) return { refusal: 'the container does not start a file that cargo writes' };
  const name = program.path.slice(program.path.lastIndexOf('/') + 1);
  if (program.onPath !== undefined && !isCargoProgram(subject, compiling, name))
    return { refusal: `no Cargo.toml names ${name} as a program that cargo writes` };
  const base = runTimeImage(image.reference.text);
  if (base === undefined) return { refusal: 'it is not known what the image of Rust stands on' };
  const places = workPlaces(dockerfile, compiling);
  const copies = copyCommands(subject);
  const reads = readsFiles(subject, 'rust');
  return {
    title: `Compile in a stage of its own and ship the program on ${base.reference}`,
    base: base.reference,
    copied: [program.path],
    left: [...places, '/usr/local/cargo', '/usr/local/rustup', '/root'],
    ...(program.onPath !== undefined && { settings: [`ENV PATH=${program.onPath}:$PATH`] }),
    packages: ['ca-certificates', 'tzdata'],
    fetchedByBuild: true,
    assumptions: [
      reads === 'none'
        ? { statement: 'The program reads no file of its sources.', state: 'holds' }
        : {
            statement: 'The program reads no file of its sources.',
            state: 'unknown',
            question: `Does the program read files of ${places.join(' or ') || 'the build'} when it runs (static files, templates, configuration, migrations)?`,
          },
      {
        statement: 'The program loads no library beside libc.',
        state: 'unknown',
        question: `Does ldd ${program.path} name OpenSSL, SQLite, libpq or another library that ${base.reference} lacks? Its package would have to be installed, too.`,
      },
    ],
    knows: (placed) => /^(?:cargo|rustup|rustc|strip)$/.test(placed.command.name) || copies.includes(placed),
  };
}

function isCompiling({ command }: PlacedCommand): boolean {
  return (
    command.name === 'cargo' &&
    command.arguments.some(({ value }) => value === 'build' || value === 'install' || value === 'b')
  );
}

function outputDirectory({ dockerfile }: SplitSubject, placed: PlacedCommand): string | undefined {
  const words = placed.command.arguments.map(({ value }) => value);
  const after = (name: string) =>
    words.includes(name)
      ? words[words.indexOf(name) + 1]
      : words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  if (words.includes('install')) return after('--root') === undefined ? cargoBin : `${after('--root')}/bin`;
  const profile = words.includes('--release') || words.includes('-r') ? 'release' : (after('--profile') ?? 'debug');
  const target = after('--target');
  const root = after('--target-dir') ?? 'target';
  return absolutePath(directoryOf(dockerfile, placed), [root, target, profile].filter(Boolean).join('/'));
}
