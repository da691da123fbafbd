import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import type { Application } from '../../project/application.ts';
import { copiedFiles } from '../../project/copied-files.ts';
import { fileBroughtTo } from '../../project/copied-script.ts';
import { isDevelopmentFile, isDevelopmentStage } from '../../project/development-stage.ts';
import { runsProgram } from '../../project/image-purpose.ts';
import { installsInto } from '../../project/moved-files.ts';
import { buildsOf, type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain, workingDirectory } from '../../project/stage-facts.ts';
import { startedWords } from '../../project/started-commands.ts';
import { omitDevelopment } from '../../repairs/omit-development.ts';

const tools = ['npm', 'yarn', 'pnpm'];

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Development dependencies are installed in the stage that ships',
  why: 'Compilers, test runners and linters of the project are pulled by every node and scanned for vulnerabilities, and none of them runs.',
  remedy:
    'Install with --omit=dev (yarn --production, pnpm --prod) in the stage that ships; build in a stage of its own.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    if (isDevelopmentFile(project, dockerfile)) return;
    const directories = new Set(buildsOf(project, dockerfile).map(({ context }) => context?.directory));
    const application = project.applications.find(
      (each) => each.language === 'node' && directories.has(each.directory),
    );
    const development = application ? developmentNames(application) : [];
    if (application === undefined || development.length === 0) return;
    for (const stage of shippedStages(project, dockerfile)) {
      if (isDevelopmentStage(stage) || runsTests(stage) || !runsProgram(project, dockerfile, stage)) continue;
      const chain = new Set(stageChain(stage));
      const own = packageCommands(dockerfile, ...tools).filter(
        (placed) => placed.stage !== undefined && chain.has(placed.stage),
      );
      const install = own.find(
        (placed) =>
          installsDevelopment(dockerfile, placed) && !readsAnother(project, dockerfile, stage, placed, application),
      );
      if (install === undefined || own.some((placed) => prunes(placed))) continue;
      const fix = application && omitDevelopment(project, dockerfile, stage, install, application, development);
      report({
        ...(fix && { fix }),
        at: install.command.range,
        message: `${install.read.tool} ${install.read.subcommand?.value ?? 'install'} brings ${development.length} development ${development.length === 1 ? 'dependency' : 'dependencies'} into the image, with all that ${development.length === 1 ? 'it needs' : 'they need'}: ${development.slice(0, 3).join(', ')}${development.length > 3 ? ' …' : ''}.`,
      });
    }
  },
});

/**
 * Whether an install works elsewhere than where the application's package.json is copied to: in a directory of its own (`--prefix`, `cd`), where another
 * one of the context lies, or one that was downloaded. Files that other stages or `mv` and `cp` bring are followed.
 */
function readsAnother(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  install: PlacedPackageCommand,
  application: Application,
): boolean {
  const { instruction } = install;
  const [place, ...others] = installsInto(dockerfile, install);
  if (place === undefined || others.length > 0) return false;
  if (place === workingDirectory(dockerfile, stage, instruction).path) return false;
  if (instruction.name === 'RUN' && instruction.mounts.some(({ type }) => type === 'bind')) return false;
  const byPattern = stageChain(stage).some((each) =>
    copiedFiles(dockerfile, each).some(
      ({ instruction: { sources }, destination }) =>
        destination === place && sources.some(({ value }) => /[*?[]/.test(value)),
    ),
  );
  if (byPattern) return false;
  const copied = buildsOf(project, dockerfile).flatMap(({ context }) =>
    context?.directory === application.directory
      ? [fileBroughtTo(context, dockerfile, stage, place === '/' ? '/package.json' : `${place}/package.json`)]
      : [],
  );
  return !copied.includes('package.json');
}

/** A container that runs the tests is what the development dependencies are for. */
function runsTests(stage: Stage): boolean {
  const [started, ...words] = startedWords(stage);
  if (started === undefined) return false;
  const program = baseName(started);
  if (testRunner.test(program)) return true;
  const first = words.find(
    (word, at) => !word.startsWith('-') && !takesValue(program, words[at - 1]) && word !== 'run' && word !== 'exec',
  );
  return (
    /^(?:npx|npm|yarn|pnpm)$/.test(program) &&
    first !== undefined &&
    (testRunner.test(baseName(first)) || /^(?:test|e2e)$/.test(first))
  );
}

/** The directory or package of a workspace that an option names is no script. */
function takesValue(program: string, option: string | undefined): boolean {
  if (option === undefined) return false;
  // For pnpm -w is the root of the workspace, without a value.
  return (
    /^(?:--prefix|--filter|--workspace|--dir|--cwd|-C|-F)$/.test(option) || (option === '-w' && program !== 'pnpm')
  );
}

function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

const testRunner = /^(?:playwright|cypress|jest|vitest|mocha|ava|newman|storybook|testcafe|wdio)$/;

function developmentNames({ manifests }: Application): string[] {
  return Object.keys(jsonObjectOf(parseJsonObject(manifests.get('package.json')?.text ?? '')?.devDependencies));
}

function installsDevelopment(dockerfile: Dockerfile, { read, command, instruction }: PlacedPackageCommand): boolean {
  if (read.action !== 'install-project' || read.omitDevelopment || read.global) return false;
  const production = (value: string | undefined) => value === 'production';
  if (command.assignments.some(({ name, value }) => name === 'NODE_ENV' && production(value?.value))) return false;
  const scope = environmentAt(dockerfile, instruction);
  // A value that is not known may be production.
  return !scope.has('NODE_ENV') || (scope.get('NODE_ENV') !== undefined && !production(scope.get('NODE_ENV')));
}

/** `npm prune`, a second install with --omit=dev: the layer keeps them, but that is another fault. */
function prunes({ read, command }: PlacedPackageCommand): boolean {
  return (
    command.arguments.some(({ value }) => value === 'prune') ||
    (read.action === 'install-project' && read.omitDevelopment)
  );
}
