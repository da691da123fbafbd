import path from 'node:path';
import { parseAge } from '../core/age.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { parseImageReference } from '../core/image-reference.ts';
import { printable } from '../core/printable.ts';
import type { PrunePlan, PruneRoots, PruneRun } from '../core/registry-prune.ts';
import { type RegistryOptions, registryCatalog } from '../image/registry-repository.ts';
import { registryOptions } from '../image/sources/registry-options.ts';
import { openCluster } from '../kubernetes/cluster-client.ts';
import { ClusterError } from '../kubernetes/cluster-error.ts';
import type { ResourceType } from '../kubernetes/cluster-object.ts';
import { readClusterMentions } from '../maintain/prune-registry/cluster-mentions.ts';
import { readGitMentions } from '../maintain/prune-registry/git-mentions.ts';
import { globPattern, type KeepPolicy, keepPolicy, parseVersionRule } from '../maintain/prune-registry/keep-policy.ts';
import { type MentionCollector, mentionCollector } from '../maintain/prune-registry/mentions.ts';
import { prunePlan } from '../maintain/prune-registry/plan.ts';
import { type KnownManifests, readInventory } from '../maintain/prune-registry/read-inventory.ts';
import type { KeepSettings } from '../project/prune-settings.ts';
import { openGitObjects } from '../prove/replay/git-objects.ts';
import { openGit } from '../prove/replay/run-git.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { isColored } from './is-colored.ts';
import { loadConfiguration } from './load-configuration.ts';
import { type Progress, progressOn } from './progress.ts';
import { writeFile } from './write-file.ts';

/** A request that fails for a reason that may pass is sent so often. */
const attempts = 5;

/** Shows what of a registry nothing needs, as the arguments of `plimsoll prune registry` say. Gives the exit code. */
export async function performPruneRegistry(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const { registry, globs } = registryFrom(parsed.positionals.slice(1));
  const policy = await policyFrom(parsed, terminal);
  const progress = progressOn(terminal, parsed.has('quiet'));
  try {
    const options = optionsFrom(parsed, terminal, progress);
    const names = await repositoriesOf(registry, globs, options);
    const collector = mentionCollector(names);
    const roots = await readRoots(collector, parsed, terminal, progress);
    const inventory = await readInventory({
      registry,
      repositories: names,
      isWhole: globs.length === 0,
      options,
      known: (name) => knownIn(name, collector),
      knowsAll: false,
      clock: Date.now() / 1000,
      onProgress: (name, done, total) => progress.step(`reading ${name}`, done, total),
    });
    const plan = prunePlan(inventory, policy, collector.mentions, roots);
    progress.end();
    await write(plan, undefined, parsed, terminal);
    return exitCodes.clean;
  } finally {
    progress.end();
  }
}

/** One registry, and which of its repositories; none: all. */
function registryFrom(named: readonly string[]): { readonly registry: string; readonly globs: readonly string[] } {
  const remedy =
    'plimsoll prune registry registry.example.com, or registry.example.com/shop/web, or registry.example.com/shop/*';
  if (named.length === 0) throw new UserError('a registry is needed', { remedy });
  const parts = named.map((each) => {
    const slash = each.indexOf('/');
    return { host: slash === -1 ? each : each.slice(0, slash), glob: slash === -1 ? '' : each.slice(slash + 1) };
  });
  const registry = parts[0]?.host ?? '';
  for (const { host, glob } of parts) {
    const reference = parseImageReference(`${host}/x`);
    if (reference?.registry !== host) throw new UserError(`this is no registry: ${printable(host)}`, { remedy });
    if (host !== registry) throw new UserError('one registry at a time is cleared', { remedy });
    if (!/^[a-z0-9._/?*-]*$/.test(glob))
      throw new UserError(`this names no repository: ${printable(glob)}`, { remedy });
  }
  const globs = parts.map(({ glob }) => glob).filter((glob) => glob !== '');
  return { registry, globs: globs.length === parts.length ? globs : [] };
}

async function repositoriesOf(registry: string, globs: readonly string[], options: RegistryOptions): Promise<string[]> {
  if (globs.length > 0 && globs.every((glob) => !/[*?]/.test(glob))) return [...new Set(globs)].sort();
  const all = await registryCatalog(registry, options);
  if (globs.length === 0) return all;
  const patterns = globs.map(globPattern);
  const found = all.filter((name) => patterns.some((pattern) => pattern.test(name)));
  if (found.length === 0)
    throw new UserError(`no repository of ${registry} has such a name: ${globs.map(printable).join(', ')}`);
  return found;
}

