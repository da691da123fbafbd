import { flagValue, hasFlag, type PackageArgument, type PackageCommand } from '../../ecosystems/package-command.ts';
import type { SystemPackage } from '../../ecosystems/system-package.ts';
import { type InstallManner, upgradeOrLeave } from './install.ts';
import { installNamed } from './install-named.ts';
import type { Offers } from './offers.ts';
import { removeUnneeded, removeWithDependents } from './remove.ts';
import type { ToolContext, ToolOutcome, ToolRunner } from './run-tool.ts';
import type { World } from './world.ts';

/** apt-get, apt, aptitude and dpkg (https://manpages.debian.org/bookworm/apt/apt-get.8.en.html). */
export const runApt: ToolRunner = (world, command, context) => {
  if (hasFlag(command, 'simulate', 'download-only', 'print-uris')) return undefined;
  const { action, tool } = command;
  if (tool === 'dpkg')
    return action === 'install' || action === 'remove'
      ? { unknown: ['dpkg installs or removes a file: whatever it holds is taken to be the same'], named: [] }
      : undefined;
  const offers = context.offers(flagValue(command, 'target-release') ?? configured(command, 'apt::default-release'));
  switch (action) {
    case 'install':
      return install(world, command, offers, context);
    case 'upgrade':
      return upgrade(world, offers, context, { nothingNew: tool === 'apt-get' && !hasFlag(command, 'with-new-pkgs') });
    case 'dist-upgrade':
      return upgrade(world, offers, context, { nothingNew: false });
    case 'remove':
      return remove(world, command, context);
    default:
      return undefined;
  }
};

function configured(command: PackageCommand, name: string): string | undefined {
  for (const { name: flag, value } of command.flags) {
    if (flag !== 'option' || value === undefined) continue;
    const at = value.indexOf('=');
    if (value.slice(0, at).toLowerCase() === name) return value.slice(at + 1).replaceAll(/["']/g, '');
  }
  return undefined;
}

function install(world: World, command: PackageCommand, offers: Offers, context: ToolContext): ToolOutcome {
  const subcommand = command.subcommand?.value;
  if (subcommand === 'build-dep' || subcommand === 'satisfy')
    return { unknown: [`${command.tool} ${subcommand} is not followed`], named: [] };
  const unknown: string[] = [];
  const named: string[] = [];
  const wanted: SystemPackage[] = [];
  for (const argument of command.packages) {
    const found = targetOf(world, argument, offers, context);
    if (typeof found === 'string') return { fails: found, unknown, named };
    unknown.push(...(found.unknown === undefined ? [] : [found.unknown]));
    for (const one of found.packages) {
      named.push(one.name);
      if (!hasFlag(command, 'only-upgrade') || world.get(one.name)) wanted.push(one);
    }
  }
  return installNamed(world, wanted, offers, mannerOf(command, context), { unknown, named });
}

function mannerOf(command: PackageCommand, { recommends, chosenBefore }: ToolContext): InstallManner {
  const asked = configured(command, 'apt::install-recommends');
  const wants = hasFlag(command, 'install-recommends') || /^(?:1|true|yes)$/i.test(asked ?? '') || recommends;
  return { recommends: wants && !command.noRecommends, nothingNew: false, newest: false, chosenBefore };
}

interface Target {
  readonly packages: readonly SystemPackage[];
  readonly unknown?: string;
}

/** What an argument of `install` names; a text says why the build would end there. */
function targetOf(
  world: World,
  { kind, name, pin, version, word }: PackageArgument,
  offers: Offers,
  { namedBefore }: ToolContext,
): Target | string {
  if (kind === 'unknown' || pin === 'unknown') {
    // What the step had installed by name is what the variable held.
    const packages = namedBefore.flatMap((each) => offers.candidate(each, world.get(each)) ?? []);
    return { packages, unknown: `${word.raw}: which packages and versions that is was taken from the image` };
  }
  if (kind !== 'registry')
    return { packages: [], unknown: `${word.raw}: what this file holds is taken to be the same` };
  const all = offers.versions(name);
  if (all.length === 0 && /[*?^[\]]/.test(name))
    return { packages: [], unknown: `${word.raw}: a pattern is not followed` };
  if (word.value === `${name}-`) return { packages: [], unknown: `${word.raw}: what it removes is not followed` };
  if (version !== undefined && pin !== 'none') {
    const exact = all.find((one) => (pin === 'exact' ? one.version === version : isLike(one.version, version)));
    if (pin === 'moving')
      return {
        packages: [offers.candidate(name, world.get(name))].flatMap((one) => one ?? []),
        unknown: `${word.raw}: the release behind the slash is not followed`,
      };
    if (exact) return { packages: [exact] };
    const there = world.get(name);
    if (there?.version === version) return { packages: [there] };
    const [best] = all;
    return `${name}=${version} is offered no more${best ? `: there is ${best.version}` : ''}`;
  }
  const candidate = offers.candidate(name, world.get(name));
  if (candidate) return { packages: [candidate] };
  const providers = offers.providers(name);
  const installed = world.satisfiers({ name });
  if (installed[0]) return { packages: [installed[0]] };
  if (providers.length === 1 && providers[0]) return { packages: [providers[0]] };
  return providers.length > 1
    ? `${name} is provided by several packages, and none is chosen`
    : `${name} is offered by no source`;
}

function isLike(version: string, pattern: string): boolean {
  if (pattern.length > 200) return false;
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*{1,99}/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`).test(version);
}

/** All that is installed goes to its candidate, one by one, each with what it needs; what cannot go stays. */
function upgrade(
  world: World,
  offers: Offers,
  { recommends, chosenBefore }: ToolContext,
  { nothingNew }: { readonly nothingNew: boolean },
): ToolOutcome {
  const manner: InstallManner = { recommends: recommends && !nothingNew, nothingNew, newest: false, chosenBefore };
  for (const { name } of [...world.all()]) {
    const installed = world.get(name);
    const candidate = offers.candidate(name, installed);
    if (installed === undefined || candidate === undefined || candidate.version === installed.version) continue;
    upgradeOrLeave(world, candidate, offers, manner);
  }
  return { unknown: [], named: [] };
}

function remove(world: World, command: PackageCommand, context: ToolContext): ToolOutcome {
  const subcommand = command.subcommand?.value ?? '';
  const unknown = command.packages.flatMap(({ kind, word }) =>
    kind === 'registry' && !/[*?^[\]]/.test(word.value) ? [] : [`${word.raw}: what is removed is not known`],
  );
  removeWithDependents(
    world,
    command.packages.flatMap(({ kind, name }) => (kind === 'registry' ? [name] : [])),
  );
  if (/^auto/.test(subcommand) || hasFlag(command, 'auto-remove', 'autoremove')) removeUnneeded(world, context);
  return { unknown, named: [] };
}
