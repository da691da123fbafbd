import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAge } from '../core/age.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { parseImageReference } from '../core/image-reference.ts';
import { printable } from '../core/printable.ts';
import type { PrunePlan, PruneRoots, PruneRun } from '../core/registry-prune.ts';
import { type RegistryOptions, registryCatalog, registryRepository } from '../image/registry-repository.ts';
import { registryOptions } from '../image/sources/registry-options.ts';
import { carryOut, noManifest } from '../maintain/prune-registry/carry-out.ts';
import {
  collectGarbage,
  collectionLockOf,
  type GarbageWork,
  type OwnRegistry,
  storageRoot,
  undoInterrupted,
} from '../maintain/prune-registry/collect-garbage.ts';
import { readGitMentions } from '../maintain/prune-registry/git-mentions.ts';
import type { Inventory } from '../maintain/prune-registry/inventory.ts';
import { openJournal, type Pending, readPending } from '../maintain/prune-registry/journal.ts';
import { globPattern, type KeepPolicy, keepPolicy, parseVersionRule } from '../maintain/prune-registry/keep-policy.ts';
import { type PruneLock, stateLock, takeLock } from '../maintain/prune-registry/lock.ts';
import { type MentionCollector, mentionCollector } from '../maintain/prune-registry/mentions.ts';
import { deletedIn, emptiedBy, neededBlobs, prunePlan } from '../maintain/prune-registry/plan.ts';
import { type KnownManifest, type KnownManifests, readInventory } from '../maintain/prune-registry/read-inventory.ts';
import { readStorage } from '../maintain/prune-registry/storage.ts';
import type { KeepSettings } from '../project/prune-settings.ts';
import { openGitObjects } from '../prove/replay/git-objects.ts';
import { openGit } from '../prove/replay/run-git.ts';
import { askedContexts } from './asked-contexts.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { countFrom } from './count-flag.ts';
import { onInterruption } from './interruption.ts';
import { isColored } from './is-colored.ts';
import { loadConfiguration } from './load-configuration.ts';
import { type Progress, progressOn } from './progress.ts';
import { readClusterRoots } from './prune-clusters.ts';
import { writeFile } from './write-file.ts';

/** A request that fails for a reason that may pass is sent so often. */
const attempts = 5;

/** Shows what of a registry nothing needs, and deletes it with `--write`, as the arguments of `plimsoll prune registry` say. Gives the exit code. */
export async function performPruneRegistry(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const { registry, globs } = registryFrom(parsed.positionals.slice(1));
  const writes = parsed.has('write');
  mustKnowWhatRuns(parsed);
  const policy = await policyFrom(parsed, terminal);
  if (parsed.has('schedule')) {
    const { writeSchedule } = await import('./prune-registry-schedule.ts');
    writeSchedule(registry, policy, parsed, terminal);
    return exitCodes.clean;
  }
  const own = ownRegistryFrom(parsed, terminal);
  const rate = countFrom(parsed, 'rate', 10);
  const state = stateDirectory(registry, parsed, terminal);
  const progress = progressOn(terminal, parsed.has('quiet'));
  const interruption = onInterruption(terminal, progress.end, 'stopping; the next run goes on');
  let lock: PruneLock | undefined;
  let collectionLock: PruneLock | undefined;
  try {
    if (writes) lock = await takeLock(stateLock(state));
    if (own) collectionLock = await takeLock(collectionLockOf(own));
    const options = optionsFrom(parsed, terminal, progress);
    const work = (of: OwnRegistry): GarbageWork => ({
      ...of,
      registry,
      askToDelete: () => registryRepository(registry, 'plimsoll', { ...options, attempts: 1 }).delete(noManifest),
      onProgress: progress.step,
      sleep: (milliseconds) => sleep(milliseconds),
    });
    if (own) await undoInterrupted(work(own));
    // A deletion is not broken off: whether it was done would not be known.
    const reading = { ...options, signal: interruption.signal };
    const names = await repositoriesOf(registry, globs, reading);
    const collector = mentionCollector(names);
    const roots = await readRoots(collector, parsed, terminal, progress);
    const pending = readPending(state);
    const storage = parsed.value('storage');
    const root = storage === undefined ? own && storageRoot(own.config) : path.resolve(terminal.cwd, storage);
    const stored = root === undefined ? undefined : readStorage(root);
    const inventory = await readInventory({
      registry,
      repositories: names,
      isWhole: globs.length === 0,
      options: reading,
      known: (name) => knownIn(name, collector, pending, stored?.manifests),
      storedTags: stored?.tagsOf,
      clock: Date.now() / 1000,
      signal: interruption.signal,
      onProgress: (name, done, total) => progress.step(`reading ${name}`, done, total),
    });
    mustBeThere(inventory, globs);
    const plan = prunePlan(inventory, policy, collector.mentions, roots);
    progress.end();
    if (lock === undefined) {
      await write(plan, undefined, parsed, terminal);
      return exitCodeOf(plan);
    }
    mustBeMeant(plan, parsed);
    await announce(plan, parsed, terminal);
    const journal = openJournal(state, plan, pending);
    const run = await carryOut({
      plan,
      inventory,
      repository: (name) => registryRepository(registry, name, options),
      journal,
      lock,
      rate,
      signal: interruption.signal,
      onProgress: (name, done, total) => progress.step(`deleting in ${name}`, done, total),
      now: () => performance.now(),
      sleep: (milliseconds) => sleep(milliseconds),
    }).finally(journal.close);
    const garbage: Pick<PruneRun, 'disk' | 'stopped'> =
      own && run.stopped === undefined
        ? await collected(work(own), neededBlobs(plan, inventory))
        : { stopped: run.stopped };
    progress.end();
    await write(plan, { ...run, ...garbage }, parsed, terminal);
    return (run.stopped ?? garbage.stopped) ? exitCodes.system : exitCodeOf(plan, run);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    throw new UserError('it was interrupted before anything was deleted', { exitCode: exitCodes.system, cause: error });
  } finally {
    progress.end();
    interruption.end();
    collectionLock?.release();
    lock?.release();
  }
}

