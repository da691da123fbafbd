import { entryPointOf } from '../bases/entry-points.ts';
import type { Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { inCaseOf, insertLinesAfter, insertLinesBefore } from '../dockerfile/edit-lines.ts';
import type { CmdInstruction, EntrypointInstruction } from '../dockerfile/instruction.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { baseImageOf, isRootUser, stageChain } from '../project/stage-facts.ts';

/** Release from which on the distribution has tini, of those whose packages are still where they were: https://tracker.debian.org/pkg/tini, https://packages.ubuntu.com/tini. */
const since: Readonly<Record<string, number>> = { debian: 11, ubuntu: 20.04, alpine: 3.4 };

/**
 * Installs tini and starts the program through it; undefined where the base is not one of these, where it starts the program in a way of its own, or where
 * another stage stands on this one.
 */
export function startThroughInit(
  dockerfile: Dockerfile,
  stage: Stage,
  start: CmdInstruction | EntrypointInstruction,
): Fix | undefined {
  const image = baseImageOf(stage);
  const from = since[image.distribution];
  if (from === undefined || Number.parseFloat(image.distributionVersion ?? '') < from) return undefined;
  if (
    stageChain(stage).length > 1 ||
    dockerfile.stages.some((each) => each !== stage && stageChain(each).includes(stage))
  )
    return undefined;
  if (start.name === 'CMD' && !['none', 'runs'].includes(entryPointOf(image))) return undefined;
  const [word] = start.command.form === 'exec' ? start.command.words : [];
  const installed = installEdit(dockerfile, stage);
  if (word === undefined || installed === undefined || start.syntax.innerComments.length > 0) return undefined;
  const through: TextEdit =
    start.name === 'ENTRYPOINT'
      ? {
          path: dockerfile.path,
          range: { start: word.range.start, end: word.range.start },
          replacement: '"tini", "--", ',
        }
      : insertLinesBefore(dockerfile, start, [`${inCaseOf(start, 'ENTRYPOINT')} ["tini", "--"]`]);
  return {
    title: 'Start the program through tini',
    changes: { edits: [installed, through] },
    assumptions: [
      {
        statement: 'Nothing stops the program at SIGTERM today, and it may stop at once.',
        state: 'unknown',
        question:
          'Does no library stop the program at SIGTERM, is it run without docker run --init, and may it end at once, in the middle of a request? A handler of its own lets it answer first.',
      },
    ],
  };
}

/** The package among those that root installs in a step of the stage, else in a step behind FROM. */
function installEdit(dockerfile: Dockerfile, stage: Stage): TextEdit | undefined {
  const image = baseImageOf(stage);
  const isAlpine = image.distribution === 'alpine';
  const tools = isAlpine ? ['apk'] : ['apt-get', 'apt'];
  const user = dockerfile.instructionsNamed('USER').find((each) => each.stage === stage)?.instruction.range.start;
  const install = packageCommands(dockerfile, ...tools).find(
    ({ stage: own, read, command }) =>
      own === stage &&
      read.action === 'install' &&
      command.range.start < (user ?? Number.POSITIVE_INFINITY) &&
      read.packages.every(({ word }) => word.literal),
  );
  const [before, last] = install?.read.packages.slice(-2).map(({ word }) => word.range) ?? [];
  if (image.user === undefined || !isRootUser(image.user) || stage.from === undefined) return undefined;
  const behind = last ?? before;
  if (behind !== undefined) {
    // One a line where they stand so.
    const between = before && last ? dockerfile.text.slice(before.end, last.start) : ' ';
    const gap = /^[\s\\`]+$/.test(between) ? between : ' ';
    return { path: dockerfile.path, range: { start: behind.end, end: behind.end }, replacement: `${gap}tini` };
  }
  const step = isAlpine
    ? 'apk add --no-cache tini'
    : 'apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*';
  return insertLinesAfter(dockerfile, stage.from, [`${inCaseOf(stage.from, 'RUN')} ${step}`]);
}
