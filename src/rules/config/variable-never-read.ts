import { nearest } from '../../core/nearest.ts';
import type { Application } from '../../project/application.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { environmentOf, type GivenVariable } from '../../project/application-environment.ts';
import { runsInBrowsers } from '../../project/application-kind.ts';
import type { ImageBuild, ImageUse, Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';

export const rule = projectRule({
  severity: 'note',
  summary: 'variable that is set and that the application never reads',
  why: 'Whoever changes it believes to change something; often the name is misspelt or the source has moved on.',
  remedy: 'Remove it, or give it the name that the source reads.',
  peers: [],
  options: {
    everyName: {
      description:
        'Report every variable. By default only those count whose first word the application gives to variables of its own: libraries read variables too.',
      default: false,
    },
  },
  check({ project }, { report, option }) {
    for (const build of project.builds) {
      const applications = applicationsOf(project, build);
      if (applications.length === 0 || !applications.every(isReadWhole)) continue;
      const read = new Set(applications.flatMap(({ variablesRead }) => variablesRead.map(({ name }) => name)));
      for (const use of build.runBy)
        for (const variable of givenByUse(project, build, use)) {
          if (read.has(variable.name) || usedByCommand(build, use, variable.name)) continue;
          if (!option.flag('everyName') && !isOwnName(variable.name, read)) continue;
          const meant = nearest(variable.name, [...read]);
          report({
            at: variable.place,
            message: `Nothing in ${applications.map(whereIs).join(', ')} reads ${variable.name}${meant ? `; it reads ${meant}` : ''}.`,
          });
        }
    }
  },
});

function isReadWhole(application: Application): boolean {
  return (
    application.complete &&
    !runsInBrowsers(application) &&
    !application.readsOtherVariables &&
    application.sourcePaths.length > 0
  );
}

function whereIs({ directory }: Application): string {
  return directory === '' ? 'the application' : directory;
}

/** What the manifest itself sets: not what the image or its base does. */
function givenByUse(project: Project, build: ImageBuild, use: ImageUse): GivenVariable[] {
  const { variables } = environmentOf(project, build, use);
  return [...variables.values()].filter(({ from }) => from !== 'image' && from !== 'elsewhere');
}

/** `$(NAME)` in a command of the manifest, `$NAME` in one of the image. */
function usedByCommand({ dockerfile }: ImageBuild, use: ImageUse, name: string): boolean {
  const words = use.kind === 'container' ? [...(use.container.command ?? []), ...(use.container.args ?? [])] : [];
  if (words.some(({ text }) => text.includes(name)) || (use.kind === 'service' && use.service.command)) return true;
  const started = [...dockerfile.instructionsNamed('CMD'), ...dockerfile.instructionsNamed('ENTRYPOINT')];
  return started.some(({ instruction }) => dockerfile.script(instruction)?.variables.has(name));
}

/** The first word of the name begins at least two names that the application reads, or all that it reads. */
function isOwnName(name: string, read: ReadonlySet<string>): boolean {
  const prefix = /^([A-Z][A-Z0-9]*_)/.exec(name)?.[1];
  return prefix !== undefined && !commonWords.has(prefix) && [...read].some((other) => other.startsWith(prefix));
}

/** First words that libraries of many kinds give their variables. */
const commonWords: ReadonlySet<string> = new Set(
  'AWS AZURE GOOGLE GCP DB DATABASE POSTGRES PG MYSQL REDIS MONGO KAFKA RABBITMQ AMQP HTTP HTTPS NODE NPM PYTHON FLASK DJANGO JAVA SPRING GO LOG LOGGING OTEL SENTRY JAEGER PROMETHEUS SSL TLS SMTP MAIL AUTH OAUTH S3 STRIPE SLACK NEXT NUXT VITE REACT'
    .split(' ')
    .map((word) => `${word}_`),
);
