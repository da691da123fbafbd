import type { Fix } from '../../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { insertBefore } from '../../dockerfile/edit.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { isDevelopmentStage } from '../../project/development-stage.ts';
import { dockerfileRule } from '../../project/rule.ts';

const names = ['SECRET_KEY_BASE_DUMMY', 'SECRET_KEY_BASE', 'RAILS_MASTER_KEY'];

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'Rails compiles its assets in production mode and is given no key',
  why: 'Rails then reads config/master.key, which has to be in the build context and so gets into a layer, or the build fails.',
  remedy: 'Run it with SECRET_KEY_BASE_DUMMY=1 (Rails 7.1 and later), or SECRET_KEY_BASE=1 for that one command.',
  peers: ['tally:ruby/asset-precompile-without-dummy-key'],
  check({ dockerfile }, { report }) {
    if (!dockerfile.text.includes('assets:precompile')) return;
    for (const placed of dockerfile.commandsNamed('rails', 'rake', 'bundle', 'bin/rails')) {
      const { command, stage } = placed;
      if (stage === undefined || isDevelopmentStage(stage)) continue;
      if (!command.arguments.some(({ value }) => value === 'assets:precompile')) continue;
      if (!isProduction(dockerfile, placed) || hasKey(dockerfile, placed)) continue;
      const fix = withKeyOfItsOwn(dockerfile, placed);
      report({
        at: command.range,
        message: 'assets:precompile is given no key, so it needs the real one.',
        ...(fix && { fix }),
      });
    }
  },
});

/** For this one command, and nothing of it stays in the image. */
function withKeyOfItsOwn(dockerfile: Dockerfile, { command, instruction }: PlacedCommand): Fix | undefined {
  const script = dockerfile.script(instruction);
  if (
    script?.form !== 'shell' ||
    (script.dialect !== 'posix' && script.dialect !== 'bash') ||
    command.wrappers.length > 0
  )
    return undefined;
  return {
    title: 'Give it a key for this one command',
    changes: { edits: [insertBefore(dockerfile, command.range, 'SECRET_KEY_BASE=1 ')] },
    assumptions: [
      { statement: 'The step runs without a key in its environment now.', state: 'holds' },
      {
        statement: 'Nothing that is compiled depends on the key or on encrypted credentials.',
        state: 'unknown',
        question:
          'Does an initializer read Rails.application.credentials while assets are compiled? Rails 7.1 and later pass over that with SECRET_KEY_BASE_DUMMY=1.',
      },
    ],
  };
}

function isProduction(dockerfile: Dockerfile, { command, instruction }: PlacedCommand): boolean {
  return (
    environmentAt(dockerfile, instruction).get('RAILS_ENV') === 'production' ||
    [...command.assignments].some(({ name, value }) => name === 'RAILS_ENV' && value?.value === 'production') ||
    command.arguments.some(({ value }) => value === 'RAILS_ENV=production')
  );
}

/** By the environment, a mount, or anything that the step itself says of one. */
function hasKey(dockerfile: Dockerfile, { instruction }: PlacedCommand): boolean {
  const scope = environmentAt(dockerfile, instruction);
  const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
  return (
    names.some((name) => scope.has(name) || scope.declaration(name) !== undefined || text.includes(name)) ||
    /--mount=type=secret|SECRET_TOKEN|_key\b/i.test(text)
  );
}
