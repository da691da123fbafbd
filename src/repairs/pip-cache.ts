import type { Assumption } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { baseImageOf, stageChain } from '../project/stage-facts.ts';

/** The first release of a distribution whose package of pip knows the option. */
const since: Readonly<Record<string, number>> = {
  debian: 9,
  ubuntu: 16.04,
  alpine: 3.2,
  fedora: 22,
  centos: 6,
  rhel: 6,
};

/** pip has --no-cache-dir since 6.0; what a distribution of 2014 packaged is older and ends with an error. */
export function pipKnowsNoCacheDir(dockerfile: Dockerfile, stage: Stage, run: RunInstruction): Assumption {
  const statement = 'pip is 6.0 or later, which knows --no-cache-dir.';
  const { distribution, distributionVersion, runtime } = baseImageOf(stage);
  const chain = stageChain(stage);
  const before = packageCommands(dockerfile).filter(
    (placed) =>
      placed.stage !== undefined && chain.includes(placed.stage) && placed.command.range.start < run.range.end,
  );
  const first = since[distribution];
  const version = Number.parseFloat(distributionVersion ?? '');
  const isOld = first !== undefined && !Number.isNaN(version) && version < first;
  const isPackaged = before.some(
    ({ read }) =>
      ['apt', 'apk', 'rpm'].includes(read.ecosystem) &&
      read.packages.some(({ name }) => /^py(?:thon[\d.]*)?-?.*pip$/.test(name)),
  );
  const isUnknown = distribution === 'unknown' && isPackaged;
  if (runtime?.name === 'python' || (!isOld && !isUnknown)) return { statement, state: 'holds' };
  const isProven = before.some(
    ({ read, instruction }) => instruction !== run && read.ecosystem === 'pip' && read.noCache,
  );
  const isNewer = before.some(
    ({ read, instruction }) =>
      instruction !== run && read.ecosystem === 'pip' && read.packages.some(({ name }) => name === 'pip'),
  );
  const fetched = dockerfile.commands.some(
    ({ command, stage: own }) =>
      own !== undefined &&
      chain.includes(own) &&
      command.range.start < run.range.start &&
      command.arguments.some(({ value }) => /get-pip\.py/.test(value)),
  );
  if (isProven || isNewer || fetched) return { statement, state: 'holds' };
  if (isOld) return { statement, state: 'fails' };
  return {
    statement,
    state: 'unknown',
    question: 'Is pip 6.0 or later in this image? «pip --version» says so; an older one does not know the option.',
  };
}
