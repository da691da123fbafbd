import { runTimeImage } from '../../bases/run-time-image.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { hasFlag, readPackageCommand } from '../../ecosystems/package-command.ts';
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
  const settings = [`ENV VIRTUAL_ENV=${environment}`, `ENV PATH=${environment}/bin:$PATH`];
  return {
    title: `Install in a stage of its own and ship ${places.join(' and ')} with a virtual environment on ${base}`,
    base,
    copied: [environment, ...places],
    left: ['/root'],
    head: [...settings, isOld ? virtualenv : `RUN python3 -m venv ${environment}`],
    settings,
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
        question: `Do the installed packages find their libraries on ${base}? Import all of them once there: those that were compiled and not downloaded as wheels may not.`,
      },
    ],
    knows: ({ command }) => tools.test(command.name) || command.nameWord.value.startsWith(environment),
  };
}

function goesElsewhere(command: PlacedCommand['command']): boolean {
  const read = readPackageCommand(command);
  return read !== undefined && hasFlag(read, 'user', 'target', 'prefix', 'root', 'break-system-packages');
}
