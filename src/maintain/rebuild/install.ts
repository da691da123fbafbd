import type { Relation, Requirement, SystemPackage } from '../../ecosystems/system-package.ts';
import type { Offers } from './offers.ts';
import { isMet, satisfies, type World } from './world.ts';

/** How a tool decides what comes with what. */
export interface InstallManner {
  readonly recommends: boolean;
  /** Nothing that is not there yet is installed: `apt-get upgrade`. */
  readonly nothingNew: boolean;
  /** What others need is brought to its candidate, too, though the installed one would do. */
  readonly newest: boolean;
  /** Names that were chosen when the image was built: among equals they are chosen again. */
  readonly chosenBefore: ReadonlySet<string>;
}

/** Why something cannot be installed. */
export class NotInstallable extends Error {
  /** Nothing is offered that would do; otherwise another choice on the way, which is not followed, may lead there. */
  readonly isCertain: boolean;
  constructor(message: string, isCertain = false) {
    super(message);
    this.isCertain = isCertain;
  }
}

/** Deeper than any chain of real packages. */
const mostDepth = 400;

/**
 * Puts packages into a world with all that they need, as apt, apk and dnf do it: what is there and is enough stays as it is.
 * @throws NotInstallable where something that is needed cannot be had; the world is then half changed
 */
export function installAll(
  world: World,
  wanted: readonly SystemPackage[],
  offers: Offers,
  manner: InstallManner,
): void {
  // All that is named is there before anything is chosen for it.
  const before = wanted.map((one) => world.get(one.name));
  for (const one of wanted) world.put(one);
  for (const [index, one] of wanted.entries()) complete(world, one, before[index], offers, manner, 0);
}

function install(world: World, one: SystemPackage, offers: Offers, manner: InstallManner, depth: number): void {
  const before = world.get(one.name);
  if (before?.version === one.version) return;
  if (before === undefined && manner.nothingNew) throw new NotInstallable(`${one.name} would be new`);
  if (depth > mostDepth) throw new NotInstallable(`${one.name} needs a longer chain of packages than is followed`);
  if (before === undefined) world.automatic.add(one.name);
  world.put(one);
  complete(world, one, before, offers, manner, depth);
}

/** What a package that was put there asks of the others. */
function complete(
  world: World,
  one: SystemPackage,
  before: SystemPackage | undefined,
  offers: Offers,
  manner: InstallManner,
  depth: number,
): void {
  if (before?.version !== one.version) makeRoom(world, one, offers, manner, depth);
  for (const requirement of one.requires) {
    const failure = ensure(world, requirement, offers, manner, depth);
    if (failure === undefined) continue;
    const needs = `${one.name} ${one.version} needs ${requirementText(requirement)}`;
    throw new NotInstallable(
      `${needs}${failure === 'missing' ? ', which no source offers' : ''}`,
      failure === 'missing',
    );
  }
  if (before?.version !== one.version) keepOthersWhole(world, one, before, offers, manner, depth);
  if (!manner.recommends || manner.nothingNew) return;
  for (const requirement of one.recommends) {
    // What was not wanted with the version that is there is not wanted with the next one either.
    if (before?.recommends.some((known) => sameNames(known, requirement))) continue;
    ensure(world, requirement, offers, manner, depth);
  }
}

function sameNames(one: Requirement, other: Requirement): boolean {
  return one.length === other.length && one.every(({ name }, at) => name === other[at]?.name);
}

/** Undefined where the requirement is met in the end. Each way that does not lead there is taken back. */
function ensure(
  world: World,
  requirement: Requirement,
  offers: Offers,
  manner: InstallManner,
  depth: number,
): 'missing' | 'unsolved' | undefined {
  if (isMet(world, requirement)) {
    if (manner.newest) renew(world, requirement, offers, manner, depth);
    return undefined;
  }
  const targets = requirement.flatMap((relation) => targetsOf(world, relation, offers, manner));
  // A file that nobody names may be there all the same.
  if (targets.length === 0 && !offers.listsFiles && requirement.every(({ name }) => name.startsWith('/')))
    return undefined;
  let missing = 0;
  for (const target of targets) {
    const failure = tried(world, target, offers, manner, depth);
    if (failure === undefined) return undefined;
    if (failure.isCertain) missing++;
  }
  return missing === targets.length ? 'missing' : 'unsolved';
}

function renew(world: World, requirement: Requirement, offers: Offers, manner: InstallManner, depth: number): void {
  for (const relation of requirement)
    for (const installed of world.satisfiers(relation)) {
      const candidate = offers.candidate(installed.name, installed);
      if (candidate && candidate.version !== installed.version && satisfies(candidate, relation))
        tried(world, candidate, offers, manner, depth);
    }
}

