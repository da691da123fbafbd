import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { isBuildOnly } from '../../ecosystems/facts.ts';
import type { PackageArgument } from '../../ecosystems/package-command.ts';
import { isBuilderOfCompose, isDevelopmentFile, isDevelopmentStage } from '../../project/development-stage.ts';
import { runsProgram } from '../../project/image-purpose.ts';
import { type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, stageChain } from '../../project/stage-facts.ts';
import { needOfStart } from '../../repairs/build-tools/needs-of-start.ts';
import { removeBuildTools, type ToolRemoval } from '../../repairs/build-tools/remove-build-tools.ts';
import { convertToStages } from '../../repairs/multi-stage/convert-to-stages.ts';

const systemEcosystems = new Set(['apt', 'apk', 'rpm']);

const advice =
  'Install them in a build stage and copy the result, or remove them in the RUN that installs them (apk add --virtual … && apk del).';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Compilers and headers are installed in the stage that ships',
  why: 'They are pulled by every node, are most of what vulnerability scanners report, and hand an attacker the tools to build more.',
  remedy: advice,
  peers: [],
  check({ dockerfile, project }, { report }) {
    if (isDevelopmentFile(project, dockerfile)) return;
    for (const stage of shippedStages(project, dockerfile)) {
      // On an image that is made for building, a header package more is not what costs: size/lighter-base says what does.
      if (
        isDevelopmentStage(stage) ||
        isBuilderOfCompose(project, dockerfile, stage) ||
        !runsProgram(project, dockerfile, stage) ||
        baseImageOf(stage).toolchain === true
      )
        continue;
      const chain = new Set(stageChain(stage));
      for (const placed of packageCommands(dockerfile)) {
        if (placed.stage === undefined || !chain.has(placed.stage) || placed.read.action !== 'install') continue;
        if (!systemEcosystems.has(placed.read.ecosystem)) continue;
        const tools = placed.read.packages.filter(
          ({ name, kind }) => kind === 'registry' && isBuildOnly(placed.read.ecosystem, name),
        );
        const left = tools.filter((tool) => !removedLater(dockerfile, placed, tool));
        const [first, ...others] = left;
        if (first === undefined) continue;
        const repair = repairOf(project, dockerfile, stage, placed, left);
        // `if [ "$DEBUG" = true ]; then apk add boost-dev; fi`: what the build of the day does is not known.
        const isPerhaps = placed.command.place.inside.includes('branch');
        report({
          at: first.word.range,
          ...(isPerhaps && { severity: 'note' }),
          ...('fix' in repair && { fix: repair.fix }),
          ...('refusal' in repair && { remedy: `${advice} It is not done by a fix, because ${repair.refusal}.` }),
          message: isPerhaps
            ? `${list(left)} ${left.length === 1 ? 'stays' : 'stay'} in the image that ships where the condition of this step holds.`
            : `${list(left)} ${left.length === 1 ? 'stays' : 'stay'} in the image that ships.`,
          also: others.map(({ word }) => ({ range: word.range, note: 'only a build needs it' })),
          cause: `ships-toolchain:${stage.index}`,
        });
      }
    }
  },
});

function repairOf(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  install: PlacedPackageCommand,
  tools: readonly PackageArgument[],
): ToolRemoval {
  const need = needOfStart(project, dockerfile, stage, tools);
  if (need !== undefined) return { refusal: need };
  const conversion = convertToStages(project, dockerfile, stage);
  if (conversion !== undefined && 'fix' in conversion) return conversion;
  return removeBuildTools(dockerfile, stage, install, tools);
}

/** Removed by name, by virtual name, or in a way that cannot be followed (autoremove, a variable), in the same RUN. */
function removedLater(dockerfile: Dockerfile, install: PlacedPackageCommand, tool: PackageArgument): boolean {
  return packageCommands(dockerfile).some(
    (placed) =>
      placed.instruction === install.instruction &&
      placed.read.ecosystem === install.read.ecosystem &&
      placed.read.action === 'remove' &&
      (placed.read.packages.length === 0 ||
        placed.read.packages.some(
          ({ name, word }) =>
            name === tool.name ||
            name === install.read.virtual ||
            !word.literal ||
            (name.endsWith('*') && tool.name.startsWith(name.slice(0, -1))),
        )),
  );
}

function list(tools: readonly PackageArgument[]): string {
  const names = tools.map(({ name }) => name);
  return names.length > 3
    ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
    : names.join(' and ').replace(/ and (?=.* and )/g, ', ');
}
