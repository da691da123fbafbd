import type { Cost, PeerId } from '../../core/finding.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import type { RunInstruction } from '../../dockerfile/instruction.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { type CacheTrace, tracesOfRun } from '../../ecosystems/cleanup.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';
import { cleanCache, isCargoHome, mountTargets } from '../../repairs/clean-cache.ts';

/** Who else reports what a tool leaves, and the flag that keeps the tool from leaving it. */
const tools: Readonly<Record<string, { readonly peers: readonly PeerId[]; readonly flag?: string }>> = {
  'apt-get': {
    peers: ['hadolint:DL3009', 'kics:apt-get-install-lists-were-not-deleted', 'parfum:aptGetInstallThenRemoveAptLists'],
  },
  apt: { peers: ['hadolint:DL3009'] },
  aptitude: { peers: ['hadolint:DL3009'] },
  apk: { peers: ['hadolint:DL3019', 'kics:apk-add-using-local-cache-path', 'trivy:DS025', 'parfum:apkAddUseNoCache'] },
  yum: { peers: ['hadolint:DL3032', 'kics:yum-clean-all-missing', 'trivy:DS015', 'parfum:yumInstallRmVarCacheYum'] },
  dnf: { peers: ['hadolint:DL3040', 'trivy:DS019', 'kics:missing-dnf-clean-all'] },
  microdnf: { peers: ['hadolint:DL3040', 'trivy:DS027'] },
  zypper: { peers: ['hadolint:DL3036', 'kics:missing-zypper-clean', 'trivy:DS020'] },
  pip: {
    peers: ['hadolint:DL3042', 'kics:pip-install-keeping-cached-packages', 'parfum:pipUseNoCacheDir'],
    flag: '--no-cache-dir',
  },
  npm: { peers: ['parfum:npmCacheCleanAfterInstall'] },
  bundle: { peers: ['tally:ruby/leftover-bundler-cache'] },
  yarn: { peers: ['hadolint:DL3060', 'parfum:yarnCacheCleanAfterInstall'] },
};

/** Variables that switch a cache off or move it. */
const variables = [
  'PIP_NO_CACHE_DIR',
  'PIP_CACHE_DIR',
  'npm_config_cache',
  'NPM_CONFIG_CACHE',
  'YARN_CACHE_FOLDER',
  'XDG_CACHE_HOME',
  'GOCACHE',
  'GOMODCACHE',
  'CARGO_HOME',
  'UV_NO_CACHE',
  'UV_CACHE_DIR',
  'COMPOSER_CACHE_DIR',
  'BUNDLE_PATH',
  'GOFLAGS',
];

export const rule = dockerfileRule({
  severity: 'warning',
  summary: "A package manager's cache or package lists stay in an image that ships",
  why: 'They are stored and pulled with the image and never used again; a later RUN can hide but not remove them.',
  remedy: 'Remove them in the same RUN, tell the tool to keep none, or put them in a cache mount.',
  peers: [...new Set(Object.values(tools).flatMap(({ peers }) => peers))],
  check({ dockerfile, project }, { report }) {
    const runs = new Set(packageCommands(dockerfile).map(({ instruction }) => instruction));
    if (runs.size === 0) return;
    for (const stage of new Set(shippedStages(project, dockerfile).flatMap((shipped) => stageChain(shipped))))
      for (const instruction of stage.instructions) {
        if (instruction.name !== 'RUN' || !runs.has(instruction)) continue;
        for (const trace of tracesIn(dockerfile, stage, instruction)) {
          const writer = trace.writtenBy[0];
          if (trace.gone !== undefined || writer === undefined || trace.cache.kind === 'build') continue;
          const says = whatIsLeft(dockerfile, stage, instruction, trace);
          const script = cleaningScript(dockerfile, instruction, writer.command.range.end);
          const { peers = [], flag } = tools[writer.tool] ?? {};
          const cause = `${trace.cache.path}:${instruction.range.start}`;
          if (script !== undefined) {
            report({
              at: writer.command.range,
              severity: 'note',
              message: `${says}, unless ${script} removes that.`,
              peers,
              cause,
            });
            continue;
          }
          const cost = costOf(trace);
          const fix = cleanCache({ project, dockerfile, stage, instruction, trace, flag });
          report({
            at: writer.command.range,
            severity: trace.cache.kind === 'lists' || cost !== undefined ? 'warning' : 'note',
            message: `${says}.`,
            peers,
            cause,
            ...(!trace.cache.placeVaries && { claim: { kind: 'layer holds', path: trace.cache.path } as const }),
            ...(cost && { cost }),
            ...(fix && { fix }),
          });
        }
      }
  },
});

/** A script or function behind it whose name says that it cleans up, whatever it does: `/opt/docker/bin/yum_clean_all`. */
function cleaningScript(dockerfile: Dockerfile, instruction: RunInstruction, from: number): string | undefined {
  return dockerfile.script(instruction)?.commands.find(({ name, range }) => range.start >= from && cleaner.test(name))
    ?.name;
}

const cleaner = /^(?:[\w.]+[-_])?clean(?:up|-?all|-?image|-?layer)?(?:[-_][\w.]+)?(?:\.sh)?$/i;

function whatIsLeft(dockerfile: Dockerfile, stage: Stage, instruction: RunInstruction, trace: CacheTrace): string {
  const what = trace.cache.kind === 'lists' ? 'its package lists' : 'its cache';
  return `${trace.writtenBy[0]?.tool} leaves ${what} in ${placeOf(dockerfile, stage, instruction, trace)}`;
}

/** Where it lies, as far as that is known. */
function placeOf(dockerfile: Dockerfile, stage: Stage, instruction: RunInstruction, { ecosystem, cache }: CacheTrace) {
  return ecosystem === 'cargo' && !isCargoHome(dockerfile, stage, instruction) ? '$CARGO_HOME/registry' : cache.path;
}

function tracesIn(dockerfile: Dockerfile, stage: Stage, instruction: RunInstruction): CacheTrace[] {
  const script = dockerfile.script(instruction);
  if (script === undefined) return [];
  const mounts = mountTargets(instruction);
  const scope = environmentAt(dockerfile, instruction);
  const environment = new Map(variables.filter((name) => scope.has(name)).map((name) => [name, scope.get(name)]));
  return tracesOfRun(script.commands, {
    mounts,
    environment,
    imagesKeep: keepsDownloads(dockerfile, stage, instruction),
  });
}

/** Whether docker-clean, by which Debian's and Ubuntu's images empty /var/cache/apt after each command, is gone by then. */
function keepsDownloads(dockerfile: Dockerfile, stage: Stage, instruction: RunInstruction): boolean {
  const chain = stageChain(stage);
  return dockerfile
    .commandsNamed('rm')
    .some(
      ({ command, stage: own }) =>
        own !== undefined &&
        chain.includes(own) &&
        command.range.start < instruction.range.end &&
        command.arguments.some(({ value }) => value.endsWith('/apt.conf.d/docker-clean')),
    );
}

/** Only what was measured is said: the lists that `apt-get update` fetches in debian:12 take 19 MB. */
function costOf({ cache }: CacheTrace): Cost | undefined {
  if (cache.path !== '/var/lib/apt/lists') return undefined;
  return {
    bytes: 19_000_000,
    basis: 'estimated',
    derivation: 'size of the lists that apt-get update fetches on Debian 12, main and security, as measured there',
  };
}
