import { flagValue, hasFlag, type PackageArgument, type PackageCommand } from '../../ecosystems/package-command.ts';
import type { SystemPackage } from '../../ecosystems/system-package.ts';
import { type InstallManner, upgradeOrLeave } from './install.ts';
import { installNamed } from './install-named.ts';
import type { Offers } from './offers.ts';
import { removeUnneeded, removeWithDependents } from './remove.ts';
import type { ToolContext, ToolOutcome, ToolRunner } from './run-tool.ts';
import type { World } from './world.ts';

/** Options that say which repositories or packages count: what they leave is not asked apart. */
const choosing = [
  'enablerepo',
  'disablerepo',
  'repo',
  'repofrompath',
  'exclude',
  'advisory',
  'security',
  'bugfix',
  'releasever',
];

/** dnf, yum and microdnf (https://dnf.readthedocs.io/en/latest/command_ref.html). */
export const runDnf: ToolRunner = (world, command, context) => {
  const { tool, action, subcommand } = command;
  if (action === 'other' || action === 'update-index' || action === 'clean-cache') return undefined;
  if (hasFlag(command, 'installroot', 'downloadonly')) return undefined;
  const word = subcommand?.value ?? '';
  if (
    ['rpm', 'zypper', 'tdnf'].includes(tool) ||
    /^(?:reinstall|downgrade|group|groupinstall|groups|builddep|localinstall|.*-minimal)$/.test(word)
  )
    return {
      unknown: [`${[tool, word].join(' ').trim()} is not followed: what it brings is taken to be the same`],
      named: [],
    };
  const chosen = choosing.filter((flag) => hasFlag(command, flag)).map((flag) => `--${flag} is not followed`);
  const outcome = runAction(world, command, context);
  return outcome && { ...outcome, unknown: [...chosen, ...outcome.unknown] };
};

function runAction(world: World, command: PackageCommand, context: ToolContext): ToolOutcome | undefined {
  const offers = context.offers(undefined);
  switch (command.action) {
    case 'install':
      return install(world, command, offers, context);
    case 'upgrade':
    case 'dist-upgrade':
      return upgrade(world, command, offers, context);
    case 'remove':
      return remove(world, command);
    default:
      return undefined;
  }
}

function mannerOf({ noRecommends }: PackageCommand, { recommends, chosenBefore }: ToolContext): InstallManner {
  return { recommends: recommends && !noRecommends, nothingNew: false, newest: false, chosenBefore };
}

function install(world: World, command: PackageCommand, offers: Offers, context: ToolContext): ToolOutcome {
  const unknown: string[] = [];
  const named: string[] = [];
  const wanted: SystemPackage[] = [];
  const isBest = wantsBest(command, context.best);
  for (const argument of command.packages) {
    const found = targetOf(world, argument, offers, context, isBest);
    if ('fails' in found) return { ...found, unknown, named };
    if (found.unknown !== undefined) unknown.push(found.unknown);
    wanted.push(...found.packages);
    named.push(...found.packages.map(({ name }) => name));
  }
  return installNamed(world, wanted, offers, mannerOf(command, context), { unknown, named });
}

/** Without it, what is installed is enough where it is named. */
function wantsBest(command: PackageCommand, configured: boolean): boolean {
  if (hasFlag(command, 'nobest')) return false;
  const set = /^best=(.*)$/i.exec(flagValue(command, 'setopt') ?? '')?.[1];
  return hasFlag(command, 'best') || (set === undefined ? configured : /^(?:1|yes|true|on)$/i.test(set));
}

type Target = { readonly packages: readonly SystemPackage[]; readonly unknown?: string } | { readonly fails: string };

function targetOf(
  world: World,
  { kind, pin, name, version, word }: PackageArgument,
  offers: Offers,
  { namedBefore }: ToolContext,
  isBest: boolean,
): Target {
  if (kind === 'unknown' || !word.literal)
    return {
      packages: namedBefore.flatMap((each) => offers.candidate(each, world.get(each)) ?? []),
      unknown: `${word.raw}: which packages and versions that is was taken from the image`,
    };
  const isFile = kind === 'file' && word.value.startsWith('/') && !word.value.endsWith('.rpm');
  if ((kind !== 'registry' && !isFile) || pin === 'unknown')
    return { packages: [], unknown: `${word.raw}: what it holds is taken to be the same` };
  const [own] = offers.versions(word.value);
  if (own === undefined && pin !== 'none' && version !== undefined)
    return pinned(world, name, version, word.value, offers);
  const wanted = own ? word.value : name.replace(/\.(?:x86_64|aarch64|noarch|i686)$/, '');
  if (/[*?[\]]/.test(wanted)) return { packages: [], unknown: `${word.raw}: a pattern is not followed` };
  const installed = world.get(wanted);
  if (installed && !isBest) return { packages: [installed] };
  const candidate = offers.candidate(wanted, installed);
  if (candidate) return { packages: [candidate] };
  const there = world.satisfiers({ name: wanted })[0];
  if (there) return { packages: [there] };
  const [provider] = offers.providers(wanted);
  return provider ? { packages: [provider] } : { fails: `${wanted} is offered by no repository` };
}

/** `web-1.0`, `web-1.0-1.el9`, `web-1.*`. */
function pinned(world: World, name: string, version: string, written: string, offers: Offers): Target {
  const escaped = version.slice(0, 300).replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const test = new RegExp(`^${escaped.replace(/\*{1,99}/g, '.*')}(?:-[^-]*)?(?:\\.(?:x86_64|aarch64|noarch))?$`);
  const fits = (one: SystemPackage) => test.test(one.version.replace(/^\d+:/, '')) || test.test(one.version);
  const all = offers.versions(name);
  const found = all.find(fits) ?? [world.get(name)].find((one) => one !== undefined && fits(one));
  if (found) return { packages: [found] };
  return { fails: `${written} is offered no more${all[0] ? `: there is ${all[0].version}` : ''}` };
}

/** All, or what is named, goes to the newest with what that needs; what cannot go stays. */
function upgrade(world: World, command: PackageCommand, offers: Offers, context: ToolContext): ToolOutcome {
  const unknown = command.packages.flatMap(({ word, kind }) =>
    kind === 'registry' && word.literal && !/[*?[\]]/.test(word.value)
      ? []
      : [`${word.raw}: a pattern is not followed`],
  );
  const names = command.packages.map(({ name }) => name);
  for (const { name } of [...world.all()]) {
    const installed = world.get(name);
    if (installed === undefined || (names.length > 0 && !names.includes(name))) continue;
    const candidate = offers.candidate(name, installed);
    if (candidate === undefined || candidate.version === installed.version) continue;
    upgradeOrLeave(world, candidate, offers, mannerOf(command, context));
  }
  return { unknown, named: [] };
}

function remove(world: World, { packages, subcommand }: PackageCommand): ToolOutcome {
  const unknown = packages.flatMap(({ kind, word }) =>
    kind === 'registry' && word.literal && !/[*?[\]]/.test(word.value)
      ? []
      : [`${word.raw}: what is removed is not known`],
  );
  removeWithDependents(
    world,
    packages.flatMap(({ name }) => world.satisfiers({ name }).map((one) => one.name)),
  );
  // What came for others and is needed no more goes with them, unless dnf is told to keep it.
  if (packages.length > 0 || subcommand?.value === 'autoremove')
    removeUnneeded(world, { keepsRecommended: true, keepsSuggested: false });
  return { unknown, named: [] };
}
