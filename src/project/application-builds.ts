import type { Application, ApplicationLanguage } from './application.ts';
import type { ImageBuild, Project } from './project.ts';
import { baseImageOf, lastInstruction } from './stage-facts.ts';

interface Links {
  readonly applications: ReadonlyMap<ImageBuild, readonly Application[]>;
  readonly builds: ReadonlyMap<Application, readonly ImageBuild[]>;
}

const kept = new WeakMap<Project, Links>();

/**
 * The applications that run in the image of a build: those that it copies from its context and whose language the image's start
 * command or base image can run. None where that is not sure. Computed once for a project.
 */
export function applicationsOf(project: Project, build: ImageBuild): readonly Application[] {
  return linksOf(project).applications.get(build) ?? [];
}

/** The builds whose image runs an application. */
export function buildsOfApplication(project: Project, application: Application): readonly ImageBuild[] {
  return linksOf(project).builds.get(application) ?? [];
}

function linksOf(project: Project): Links {
  let links = kept.get(project);
  if (links) return links;
  const applications = new Map<ImageBuild, readonly Application[]>();
  const builds = new Map<Application, ImageBuild[]>();
  for (const build of project.builds) {
    const run = copiedApplications(project, build).filter(({ language }) => canRun(build, language));
    applications.set(build, run);
    for (const application of run) builds.set(application, [...(builds.get(application) ?? []), build]);
  }
  links = { applications, builds };
  kept.set(project, links);
  return links;
}

function copiedApplications(project: Project, { context, dockerfile }: ImageBuild): readonly Application[] {
  if (!context || context.uses.length === 0) return [];
  const within = project.applications.filter(({ directory }) => isBelow(directory, context.directory));
  if (new Set(within.map(({ directory }) => directory)).size <= 1) return within;
  const slash = dockerfile.path.lastIndexOf('/');
  const beside = within.filter(({ directory }) => directory === dockerfile.path.slice(0, Math.max(0, slash)));
  if (beside.length > 0) return beside;
  const named = within.filter(({ directory }) =>
    context.uses
      .filter((use) => use.path === dockerfile.path)
      .some((use) => use.sources.some((source) => namesDirectory(join(context.directory, source), directory))),
  );
  if (named.length > 0) return named;
  return within.filter(({ directory }) => directory === context.directory);
}

/** The source is the application's directory or something in it, but not a directory above it. */
function namesDirectory(source: string, directory: string): boolean {
  return directory !== '' && isBelow(source, directory);
}

function isBelow(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

function join(directory: string, source: string): string {
  const parts = [...directory.split('/'), ...source.split('/')].filter((part) => part !== '' && part !== '.');
  return parts.join('/');
}

/** Programs that run an application of a language. */
const runners: Readonly<Record<ApplicationLanguage, RegExp>> = {
  node: /^(?:node|nodejs|npm|npx|yarn|pnpm|bun|deno|tsx|ts-node|pm2(?:-runtime)?|next|nest|nodemon)$/,
  python:
    /^(?:python[\d.]*|pypy[\d.]*|gunicorn|uvicorn|hypercorn|daphne|waitress-serve|flask|celery|uwsgi|fastapi|django-admin|manage\.py|poetry|pipenv|uv)$/,
  go: /^/,
  java: /^(?:java|catalina\.sh|mvn|gradle|gradlew)$/,
  ruby: /^(?:ruby|bundle|rails|puma|unicorn|rackup|sidekiq)$/,
  php: /^(?:php[\d.]*|php-fpm[\d.]*|apache2-foreground|frankenphp)$/,
  rust: /^/,
  dotnet: /^(?:dotnet|.*\.dll)$/,
};

/** Servers of files: what stands beside them was built, and runs in browsers. */
const fileServers = /^(?:nginx|httpd|caddy|apache2|lighttpd|traefik)$/;

function canRun({ dockerfile, stage }: ImageBuild, language: ApplicationLanguage): boolean {
  if (!stage) return false;
  const base = baseImageOf(stage);
  const image = base.reference?.repository.replace(/^.*\//, '') ?? '';
  const programs = (['ENTRYPOINT', 'CMD'] as const).flatMap((name) => {
    const instruction = lastInstruction(stage, name);
    return ((instruction && dockerfile.script(instruction)?.commands) ?? []).map((command) => command.name);
  });
  if (fileServers.test(image) || programs.some((program) => fileServers.test(program))) return false;
  if (language === 'go' || language === 'rust') return programs.length > 0;
  if (programs.some((program) => runners[language].test(program))) return true;
  return base.runtime?.name.startsWith(language) ?? false;
}
