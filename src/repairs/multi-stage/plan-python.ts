import { baseImage } from '../../bases/base-image.ts';
import { runTimeImage } from '../../bases/run-time-image.ts';
import { enumerate } from '../../core/enumerate.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { runTimeLibraries } from '../../ecosystems/apt/run-time-libraries.ts';
import { hasFlag, readPackageCommand } from '../../ecosystems/package-command.ts';
import { nativePackages, nativePackagesNamed } from '../../ecosystems/pip/native-packages.ts';
import { buildsOf } from '../../project/project.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { applicationPlaces } from './application-places.ts';
import type { Planned, SplitSubject } from './split-plan.ts';
import { programNeeds } from './split-stage.ts';

const environment = '/opt/venv';
/** Python 2 makes no virtual environments by itself; the last release of virtualenv that knows it does. */
const virtualenv = `RUN pip install --no-cache-dir virtualenv==20.15.1 && virtualenv ${environment}`;
const tools = /^(?:pip[\d.]*|python[\d.]*|poetry|pipenv|django-admin|flask)$/;
/** Places of the system's Python that a virtual environment does not have. */
const systemPlaces =
  /\/usr\/local\/(?:bin\/(?:python|pip|gunicorn|uwsgi|celery|flask|uvicorn)|lib\/python)|site-packages|--user\b|--system\b/;

/** A program of Python: what pip installs goes to a virtual environment, which ships with the application on the slim image. */
export function planPython(subject: SplitSubject): Planned {
  const { dockerfile, stage, runs } = subject;
  const image = baseImageOf(stage);
  if (image.runtime?.name !== 'python' || image.reference === undefined) return undefined;
  const commands = runs.flatMap((step) => step.commands).filter(({ command }) => tools.test(command.name));
  const installs = commands.filter(({ command }) => readPackageCommand(command)?.action.startsWith('install'));
  if (installs.length === 0) return undefined;
  const isOld = /^2/.test(image.runtime.version ?? '');
  if (systemPlaces.test(dockerfile.text) || installs.some(({ command }) => goesElsewhere(command)))
    return { refusal: "the file names a place of the system's Python" };
  if (subject.program?.[0]?.startsWith('/usr/local/'))
    return { refusal: "the container starts a file of the system's Python" };
  const own =
    commands.some(({ command }) => command.arguments.some(({ value }) => value === 'venv')) ||
    /VIRTUAL_ENV/.test(dockerfile.text);
  if (own) return { refusal: 'the file has a virtual environment of its own' };
  const base = runTimeImage(image.reference.text)?.reference ?? image.reference.text;
  const places = applicationPlaces(dockerfile, subject, commands);
  if (places === undefined) return { refusal: 'the application lies in a directory of the system' };
  const native = nativeLibraries(subject, installs, base);
  const settings = [`ENV VIRTUAL_ENV=${environment}`, `ENV PATH=${environment}/bin:$PATH`];
  return {
    title: `Install in a stage of its own and ship ${places.join(' and ')} with a virtual environment on ${base}`,
    base,
    copied: [environment, ...places],
    left: ['/root'],
    head: [...settings, isOld ? virtualenv : `RUN python3 -m venv ${environment}`],
    settings,
    packages: native.packages,
    fetchedByBuild: false,
    assumptions: [
      programNeeds(
        'compilers, git, curl and the libraries of the full image',
        stage,
        `${environment} and ${places.join(' and ')}`,
      ),
      {
        statement: 'No package that is installed loads a library of the image that builds.',
        state: 'unknown',
        question: `Do the installed packages find their libraries on ${base}? Import all of them once there: those that were compiled and not downloaded as wheels may not.${native.note}`,
      },
    ],
    knows: ({ command }) => tools.test(command.name) || command.nameWord.value.startsWith(environment),
  };
}

/**
 * What packages that are known to load a library of the system need on the new image: installed where its name in this release is known, else
 * named beside the question.
 */
function nativeLibraries(
  { project, dockerfile, stage }: SplitSubject,
  installs: readonly PlacedCommand[],
  base: string,
): { readonly packages: readonly string[]; readonly note: string } {
  if (baseImage(base).packageManager !== 'apt') return { packages: [], note: '' };
  const directories = buildsOf(project, dockerfile).flatMap(({ context }) => context?.directory ?? []);
  const manifests = project.applications
    .filter(({ language, directory }) => language === 'python' && directories.includes(directory))
    .flatMap((application) => [...application.manifests.values()].map(({ text }) => text));
  const words = installs.map(({ command }) => command.arguments.map(({ value }) => value).join(' '));
  const packages: string[] = [];
  const notes: string[] = [];
  for (const name of nativePackagesNamed([...manifests, ...words])) {
    const { build = [], run = [] } = nativePackages[name] ?? {};
    const known = build.map((each) => runTimeLibraries(each, baseImageOf(stage)));
    const isKnown = build.length > 0 && known.every((each) => each !== undefined);
    const libraries = isKnown ? known.flatMap((each) => each ?? []) : run;
    if (isKnown) packages.push(...libraries);
    notes.push(`${name} loads ${enumerate(libraries)}${isKnown ? ', installed there' : ', which it may lack'}`);
  }
  return { packages: [...new Set(packages)], note: notes.length === 0 ? '' : ` ${notes.join('; ')}.` };
}

function goesElsewhere(command: PlacedCommand['command']): boolean {
  const read = readPackageCommand(command);
  return read !== undefined && hasFlag(read, 'user', 'target', 'prefix', 'root', 'break-system-packages');
}
