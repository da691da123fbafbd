import type { Place } from '../detector.ts';
import type { ImageStage, Question, Step } from '../plan.ts';
import { systemPrograms } from './called-programs.ts';
import { findInSources } from './endpoints.ts';
import { environment, installSteps } from './python-install.ts';
import type { PythonNative } from './python-native.ts';
import type { PythonPackages } from './python-packages.ts';
import type { PythonStart } from './python-start.ts';
import { splitCommand } from './shell-words.ts';
import type { ChosenVersion } from './versions.ts';
import { ownedDirectories, type WrittenPaths } from './written-paths.ts';

/** A number that no image of Python has a user for. */
export const user = 10001;

export function stagesOf(
  place: Place,
  packages: PythonPackages | undefined,
  start: PythonStart,
  version: ChosenVersion,
  native: PythonNative,
  written: WrittenPaths,
): ImageStage[] {
  const alpine = place.choices.base === 'alpine';
  const slim = `python:${version.version}${alpine ? '-alpine' : '-slim'}`;
  const needsCompiler = native.compiles;
  const own: Step = {
    kind: 'copy',
    comment: 'They belong to root: the program runs as another user and cannot change itself',
    sources: ['.'],
    destination: '.',
  };
  const called = alpine ? [] : systemPrograms(place);
  const needed = alpine ? [] : [...new Set([...native.run, ...called.map((each) => each.package)])];
  const why = [
    ...(native.run.length > 0 ? [`Libraries that packages load as they run: ${native.names.join(', ')}`] : []),
    ...(called.length > 0
      ? [`Programs that the sources start: ${called.map(({ name, evidence }) => `${name} (${evidence})`).join(', ')}`]
      : []),
  ];
  const libraries: Step[] = needed.length > 0 ? [aptStep(why.join('. '), needed)] : [];
  const collect = collectStatic(place, packages, start);
  const build: ImageStage = {
    name: 'build',
    base: needsCompiler && !alpine ? `python:${version.version}` : slim,
    comment: `Python ${version.version}: ${version.evidence}${needsCompiler ? `. The full image has the compiler and headers that ${native.names.join(', ')} needs; the one that ships does not` : ''}`,
    steps: [
      { kind: 'workdir', path: '/app' },
      ...(packages
        ? installSteps(place, packages, start, version.version)
        : [{ kind: 'run' as const, commands: [`python -m venv ${environment}`] }]),
    ],
  };
  return [
    build,
    {
      name: undefined,
      base: slim,
      comment: 'The image that ships: the runtime, the environment with the packages, the sources',
      steps: [
        { kind: 'workdir', path: '/app' },
        ...libraries,
        { kind: 'copy', from: 'build', sources: [environment], destination: environment },
        own,
        ...collect,
        ...ownedDirectories(written.writable, user, '/app'),
        ...(written.links ?? []).map(
          ({ from, to, evidence }): Step => ({
            kind: 'run',
            comment: `A file beside the sources, which are read-only, lies in the volume: ${evidence}`,
            commands: [`ln -s ${to} ${from}`],
          }),
        ),
        ...(start.importRoot === '' || start.importRoot === 'src'
          ? []
          : [{ kind: 'workdir' as const, path: `/app/${start.importRoot}` }]),
      ],
    },
  ];
}

function aptStep(comment: string, names: readonly string[]): Step {
  return {
    kind: 'run',
    comment,
    commands: [
      'apt-get update',
      `apt-get install --yes --no-install-recommends ${[...names].sort().join(' ')}`,
      'rm -rf /var/lib/apt/lists/*',
    ],
  };
}

/** Files for browsers are gathered in the image where WhiteNoise serves them from there. */
function collectStatic(place: Place, packages: PythonPackages | undefined, start: PythonStart): Step[] {
  const root = findInSources(place, /^STATIC_ROOT\s*=/m);
  if (start.framework !== 'Django' || !packages?.dependencies.has('whitenoise') || !root) return [];
  const manage = start.importRoot === '' ? 'manage.py' : `${start.importRoot}/manage.py`;
  const needed = neededToStart(place).map((name) => `${name}=${standIn(name)} `);
  const without =
    needed.length === 0 ? '' : '. What the settings demand is not there in a build: words stand in for it';
  return [
    {
      kind: 'run',
      comment: `WhiteNoise serves what is gathered here: STATIC_ROOT (${root.evidence})${without}`,
      commands: [`${needed.join('')}python ${manage} collectstatic --noinput`],
    },
  ];
}

/** What Heroku runs before the server, where the image has it done already: it would write below a root that is read-only. */
const collecting = /(?:^|(?<=[;&]))\s*python3?\s+(?:\S*\/)?manage\.py\s+collectstatic(?:\s+-[\w-]+)*\s*(?:&&|;)/g;

/** The start without gathering files for browsers, where the image has gathered them. */
export function withoutCollecting(place: Place, packages: PythonPackages | undefined, start: PythonStart): PythonStart {
  const [shell, option, line] = start.words;
  if (shell !== 'sh' || option !== '-c' || line === undefined) return start;
  if (collectStatic(place, packages, start).length === 0) return start;
  const rest = line.replace(collecting, '').trim();
  if (rest === line) return start;
  const words = splitCommand(rest.replace(/^exec\s+/, ''));
  return { ...start, words: words ?? ['sh', '-c', rest] };
}

/** Whether files are gathered in a build that has not the variables which the settings demand. */
export function collectQuestions(
  place: Place,
  packages: PythonPackages | undefined,
  start: PythonStart,
): readonly Question[] {
  const needed = collectStatic(place, packages, start).length > 0 ? neededToStart(place) : [];
  if (needed.length === 0) return [];
  const question = `collectstatic runs in the build, and the program does not start without ${needed.join(', ')}: words stand in for them there. Give them another form if the settings refuse these.`;
  return [{ question, flag: undefined, assumed: undefined }];
}

/** Variables without which Python stops as it reads the sources. */
function neededToStart({ application }: Place): string[] {
  const names = (application?.variablesRead ?? [])
    .filter(({ required, optional, conditional }) => required && !optional && conditional !== true)
    .map(({ name }) => name)
    .filter((name) => /^[A-Za-z_]\w*$/.test(name));
  return [...new Set(names)].sort();
}

/** Something of the form that is expected under a name. */
function standIn(name: string): string {
  if (/(?:^|_)(?:DATABASE|DB)_?(?:URL|URI)$/i.test(name)) return 'sqlite:////tmp/build.sqlite3';
  if (/(?:URL|URI|ORIGIN|ORIGINS|DSN)$/i.test(name)) return 'http://localhost';
  return /(?:PORT|TIMEOUT|SECONDS|AGE|DEBUG|SIZE|LIMIT|COUNT)$/i.test(name) ? '0' : 'unset';
}
