import type { PeerId } from '../../core/finding.ts';
import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertWord } from '../../dockerfile/edit.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { isDevelopmentFile, isDevelopmentStage } from '../../project/development-stage.ts';
import { runsProgram } from '../../project/image-purpose.ts';
import { buildsOf, type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';

const composerPeer: PeerId = 'tally:php/composer-no-dev-in-production';
const bundlePeer: PeerId = 'tally:ruby/missing-bundle-without-development';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'composer or bundle installs development packages into the stage that ships',
  why: 'Test runners, debuggers and consoles are pulled by every node, scanned for vulnerabilities, and some of them run code for whoever asks.',
  remedy: 'composer install --no-dev; for Bundler, ENV BUNDLE_WITHOUT="development:test" before bundle install.',
  peers: [composerPeer, bundlePeer],
  check({ dockerfile, project }, { report }) {
    const installs = packageCommands(dockerfile, 'composer', 'bundle').filter(
      ({ read }) => read.action === 'install-project' && !read.global,
    );
    if (installs.length === 0) return;
    const configured = configuredStages(dockerfile);
    for (const stage of shippedStages(project, dockerfile)) {
      if (
        isDevelopmentFile(project, dockerfile) ||
        isDevelopmentStage(stage) ||
        !runsProgram(project, dockerfile, stage)
      )
        continue;
      const chain = new Set(stageChain(stage));
      for (const placed of installs) {
        if (
          placed.stage === undefined ||
          !chain.has(placed.stage) ||
          configured.has(placed.stage) ||
          leavesOut(dockerfile, placed)
        )
          continue;
        const isComposer = placed.read.tool === 'composer';
        const listed = listsDevelopment(project, dockerfile, isComposer);
        if (listed === false) continue;
        const fix = isComposer ? noDev(dockerfile, placed) : undefined;
        report({
          at: placed.command.range,
          severity: listed || isProduction(dockerfile, placed) ? 'warning' : 'note',
          message: `${isComposer ? 'composer install' : 'bundle install'} brings the packages for development into the image.`,
          peers: [isComposer ? composerPeer : bundlePeer],
          ...(fix && { fix }),
        });
      }
    }
  },
});

function leavesOut(dockerfile: Dockerfile, placed: PlacedPackageCommand): boolean {
  const { read, command, instruction } = placed;
  if (read.omitDevelopment) return true;
  const scope = environmentAt(dockerfile, instruction);
  const names =
    read.tool === 'composer' ? ['COMPOSER_NO_DEV'] : ['BUNDLE_WITHOUT', 'BUNDLE_ONLY', 'BUNDLE_DEPLOYMENT_WITHOUT'];
  if (names.some((name) => scope.has(name) || command.assignments.some((each) => each.name === name))) return true;
  // Images for development and tests say so in the variables that the frameworks read.
  if (['RAILS_ENV', 'RACK_ENV', 'APP_ENV'].some((name) => /^(?:dev|test|local)/.test(scope.get(name) ?? '')))
    return true;
  return read.flags.some(({ name }) => name === 'without' || name === 'only');
}

/** Stages in which a step says it: by `bundle config`, or in a second installation without them. */
function configuredStages(dockerfile: Dockerfile): ReadonlySet<Stage | undefined> {
  const saying = dockerfile.commandsNamed('bundle', 'bundler', 'composer').filter(({ command }) => {
    const words = command.arguments.map(({ value }) => value);
    return (words[0] === 'config' && /\b(?:without|only)\b/.test(words.join(' '))) || words.includes('--no-dev');
  });
  return new Set(saying.map(({ stage }) => stage));
}

/** Whether the manifest names packages for development; undefined where it is not seen. */
function listsDevelopment(project: Project, dockerfile: Dockerfile, isComposer: boolean): boolean | undefined {
  const directories = new Set(buildsOf(project, dockerfile).map(({ context }) => context?.directory));
  const name = isComposer ? 'composer.json' : 'Gemfile';
  const application = project.applications.find(
    ({ directory, manifests }) => directories.has(directory) && manifests.has(name),
  );
  const text = application?.manifests.get(name)?.text;
  return text === undefined ? undefined : (isComposer ? /"require-dev"/ : /\bdevelopment\b/).test(text);
}

function isProduction(dockerfile: Dockerfile, { instruction }: PlacedPackageCommand): boolean {
  const scope = environmentAt(dockerfile, instruction);
  return ['RAILS_ENV', 'RACK_ENV', 'APP_ENV'].some((name) => /^prod/.test(scope.get(name) ?? ''));
}

function noDev(dockerfile: Dockerfile, { read }: PlacedPackageCommand): Fix | undefined {
  if (read.subcommand === undefined) return undefined;
  return {
    title: 'Pass --no-dev',
    changes: { edits: [insertWord(dockerfile, read.subcommand.range, '--no-dev')] },
    assumptions: [
      {
        statement: 'The program needs no package of require-dev when it runs.',
        state: 'unknown',
        question: 'Does the image run tests, or does the program load a package of require-dev?',
      },
    ],
  };
}
