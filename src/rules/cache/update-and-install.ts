import type { PlacedPackageCommand } from '../../dockerfile/package-commands.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';

const tools = ['apt-get', 'apt', 'aptitude'];

const installing: ReadonlySet<string> = new Set(['install', 'upgrade', 'dist-upgrade']);

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Package lists are updated in another RUN than the one that installs',
  why: 'The layer with the lists is cached for ever: a later install works with old lists, gets old versions or fails because they are gone.',
  remedy: 'Write apt-get update && apt-get install in one RUN.',
  peers: ['trivy:DS017', 'checkov:CKV_DOCKER_5', 'kics:update-instruction-alone', 'parfum:aptGetUpdatePrecedesInstall'],
  check({ dockerfile }, { report }) {
    const runs = new Map<object, PlacedPackageCommand[]>();
    for (const placed of packageCommands(dockerfile, ...tools)) {
      const group = runs.get(placed.instruction) ?? [];
      group.push(placed);
      runs.set(placed.instruction, group);
    }
    const installs = [...runs.values()].some((group) => group.some(({ read }) => installing.has(read.action)));
    const updatedStages = new Set<unknown>();
    for (const group of runs.values()) {
      const update = group.find(({ read }) => read.action === 'update-index');
      const install = group.find(({ read }) => installing.has(read.action));
      const stage = group[0]?.stage;
      if (update && !install)
        report({
          at: update.command.range,
          message: 'This RUN only updates the package lists; what installs from them stands in another one.',
          // Checkov counts updates and installs of the whole file; KICS wants an install behind the update.
          peers: installs ? ['trivy:DS017', 'kics:update-instruction-alone'] : ['trivy:DS017', 'checkov:CKV_DOCKER_5'],
        });
      else if (install && !update && updatedStages.has(stage) && installsFromLists(install))
        report({
          at: install.command.range,
          message: 'This RUN installs from package lists that an earlier, cached RUN fetched.',
          severity: 'note',
          peers: ['parfum:aptGetUpdatePrecedesInstall'],
        });
      if (update) updatedStages.add(stage);
    }
  },
});

function installsFromLists({ read }: PlacedPackageCommand): boolean {
  return read.action === 'install' && read.packages.some(({ kind }) => kind === 'registry');
}
