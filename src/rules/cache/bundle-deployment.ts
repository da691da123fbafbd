import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { isDevelopmentStage } from '../../project/development-stage.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'bundle install may change Gemfile.lock',
  why: 'Outside of deployment mode Bundler resolves again what the lock file does not fit, so that two builds of one commit may hold different gems.',
  remedy: 'Set ENV BUNDLE_DEPLOYMENT=1 before bundle install; BUNDLE_FROZEN=1 does the same for the lock file alone.',
  peers: ['tally:ruby/missing-bundle-deployment'],
  check({ dockerfile }, { report }) {
    const installs = packageCommands(dockerfile, 'bundle');
    if (installs.length === 0) return;
    const configured = configuredStages(dockerfile);
    for (const placed of installs) {
      if (placed.read.action !== 'install-project' || placed.stage === undefined || isDevelopmentStage(placed.stage))
        continue;
      if (isProduction(dockerfile, placed) && !configured.has(placed.stage) && !keepsToLock(dockerfile, placed))
        report({ at: placed.command.range, message: 'Bundler is not told to keep to Gemfile.lock.' });
    }
  },
});

/** Only where the file says that the image is for production: elsewhere a lock file may be missing on purpose. */
function isProduction(dockerfile: Dockerfile, { instruction, command }: PlacedPackageCommand): boolean {
  const scope = environmentAt(dockerfile, instruction);
  return (
    ['RAILS_ENV', 'RACK_ENV'].some((name) => scope.get(name) === 'production') ||
    command.assignments.some(({ name, value }) => /^(?:RAILS|RACK)_ENV$/.test(name) && value?.value === 'production')
  );
}

function keepsToLock(dockerfile: Dockerfile, { read, command, instruction }: PlacedPackageCommand): boolean {
  if (read.frozen) return true;
  const scope = environmentAt(dockerfile, instruction);
  const names = ['BUNDLE_DEPLOYMENT', 'BUNDLE_FROZEN'];
  return names.some((name) => scope.has(name) || command.assignments.some((each) => each.name === name));
}

/** Stages in which `bundle config` says it. */
function configuredStages(dockerfile: Dockerfile): ReadonlySet<Stage | undefined> {
  const saying = dockerfile.commandsNamed('bundle', 'bundler').filter(({ command }) => {
    const words = command.arguments.map(({ value }) => value);
    return words[0] === 'config' && words.some((word) => word === 'deployment' || word === 'frozen');
  });
  return new Set(saying.map(({ stage }) => stage));
}
