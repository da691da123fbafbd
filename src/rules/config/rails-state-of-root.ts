import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { CopyInstruction, ValueInstruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { copiedFiles } from '../../project/copied-files.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, finalUser, imageInstructions, lastInstruction, stageChain } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A Rails application runs as a user that cannot write its tmp and log directories',
  why: 'Rails writes to tmp, log, storage and db of the application; copied without --chown they are those of root, and the first request that needs one fails.',
  remedy: 'Copy the application with --chown, or chown tmp, log, storage and db.',
  peers: ['tally:ruby/state-paths-not-writable-as-non-root'],
  check({ dockerfile, project }, { report }) {
    if (!/\brails\b/i.test(dockerfile.text)) return;
    for (const stage of shippedStages(project, dockerfile)) {
      const { instruction: user, isRoot } = finalUser(dockerfile, stage);
      if (isRoot !== false || user === undefined || !isRails(dockerfile, stage)) continue;
      const copy = copiedFiles(dockerfile, stage).findLast(({ instruction }) => takesApplication(instruction));
      if (
        copy === undefined ||
        copy.instruction.chown !== undefined ||
        changesOwner(dockerfile, stage, copy.instruction)
      )
        continue;
      report({
        at: copy.instruction.range,
        message: `The application is copied as root's, and ${describe(user)} runs it.`,
        also: [{ range: user.range, note: 'the user that runs it' }],
      });
    }
  },
});

function describe(user: ValueInstruction): string {
  return user.value.value.trim();
}

/** Something starts Rails or says in which environment it runs, on Ruby. */
function isRails(dockerfile: Dockerfile, stage: Stage): boolean {
  const start = [lastInstruction(stage, 'ENTRYPOINT'), lastInstruction(stage, 'CMD')];
  const startsRails = start.some(
    (each) => each !== undefined && /\brails\b/.test(dockerfile.text.slice(each.range.start, each.range.end)),
  );
  const hasEnvironment = imageInstructions(stage).some(
    (each) => each.name === 'ENV' && each.pairs.some(({ key }) => key.value === 'RAILS_ENV'),
  );
  return (startsRails || hasEnvironment) && (baseImageOf(stage).runtime?.name === 'ruby' || startsRails);
}

/** `COPY . .`, `COPY . /app`, `COPY --from=build /rails /rails`. */
function takesApplication({ sources, from }: CopyInstruction): boolean {
  const [source] = sources;
  if (source === undefined || sources.length !== 1) return false;
  return from === undefined
    ? /^\.\/?$/.test(source.value)
    : /^\/(?:rails|app|usr\/src\/app|src|srv\/app)\/?$/.test(source.value);
}

function changesOwner(dockerfile: Dockerfile, stage: Stage, copy: CopyInstruction): boolean {
  const chain = new Set(stageChain(stage));
  return dockerfile
    .commandsNamed('chown', 'chmod', 'chgrp', 'install', 'setfacl')
    .some(
      (placed) =>
        placed.stage !== undefined && chain.has(placed.stage) && placed.instruction.range.start > copy.range.start,
    );
}