async function policyFrom(parsed: ParsedArguments, terminal: Terminal): Promise<KeepPolicy> {
  const target = { kind: 'directory' as const, path: terminal.cwd };
  const { configuration } = await loadConfiguration(parsed, target, terminal);
  const younger = parsed.value('keep-younger');
  const youngerThan = younger === undefined ? undefined : parseAge(younger);
  if (younger !== undefined && youngerThan === undefined)
    throw new UserError(`--keep-younger takes an age, such as 30d, 12h or 2w; not «${printable(younger)}»`);
  const last = parsed.value('keep-last');
  if (last !== undefined && !/^\d{1,6}$/.test(last))
    throw new UserError(`--keep-last takes a whole number; not «${printable(last)}»`);
  const flags: KeepSettings = {
    ...(last !== undefined && { last: Number(last) }),
    ...(youngerThan !== undefined && { youngerThan }),
    ...(parsed.has('keep-tag') && { tags: parsed.values('keep-tag') }),
    ...(parsed.has('keep-versions') && {
      versions: Object.assign({}, ...parsed.values('keep-versions').map(parseVersionRule)),
    }),
  };
  return keepPolicy(configuration.prune.registry, flags);
}

function optionsFrom(parsed: ParsedArguments, terminal: Terminal, progress: Progress): RegistryOptions {
  const caFile = parsed.value('ca');
  const options = registryOptions({
    environment: terminal.environment,
    progress: (message) => progress.step(message),
    registry: {
      ...(caFile !== undefined && { caFile: path.resolve(terminal.cwd, caFile) }),
      ...(parsed.has('plain-http') && { plainHttp: true }),
    },
  });
  return { ...options, attempts };
}

async function readRoots(
  collector: MentionCollector,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<PruneRoots[]> {
  const roots: PruneRoots[] = [];
  const contexts = parsed.has('context') ? parsed.values('context') : parsed.has('cluster') ? [undefined] : [];
  for (const context of contexts) roots.push(await readCluster(context, collector, parsed, terminal, progress));
  for (const named of parsed.values('git')) {
    const git = openGit(path.resolve(terminal.cwd, named));
    const objects = openGitObjects(git);
    try {
      const source = { directory: named, ask: git.ask, read: objects.read };
      roots.push(await readGitMentions(source, collector, progress.step));
    } finally {
      objects.close();
    }
  }
  return roots;
}

async function readCluster(
  context: string | undefined,
  collector: MentionCollector,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<PruneRoots> {
  const access = { environment: terminal.environment, cwd: terminal.cwd };
  const cluster = await openCluster({ ...access, kubeconfig: parsed.value('kubeconfig'), context });
  try {
    const more = parsed.values('resource').map(resourceFrom);
    return await readClusterMentions(
      cluster,
      { helm: !parsed.has('no-helm-releases'), more, onProgress: progress.step },
      collector,
    );
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    throw new UserError(`${error.message}; nothing was deleted, as what is not known may need any image`, {
      where: error.where ?? cluster.server,
      ...(error.remedy !== undefined && { remedy: error.remedy }),
      exitCode: error.exitCode,
      cause: error,
    });
  } finally {
    cluster.close();
  }
}

function resourceFrom(text: string): ResourceType {
  const [, apiVersion, resource] = /^((?:[a-z0-9.-]+\/)?v[a-z0-9]+)\/([a-z0-9]+)$/.exec(text) ?? [];
  if (apiVersion === undefined || resource === undefined)
    throw new UserError(
      `--resource takes GROUP/VERSION/PLURAL, as argoproj.io/v1alpha1/rollouts; not «${printable(text)}»`,
    );
  return { apiVersion, resource, kind: resource };
}

/** Digests that are asked for beside those of the tags. */
function knownIn(repository: string, { mentions }: MentionCollector): KnownManifests {
  const named = mentions.repositories.get(repository)?.digests.keys() ?? [];
  return new Map([...named].map((digest) => [digest, { pushed: undefined }]));
}

async function write(
  plan: PrunePlan,
  run: PruneRun | undefined,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<void> {
  const output = parsed.value('output');
  const { pruneRegistryJson, renderPruneRegistry } = await import('../report/prune-registry.ts');
  const text = parsed.has('json')
    ? pruneRegistryJson(plan, run)
    : renderPruneRegistry(plan, run, {
        // Into a pipe one line each.
        columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 100_000,
        color: output === undefined && isColored(parsed, terminal),
      });
  if (output === undefined) terminal.stdout.write(text);
  else writeFile(path.resolve(terminal.cwd, output), text);
}
