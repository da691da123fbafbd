import { runTimeImage, staticImage } from '../../bases/run-time-image.ts';
import type { Assumption } from '../../core/fix.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { absolutePath, liesIn } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { isWithoutCgo } from '../without-cgo.ts';
import { filesBeside } from './files-beside.ts';
import { builtProgram, copyCommands, expand, isOther, type Outputs, workPlaces } from './outputs.ts';
import { readsFiles } from './reads-files.ts';
import type { Planned, SplitSubject } from './split-plan.ts';

const tools =
  /^(?:go|gofmt|golint|goimports|dep|glide|godep|govendor|gox|go-bindata|stringer|mockgen|swag|templ|sqlc|protoc|buf|strip|upx)$/;

/** A program of Go: its binary on distroless where it needs no libc and no shell, else on the distribution that it is compiled on. */
export function planGo(subject: SplitSubject, withStatic: boolean): Planned {
  const { dockerfile, stage, runs } = subject;
  const image = baseImageOf(stage);
  if (image.runtime?.name !== 'go' || image.reference === undefined) return undefined;
  const compiling = runs.flatMap(({ commands }) => commands).filter(({ command }) => command.name === 'go');
  if (!compiling.some(isCompiling)) return undefined;
  const outputs = outputsOf(subject, compiling);
  const program = builtProgram(subject, outputs);
  if (program === undefined)
    return { refusal: 'the container does not start a file that go build or go install writes' };
  const base = runTimeImage(image.reference.text);
  if (base === undefined) return { refusal: 'it is not known what the image of Go stands on' };
  const gopath = expand(subject, '$GOPATH');
  const isStatic =
    compiling.filter(isCompiling).every((placed) => isWithoutCgo(subject.dockerfile, placed)) &&
    stage.instructions.every(startsWithoutShell);
  const bare = withStatic && isStatic && !installsForRun(subject);
  const places = workPlaces(dockerfile, compiling);
  const copies = copyCommands(subject);
  const beside = filesBeside(subject).filter((path) => !liesIn(program.path, path));
  const settings = program.onPath === undefined ? [] : [`ENV PATH=${program.onPath}:$PATH`];
  return {
    title: `Compile in a stage of its own and ship the program on ${bare ? staticImage : base.reference}`,
    base: bare ? staticImage : base.reference,
    copied: [program.path, ...beside],
    left: [...places, gopath, '/go', '/usr/local/go', '/root'],
    ...(settings.length > 0 && { settings }),
    ...(!bare && { packages: ['ca-certificates', 'tzdata'] }),
    fetchedByBuild: true,
    assumptions: [
      onlyTheBinary(subject, places, beside),
      {
        statement: 'The program calls no other program and loads no library beside libc.',
        state: 'unknown',
        question: `Does ${program.path} call git, a shell or another program, or load a C library (ldd tells)? ${bare ? staticImage : base.reference} has none of them.`,
      },
    ],
    knows: (placed) =>
      tools.test(placed.command.name) ||
      placed.command.nameWord.value.startsWith('/go/bin/') ||
      expand(subject, placed.command.nameWord.value).startsWith(`${gopath}/bin/`) ||
      (copies.includes(placed) &&
        placed.command.arguments.at(-1) !== undefined &&
        isForProgram(subject, placed, program.path)),
  };
}

function isCompiling({ command }: PlacedCommand): boolean {
  const read = readPackageCommand(command);
  return read?.action === 'build' || ['install', 'get', 'build'].includes(read?.subcommand?.value ?? '');
}

function outputsOf(subject: SplitSubject, compiling: readonly PlacedCommand[]): Outputs {
  const files: string[] = [];
  const directories: string[] = [];
  for (const placed of compiling) {
    const words = placed.command.arguments.map(({ value }) => value);
    const directory = directoryOf(subject.dockerfile, placed);
    if (words[0] === 'install' || words[0] === 'get') {
      const scope = environmentAt(subject.dockerfile, placed.instruction);
      if (!installsProgram(subject, placed, words.slice(1))) continue;
      directories.push(scope.get('GOBIN') ?? `${(scope.get('GOPATH') ?? '/go').split(':')[0]}/bin`.replace('//', '/'));
    } else if (words[0] === 'build') {
      const at = words.indexOf('-o');
      const named = at === -1 ? words.find((word) => word.startsWith('-o='))?.slice(3) : words[at + 1];
      if (named === undefined) {
        if (directory !== undefined) directories.push(directory);
      } else {
        const path = absolutePath(directory, expand(subject, named));
        if (path !== undefined) (named.endsWith('/') ? directories : files).push(path);
      }
    }
  }
  return { files, directories };
}

/** Whether go install or go get with these words can write the program that the container starts. */
function installsProgram(subject: SplitSubject, placed: PlacedCommand, words: readonly string[]): boolean {
  const name = subject.program?.[0]?.replace(/^.*\//, '') ?? '';
  if (words.includes('-d') || isOther(name)) return false;
  const targets = words
    .filter((word) => !word.startsWith('-'))
    .map((word) => word.replace(/@.*$/, '').replace(/\/v\d+$/, ''));
  const directory = directoryOf(subject.dockerfile, placed);
  const named = targets.filter((target) => target !== '.' && target !== './');
  if (named.length === 0)
    return directory === undefined || directory.endsWith(`/${name}`) || !directory.includes('/go/src/');
  return named.some(
    (target) => target.endsWith('...') || target.endsWith(`/${name}`) || target === name || target.includes('$'),
  );
}

function startsWithoutShell(instruction: SplitSubject['stage']['instructions'][number]): boolean {
  if (instruction.name === 'HEALTHCHECK') return instruction.check.kind === 'none';
  return (instruction.name !== 'CMD' && instruction.name !== 'ENTRYPOINT') || instruction.command.form === 'exec';
}

/** Packages that are neither for building nor for fetching: then a package manager is wanted. */
function installsForRun({ runs }: SplitSubject): boolean {
  return runs.some(({ commands }) =>
    commands.some(({ command }) => {
      const read = readPackageCommand(command);
      return (
        read?.action === 'install' &&
        (read.ecosystem === 'apt' || read.ecosystem === 'apk') &&
        read.packages.some(
          ({ name }) =>
            !/^(?:ca-certificates|tzdata|git|curl|wget|make|gcc|g\+\+|musl-dev|build-base|bzr|mercurial|upx)$/.test(
              name,
            ),
        )
      );
    }),
  );
}

function isForProgram(subject: SplitSubject, placed: PlacedCommand, path: string): boolean {
  const target = placed.command.arguments.at(-1)?.value ?? '';
  const to = absolutePath(directoryOf(subject.dockerfile, placed), expand(subject, target));
  return to !== undefined && (to === path || path.slice(0, path.lastIndexOf('/')) === to);
}

function onlyTheBinary(subject: SplitSubject, places: readonly string[], beside: readonly string[]): Assumption {
  const statement = 'The program reads no file beside its sources: templates, static files, configuration, migrations.';
  const found = readsFiles(subject, 'go');
  if (found === 'none') return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: `Does the program read files of ${places.join(' or ') || 'the build'} when it runs (templates, static files, configuration, migrations)?${found === undefined ? '' : ` ${found} seems to.`} ${beside.length > 0 ? `${beside.join(' and ')} ${beside.length === 1 ? 'is' : 'are'} copied; others` : 'They'} would have to be copied, too.`,
  };
}