/** A repository that could not be read, or something that was left alone, is no reason to stop, and none to say that all went well. */
function exitCodeOf({ repositories }: PrunePlan, run?: PruneRun): number {
  if (repositories.some(({ problem }) => problem !== undefined)) return exitCodes.system;
  return run?.items.some(({ outcome }) => outcome === 'left alone') ? exitCodes.findings : exitCodes.clean;
}

/** @throws UserError where a repository was named that the registry does not have */
function mustBeThere({ registry, repositories }: Inventory, globs: readonly string[]): void {
  const missing = repositories.find(({ name, isThere }) => !isThere && globs.includes(name));
  if (missing !== undefined)
    throw new UserError(
      `${registry} has no repository ${printable(missing.name)}, or none of its manifests ever had a tag; nothing was deleted`,
      { where: `${registry}/${printable(missing.name)}`, remedy: 'Name one that it has.' },
    );
}

/** What was deleted is told, whatever becomes of the garbage. */
async function collected(work: GarbageWork, needed: ReadonlySet<string>): Promise<Pick<PruneRun, 'disk' | 'stopped'>> {
  try {
    return { disk: await collectGarbage(work, needed), stopped: undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { stopped: error.remedy === undefined ? error.message : `${error.message}. ${error.remedy}` };
  }
}

/** @throws UserError where something would be deleted and nobody said what runs */
function mustKnowWhatRuns(parsed: ParsedArguments): void {
  const asked = askedContexts(parsed).length > 0;
  if (asked && parsed.has('no-cluster'))
    throw new UserError('--no-cluster says that no cluster runs images of this registry, and another flag names one');
  if (parsed.has('write') && !asked && !parsed.has('no-cluster'))
    throw new UserError('nothing is deleted while nobody says which clusters run images of this registry', {
      remedy: 'Name them with --context NAME, as often as there are, or say that there is none: --no-cluster.',
    });
  for (const flag of ['plan', 'yes-really', 'rate'])
    if (parsed.has(flag) && !parsed.has('write')) throw new UserError(`--${flag} is for --write`);
}

/** The registry on this machine whose garbage is to be collected. */
function ownRegistryFrom(parsed: ParsedArguments, { cwd, environment }: Terminal): OwnRegistry | undefined {
  const config = parsed.value('garbage-collect');
  const restart = parsed.value('restart');
  if (config === undefined) {
    for (const flag of ['restart', 'registry-program'])
      if (parsed.has(flag)) throw new UserError(`--${flag} is for --garbage-collect`);
    return undefined;
  }
  if (!parsed.has('write') || restart === undefined)
    throw new UserError('--garbage-collect needs --write, and with --restart the command that restarts the registry', {
      remedy: 'It is made read-only for the time: --restart «systemctl restart docker-registry».',
    });
  const found = ['docker-registry', 'registry'].find((name) =>
    (environment.PATH ?? '').split(path.delimiter).some((directory) => existsSync(path.join(directory, name))),
  );
  return {
    config: path.resolve(cwd, config),
    restart,
    program: parsed.value('registry-program') ?? found ?? 'docker-registry',
  };
}

/** @throws UserError where the plan is another one than was looked at, or leaves repositories with nothing */
function mustBeMeant(plan: PrunePlan, parsed: ParsedArguments): void {
  const expected = parsed.value('plan');
  if (expected !== undefined && expected !== plan.id)
    throw new UserError(`the plan is not ${printable(expected)} any more, but ${plan.id}; nothing was deleted`, {
      remedy: 'Look at the new one: the same command without --write and --plan.',
    });
  const emptied = emptiedBy(plan);
  if (emptied.length === 0) return;
  const count = plan.repositories.reduce((sum, repository) => sum + deletedIn(repository).length, 0);
  const given = parsed.value('yes-really');
  if (given === String(count)) return;
  const names = emptied.slice(0, 5).map(({ name }) => name);
  const more = emptied.length > names.length ? ` and ${emptied.length - names.length} more` : '';
  const what = emptied.every(({ items }) => items.every(({ decision }) => decision === 'delete'))
    ? 'everything'
    : 'every image that it could judge';
  const where = emptied.length === plan.repositories.length ? '' : ` in ${names.map(printable).join(', ')}${more}`;
  throw new UserError(`this policy would delete ${what}${where}: ${count} manifests in all; nothing was deleted`, {
    where: plan.registry,
    remedy:
      given === undefined
        ? `Keep some, as with --keep-last 1; or, if it is meant: --yes-really ${count}`
        : `--yes-really says ${printable(given)}, the plan deletes ${count}.`,
  });
}

/** The directory of a registry's lock and journal. */
function stateDirectory(registry: string, parsed: ParsedArguments, { cwd, environment }: Terminal): string {
  const named = parsed.value('state');
  if (named !== undefined) return path.resolve(cwd, named);
  const { XDG_STATE_HOME, HOME } = environment;
  const home = XDG_STATE_HOME || path.join(HOME ?? os.homedir(), '.local/state');
  return path.join(home, 'plimsoll/prune', registry.replace(/[^\w.-]/g, '_'));
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
    // An empty variable of a script would stand for the whole registry.
    if (named.some((each) => each.endsWith('/')))
      throw new UserError(`a repository is missing behind the slash: ${printable(`${host}/${glob}`)}`, {
        remedy: `Write ${printable(host)} for the whole registry.`,
      });
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
  for (const context of askedContexts(parsed))
    roots.push(await readClusterRoots(context, collector, parsed, terminal, progress));
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

/** Digests that are asked for beside those of the tags. */
function knownIn(
  repository: string,
  { mentions }: MentionCollector,
  pending: Pending,
  stored: ReadonlyMap<string, KnownManifests> | undefined,
): KnownManifests {
  const known = new Map<string, KnownManifest>(stored?.get(repository) ?? []);
  const add = (digest: string, more: KnownManifest) => known.set(digest, { ...known.get(digest), ...more });
  for (const digest of mentions.repositories.get(repository)?.digests.keys() ?? []) add(digest, {});
  for (const digest of pending.get(repository) ?? []) add(digest, { leftOver: true });
  return known;
}

/** What is going to be done is on the screen before it is done. */
async function announce(plan: PrunePlan, parsed: ParsedArguments, terminal: Terminal): Promise<void> {
  if (parsed.has('json') || parsed.has('output')) return;
  const { renderPruneRegistry } = await import('../report/prune-registry.ts');
  terminal.stdout.write(renderPruneRegistry(plan, pageFor(parsed, terminal), 'run'));
}

function pageFor(parsed: ParsedArguments, terminal: Terminal) {
  return {
    // Into a pipe one line each.
    columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 100_000,
    color: !parsed.has('output') && isColored(parsed, terminal),
  };
}

async function write(
  plan: PrunePlan,
  run: PruneRun | undefined,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<void> {
  const output = parsed.value('output');
  const { pruneRegistryJson, renderPruneRegistry, renderPruneRun } = await import('../report/prune-registry.ts');
  const page = pageFor(parsed, terminal);
  const text = parsed.has('json')
    ? pruneRegistryJson(plan, run)
    : run === undefined
      ? renderPruneRegistry(plan, page)
      : `${output === undefined ? '\n' : renderPruneRegistry(plan, page, 'run')}${renderPruneRun(plan, run, page)}`;
  if (output === undefined) terminal.stdout.write(text);
  else writeFile(path.resolve(terminal.cwd, output), text);
}
