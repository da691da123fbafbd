import type { Assumption, Fix } from '../core/fix.ts';
import { type JsonObject, jsonObjectOf, parseJsonObject } from '../core/json-object.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertWord } from '../dockerfile/edit.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { Application } from '../project/application.ts';
import type { Project } from '../project/project.ts';
import { baseImageOf, stageChain } from '../project/stage-facts.ts';
import { developmentPrograms, namesPackage } from './node-programs.ts';
import { startsWithout } from './starts-without.ts';

const lifecycle = /^(?:pre|post)?(?:install|prepare)$|^(?:prepublish|dependencies)$/;

/** Leaves development dependencies out of the install of a stage that ships, where nothing is seen to use one. */
export function omitDevelopment(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  install: PlacedPackageCommand,
  application: Application,
  names: readonly string[],
): Fix | undefined {
  const option = optionFor(stage, install, application);
  const at = install.read.subcommand ?? install.command.arguments.at(-1) ?? install.command.nameWord;
  if (option === undefined) return undefined;
  const scripts = scriptsOf(application);
  return {
    title: `Pass ${option}`,
    changes: { edits: [insertWord(dockerfile, at.range, option)] },
    assumptions: [
      noScript(install, scripts),
      noGenerator(install, application, names),
      noStep(dockerfile, stage, install, names),
      startsWithout(project, dockerfile, stage, application, names),
      notImported(project, application, names),
    ],
  };
}

/** npm before version 7, which Node.js 16 brought, has --only=production in place of --omit=dev. */
function optionFor(stage: Stage, { read }: PlacedPackageCommand, { manifests }: Application): string | undefined {
  if (read.tool === 'pnpm') return '--prod';
  if (read.tool === 'yarn')
    return manifests.get('yarn.lock')?.text.includes('__metadata:') === false ? '--production' : undefined;
  const { runtime } = baseImageOf(stage);
  const major = runtime?.name === 'node' ? Number.parseInt(runtime.version ?? '', 10) : Number.NaN;
  return major < 16 ? '--only=production' : '--omit=dev';
}

function scriptsOf({ manifests }: Application): JsonObject {
  return jsonObjectOf(parseJsonObject(manifests.get('package.json')?.text ?? '')?.scripts);
}

function noScript({ read }: PlacedPackageCommand, scripts: JsonObject): Assumption {
  const statement = 'The install runs no script of the project.';
  const own = Object.keys(scripts).some((name) => lifecycle.test(name));
  return { statement, state: own && !read.ignoreScripts ? 'fails' : 'holds' };
}

/** The install script of `@prisma/client` makes the client with the program `prisma`, and one that fails at its first use without it. */
function noGenerator({ read }: PlacedPackageCommand, { manifests }: Application, names: readonly string[]): Assumption {
  const statement = 'No install script of a dependency calls a development dependency.';
  const listed = parseJsonObject(manifests.get('package.json')?.text ?? '')?.dependencies;
  const calls = names.includes('prisma') && Object.hasOwn(jsonObjectOf(listed), '@prisma/client');
  return { statement, state: calls && !read.ignoreScripts ? 'fails' : 'holds' };
}

/** Any script that a step runs, and any program of `node_modules/.bin`, may be one for development. */
function noStep(
  dockerfile: Dockerfile,
  stage: Stage,
  install: PlacedPackageCommand,
  names: readonly string[],
): Assumption {
  const statement = 'No step of the build uses a development dependency.';
  const programs = developmentPrograms(names, undefined);
  const chain = new Set<Stage | undefined>(stageChain(stage));
  // Other stages may take the modules from this one.
  const near = dockerfile.stages.filter((each) => chain.has(each) || each.dependsOn.some((other) => chain.has(other)));
  const runs = packageCommands(dockerfile, 'npm', 'yarn', 'pnpm', 'npx').some(
    ({ read, stage: own, command }) =>
      own !== undefined &&
      near.includes(own) &&
      command !== install.command &&
      (read.action === 'run' || read.action === 'build' || read.action === 'other'),
  );
  const calls = dockerfile.commands.some(
    ({ command, stage: own }) =>
      own !== undefined &&
      near.includes(own) &&
      (names.includes(command.name) ||
        /node_modules\/\.bin|^(?:node|npx|make)$/.test(command.nameWord.value) ||
        programs.has(command.name)),
  );
  return { statement, state: runs || calls ? 'fails' : 'holds' };
}

/** A name in quotes in a source, other than a type's, may be loaded when the program runs. */
function notImported(
  { readFile }: Project,
  { sourcePaths, complete }: Application,
  names: readonly string[],
): Assumption {
  const statement = 'No source names a development dependency.';
  const loaded = names.filter((name) => !name.startsWith('@types/'));
  const form = namesPackage(loaded);
  const sources = sourcePaths.filter((path) => !/(?:^|\/)[\w.-]+\.config\.\w+$|\.d\.ts$/.test(path));
  const isNamed =
    loaded.length > 0 &&
    sources.some((path) => form.test((readFile?.(path)?.text ?? '').replace(/^[ \t]*import\s+type\s[^\n]*/gm, '')));
  if (isNamed) return { statement, state: 'fails' };
  if (complete && readFile !== undefined && sources.length > 0) return { statement, state: 'holds' };
  return { statement, state: 'unknown', question: 'Does the program load a package of devDependencies when it runs?' };
}
