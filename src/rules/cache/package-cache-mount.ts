import type { PeerId } from '../../core/finding.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { cachesOf } from '../../ecosystems/facts.ts';
import { installAgain } from '../../ecosystems/rebuild-work.ts';
import { packagesInstalled } from '../../project/dependency-count.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, stageChain } from '../../project/stage-facts.ts';
import { mountCache } from '../../repairs/mount-cache.ts';

const peer: PeerId = 'tally:prefer-package-cache-mounts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'A cache mount helps only where the builder keeps its state between builds, which most CI runners do not, and it needs BuildKit.',
  summary: 'A package manager downloads everything again on every change',
  why: 'When the step runs again, all packages are fetched anew; a cache mount keeps what was fetched on the builder, outside of the image.',
  remedy: "Mount the package manager's cache: RUN --mount=type=cache,target=….",
  peers: [peer],
  check({ dockerfile, project }, { report }) {
    const reported = new Set<unknown>();
    const shipped = new Set(shippedStages(project, dockerfile).flatMap((stage) => stageChain(stage)));
    for (const placed of packageCommands(dockerfile)) {
      const { read, instruction, stage } = placed;
      if (instruction.name !== 'RUN' || stage === undefined || reported.has(instruction) || read.noCache) continue;
      if (baseImageOf(stage).distribution === 'windows') continue;
      const caches = cachesOf(read.ecosystem, read.tool).filter(
        ({ cacheMount, actions }) => cacheMount && actions.includes(read.action),
      );
      const [cache, ...others] = caches;
      if (cache === undefined || instruction.mounts.some(({ type }) => type === 'cache')) continue;
      reported.add(instruction);
      const target = cache.path.replace(/^~/, '/root');
      const sharing = cache.sharing === 'locked' ? ',sharing=locked' : '';
      // In a stage that ships, what is left in the layer comes first: see `layers/package-cache-left`.
      const fix = shipped.has(stage)
        ? undefined
        : mountCache(project, dockerfile, stage, instruction, placed, [cache, ...others]);
      const count = read.action === 'install-project' ? packagesInstalled(project, dockerfile, placed) : undefined;
      const cost = count === undefined ? undefined : installAgain(read.ecosystem, count);
      report({
        ...(fix && { fix }),
        ...(cost && { cost }),
        at: instruction.keyword.range,
        message: `${read.tool} keeps nothing of what it fetches for the next build.`,
        remedy: `RUN --mount=type=cache,target=${target}${sharing} keeps it on the builder.`,
        peers: claimed.has(read.tool) ? [peer] : [],
      });
    }
  },
});

/** Tools whose steps the other linter looks at. */
const claimed: ReadonlySet<string> = new Set([
  'npm',
  'go',
  'apt-get',
  'apt',
  'apk',
  'dnf',
  'yum',
  'zypper',
  'pip',
  'bundle',
  'yarn',
  'pnpm',
  'cargo',
  'dotnet',
  'composer',
  'uv',
  'bun',
]);
