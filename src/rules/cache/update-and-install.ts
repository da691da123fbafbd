import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { PlacedPackageCommand } from '../../dockerfile/package-commands.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';
import { nothingLaterInstalls } from '../../repairs/later-installs.ts';
import { mayReadLists } from '../../repairs/list-dependents.ts';
import { aptTools, installing, updateWithInstall } from '../../repairs/update-with-install.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Package lists are updated in another RUN than the one that installs',
  why: 'The layer with the lists is cached for ever: a later install works with old lists, gets old versions or fails because they are gone.',
  remedy: 'Write apt-get update && apt-get install in one RUN.',
  peers: ['trivy:DS017', 'checkov:CKV_DOCKER_5', 'kics:update-instruction-alone', 'parfum:aptGetUpdatePrecedesInstall'],
  check({ dockerfile, project }, { report }) {
    const runs = runsOf(dockerfile);
    const installs = runs.some(({ install }) => install !== undefined);
    const named = dockerfile.commands.some(({ command }) => command.arguments.some(({ value }) => value === 'install'));
    const shipped = new Set(shippedStages(project, dockerfile).flatMap((stage) => stageChain(stage)));
    for (const [at, run] of runs.entries()) {
      if (run.update === undefined || run.install !== undefined || mayInstallBehind(dockerfile, run.update)) continue;
      const dependent = dependentRuns(runs.slice(at + 1), run.stage);
      const { stage } = run;
      const fix = updateWithInstall(project, dockerfile, run.update, stage !== undefined && shipped.has(stage));
      const later = fix && stage && nothingLaterInstalls(project, dockerfile, stage, aptTools);
      report({
        ...(fix && { fix: later ? { ...fix, assumptions: [...fix.assumptions, later] } : fix }),
        at: run.update.command.range,
        message: 'This RUN only updates the package lists; what installs from them stands in another one.',
        also: dependent.map(({ command }) => ({
          range: command.range,
          note: 'installs from these lists, however old they are',
        })),
        // Checkov counts updates and installs of the whole file, by their names; KICS wants an install behind the update.
        peers: [
          'trivy:DS017',
          ...(installs ? (['kics:update-instruction-alone'] as const) : []),
          ...(installs || named ? [] : (['checkov:CKV_DOCKER_5'] as const)),
          ...(dependent.length > 0 ? (['parfum:aptGetUpdatePrecedesInstall'] as const) : []),
        ],
      });
    }
  },
});

/** A script or a program that installs packages, in the RUN of the update behind it: `puppeteer browsers install --install-deps`. */
function mayInstallBehind(dockerfile: Dockerfile, { instruction, command }: PlacedPackageCommand): boolean {
  const commands = dockerfile.script(instruction)?.commands ?? [];
  return mayReadLists(commands.filter(({ range }) => range.start > command.range.end));
}

/** What one RUN does with the package lists. */
interface ListRun {
  readonly stage: Stage | undefined;
  readonly update: PlacedPackageCommand | undefined;
  readonly install: PlacedPackageCommand | undefined;
}

function runsOf(dockerfile: Dockerfile): ListRun[] {
  const groups = new Map<object, PlacedPackageCommand[]>();
  for (const placed of packageCommands(dockerfile, ...aptTools)) {
    const group = groups.get(placed.instruction);
    if (group) group.push(placed);
    else groups.set(placed.instruction, [placed]);
  }
  return [...groups.values()].map((group) => ({
    stage: group[0]?.stage,
    update: group.find(({ read }) => read.action === 'update-index'),
    install: group.find(({ read }) => installing.has(read.action)),
  }));
}

/** The RUNs of the stage that install from the same lists: up to the next one that fetches its own. */
function dependentRuns(later: readonly ListRun[], stage: Stage | undefined): PlacedPackageCommand[] {
  const end = later.findIndex((run) => run.stage !== stage || run.update !== undefined);
  return later
    .slice(0, end === -1 ? undefined : end)
    .flatMap(({ install }) => (install && installsFromLists(install) ? [install] : []));
}

function installsFromLists({ read }: PlacedPackageCommand): boolean {
  return read.action === 'install' && read.packages.some(({ kind }) => kind === 'registry');
}
