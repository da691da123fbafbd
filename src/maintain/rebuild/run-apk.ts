import { apkRelation } from '../../ecosystems/apk/system-packages.ts';
import { hasFlag, type PackageArgument, type PackageCommand } from '../../ecosystems/package-command.ts';
import { type SystemPackage, systemPackage } from '../../ecosystems/system-package.ts';
import { type InstallManner, installAll, NotInstallable } from './install.ts';
import type { Offers } from './offers.ts';
import { removeUnneeded } from './remove.ts';
import type { ToolContext, ToolOutcome, ToolRunner } from './run-tool.ts';
import { satisfies, type World } from './world.ts';

/** apk (https://man.archlinux.org/man/extra/apk-tools/apk.8.en). What its world does not ask for, and nothing in it needs, goes after every command. */
export const runApk: ToolRunner = (world, command, context) => {
  if (hasFlag(command, 'simulate', 's', 'root')) return undefined;
  const offers = context.offers(undefined);
  switch (command.action) {
    case 'install':
      return add(world, command, offers, context);
    case 'upgrade':
      return upgrade(world, offers, context);
    case 'remove':
      return remove(world, command);
    default:
      return undefined;
  }
};

function add(world: World, command: PackageCommand, offers: Offers, context: ToolContext): ToolOutcome {
  const unknown: string[] = [];
  const named: string[] = [];
  const wanted: SystemPackage[] = [];
  const isUpgrade = hasFlag(command, 'upgrade', 'latest');
  if (hasFlag(command, 'repository')) unknown.push('--repository: what this repository offers is not asked');
  for (const argument of command.packages) {
    const found = targetOf(world, argument, offers, context, isUpgrade);
    if ('fails' in found) return { ...found, unknown, named };
    if (found.unknown !== undefined) unknown.push(found.unknown);
    wanted.push(...found.packages);
    named.push(...found.packages.map(({ name }) => name));
  }
  const manner: InstallManner = {
    recommends: false,
    nothingNew: false,
    newest: isUpgrade,
    chosenBefore: context.chosenBefore,
  };
  const ownBefore = new Set([...world.all()].flatMap(({ name }) => (world.automatic.has(name) ? [] : [name])));
  try {
    installAll(world, wanted, offers, manner);
    comeBySelf(world, offers, manner);
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error;
    return { unsolved: error.message, ...(error.isCertain && { fails: error.message }), unknown, named };
  }
  const { virtual } = command;
  if (virtual !== undefined) {
    for (const { name } of wanted) if (!ownBefore.has(name)) world.automatic.add(name);
    const requires = command.packages.flatMap(({ word, kind }) =>
      kind === 'registry' ? [[apkRelation(word.value)]] : [],
    );
    world.put(systemPackage({ kind: 'apk', name: virtual, version: '0', requires }));
    world.automatic.delete(virtual);
    named.push(virtual);
  } else for (const name of named) world.automatic.delete(name);
  removeUnneeded(world, { keepsRecommended: false, keepsSuggested: false });
  return { unknown, named };
}

type Target = { readonly packages: readonly SystemPackage[]; readonly unknown?: string } | { readonly fails: string };

function targetOf(
  world: World,
  { kind, pin, word }: PackageArgument,
  offers: Offers,
  { namedBefore }: ToolContext,
  isUpgrade: boolean,
): Target {
  if (kind === 'unknown' || pin === 'unknown' || !word.literal)
    return {
      packages: namedBefore.flatMap((each) => offers.candidate(each, world.get(each)) ?? []),
      unknown: `${word.raw}: which packages and versions that is was taken from the image`,
    };
  if (kind !== 'registry')
    return { packages: [], unknown: `${word.raw}: what this file holds is taken to be the same` };
  const relation = apkRelation(word.value);
  if (relation.operator !== undefined) world.constraints.set(relation.name, relation);
  const installed = world.satisfiers(relation)[0];
  if (installed && !isUpgrade) return { packages: [installed] };
  const best =
    offers.versions(relation.name).find((one) => satisfies(one, relation)) ??
    offers.providers(relation.name).find((one) => satisfies(one, relation)) ??
    installed;
  if (best) return { packages: [best] };
  const [other] = offers.versions(relation.name);
  return { fails: `${word.value} is offered by no repository${other ? `: there is ${other.version}` : ''}` };
}

/** Packages that come by themselves once all of what they name is there: documentation, completions, locales. */
function comeBySelf(world: World, offers: Offers, manner: InstallManner): void {
  for (let again = true; again; ) {
    again = false;
    for (const one of offers.automatic) {
      if (world.get(one.name) || !one.installIf.every((relation) => world.has(relation))) continue;
      installAll(world, [one], offers, manner);
      world.automatic.add(one.name);
      again = true;
    }
  }
}

function upgrade(world: World, offers: Offers, { chosenBefore }: ToolContext): ToolOutcome {
  const manner: InstallManner = { recommends: false, nothingNew: false, newest: false, chosenBefore };
  const wanted = [...world.all()].flatMap((installed) => {
    const constraint = world.constraints.get(installed.name);
    const best = constraint
      ? offers.versions(installed.name).find((one) => satisfies(one, constraint))
      : offers.candidate(installed.name, installed);
    return best && best.version !== installed.version ? [best] : [];
  });
  try {
    installAll(world, wanted, offers, manner);
    comeBySelf(world, offers, manner);
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error;
    return { unsolved: error.message, unknown: [], named: [] };
  }
  removeUnneeded(world, { keepsRecommended: false, keepsSuggested: false });
  return { unknown: [], named: [] };
}

function remove(world: World, { packages }: PackageCommand): ToolOutcome {
  for (const { name } of packages) {
    // What another package still needs stays.
    world.automatic.add(name);
    if (name.startsWith('.')) world.delete(name);
  }
  removeUnneeded(world, { keepsRecommended: false, keepsSuggested: false });
  return { unknown: [], named: [] };
}