/** Why it could not be installed, the world as it was; undefined where it could. */
function tried(
  world: World,
  target: SystemPackage,
  offers: Offers,
  manner: InstallManner,
  depth: number,
): NotInstallable | undefined {
  const saved = world.copy();
  try {
    install(world, target, offers, manner, depth + 1);
    return undefined;
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error;
    restore(world, saved);
    return error;
  }
}

/** Brings one to another version, or leaves the world as it is where that cannot be. */
export function upgradeOrLeave(world: World, candidate: SystemPackage, offers: Offers, manner: InstallManner): void {
  const saved = world.copy();
  try {
    installAll(world, [candidate], offers, manner);
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error;
    restore(world, saved);
  }
}

export function restore(world: World, saved: World): void {
  for (const { name } of [...world.all()]) if (saved.get(name) === undefined) world.delete(name);
  for (const one of saved.all()) if (world.get(one.name) !== one) world.put(one);
  world.automatic.clear();
  for (const name of saved.automatic) world.automatic.add(name);
  world.constraints.clear();
  for (const [name, relation] of saved.constraints) world.constraints.set(name, relation);
}

/** What could be installed for a relation, the preferred one first. */
function targetsOf(world: World, relation: Relation, offers: Offers, manner: InstallManner): SystemPackage[] {
  const installed = world.get(relation.name);
  const own = offers.candidate(relation.name, installed);
  const named =
    own && satisfies(own, relation)
      ? [own]
      : own?.kind === 'deb'
        ? []
        : offers.versions(relation.name).filter((one) => satisfies(one, relation));
  const providers = offers
    .providers(relation.name)
    .filter((one) => one.name !== relation.name && satisfies(one, relation));
  const rank = (one: SystemPackage) => (world.get(one.name) ? 0 : manner.chosenBefore.has(one.name) ? 1 : 2);
  return [...named, ...providers.toSorted((one, other) => rank(one) - rank(other))];
}

/** What must not be there together with a package goes to a version that may, or the package cannot come. */
function makeRoom(world: World, one: SystemPackage, offers: Offers, manner: InstallManner, depth: number): void {
  const conflict = (other: SystemPackage, relation: Relation) => {
    const candidate = offers.candidate(other.name, other);
    if (candidate && candidate.version !== other.version && !satisfies(candidate, relation))
      install(world, candidate, offers, manner, depth + 1);
    else throw new NotInstallable(`${one.name} ${one.version} and ${other.name} ${other.version} exclude each other`);
  };
  for (const relation of one.obsoletes)
    for (const other of world.satisfiers(relation))
      if (other.name === relation.name && other.name !== one.name) world.delete(other.name);
  for (const relation of one.conflicts)
    for (const other of world.satisfiers(relation)) if (other.name !== one.name) conflict(other, relation);
  for (const other of [...world.all()]) {
    if (other.name === one.name || world.get(other.name) !== other) continue;
    const hit = other.conflicts.find((relation) => satisfies(one, relation));
    if (hit === undefined) continue;
    const candidate = offers.candidate(other.name, other);
    if (candidate && candidate.version !== other.version && !candidate.conflicts.some((each) => satisfies(one, each)))
      install(world, candidate, offers, manner, depth + 1);
    else throw new NotInstallable(`${other.name} ${other.version} does not allow ${one.name} ${one.version}`);
  }
}

/** Those that stood on the version before go on with the new one, or to a version of their own that does. */
function keepOthersWhole(
  world: World,
  one: SystemPackage,
  before: SystemPackage | undefined,
  offers: Offers,
  manner: InstallManner,
  depth: number,
): void {
  if (before === undefined) return;
  for (const other of [...world.all()]) {
    if (other.name === one.name || world.get(other.name) !== other) continue;
    const broken = other.requires.find(
      (requirement) => requirement.some((each) => satisfies(before, each)) && !isMet(world, requirement),
    );
    if (broken === undefined) continue;
    const candidate = offers.candidate(other.name, other);
    if (candidate === undefined || candidate.version === other.version)
      throw new NotInstallable(`${other.name} ${other.version} needs ${requirementText(broken)}`);
    install(world, candidate, offers, manner, depth + 1);
  }
}

function requirementText(requirement: Requirement): string {
  return requirement
    .map(({ name, operator, version }) => (operator === undefined ? name : `${name} ${operator} ${version}`))
    .join(' or ');
}
