import { admitsVersion, type Relation, type Requirement, type SystemPackage } from '../../ecosystems/system-package.ts';
import { versionOrders } from '../../ecosystems/version-orders.ts';

/** The packages that a system has, as they are changed step by step. */
export interface World {
  get(name: string): SystemPackage | undefined;
  put(one: SystemPackage): void;
  delete(name: string): void;
  all(): Iterable<SystemPackage>;
  /** Installed because others need them. */
  readonly automatic: Set<string>;
  /** apk: what its `world` file asks for beside a name alone. */
  readonly constraints: Map<string, Relation>;
  satisfiers(relation: Relation): SystemPackage[];
  has(relation: Relation): boolean;
  copy(): World;
}

export function worldOf(
  packages: Iterable<SystemPackage>,
  automatic: Iterable<string> = [],
  constraints: Iterable<readonly [string, Relation]> = [],
): World {
  const byName = new Map<string, SystemPackage>();
  const byCapability = new Map<string, Set<string>>();
  const put = (one: SystemPackage) => {
    byName.set(one.name, one);
    for (const { name } of one.provides) {
      const names = byCapability.get(name) ?? new Set();
      names.add(one.name);
      byCapability.set(name, names);
    }
  };
  for (const one of packages) put(one);
  const satisfiers = (relation: Relation) => {
    const names = new Set([relation.name, ...(byCapability.get(relation.name) ?? [])]);
    return [...names].flatMap((name) => {
      const one = byName.get(name);
      return one && satisfies(one, relation) ? [one] : [];
    });
  };
  const world: World = {
    get: (name) => byName.get(name),
    put,
    delete: (name) => void byName.delete(name),
    all: () => byName.values(),
    automatic: new Set(automatic),
    constraints: new Map(constraints),
    satisfiers,
    has: (relation) => satisfiers(relation).length > 0,
    copy: () => worldOf(byName.values(), world.automatic, world.constraints),
  };
  return world;
}

/** Whether a package is what a relation names, by its own name or by what it provides. */
export function satisfies(one: SystemPackage, relation: Relation): boolean {
  const compare = one.kind === 'rpm' ? compareRpmRelation : versionOrders[one.kind];
  if (one.name === relation.name && admitsVersion(relation, one.version, compare)) return true;
  return one.provides.some((capability) => {
    if (capability.name !== relation.name) return false;
    if (relation.operator === undefined) return true;
    // What is provided without a version is any version to rpm, and none to the others.
    if (capability.version === undefined) return one.kind === 'rpm';
    return admitsVersion(relation, capability.version, compare);
  });
}

/** What a relation says without a release holds for all releases of the version (https://rpm.org/docs/4.20.x/manual/dependencies.html). */
function compareRpmRelation(version: string, wanted: string): number {
  const isAny = !wanted.includes('-') || !version.includes('-');
  const bare = (text: string) => (isAny ? text.replace(/-[^-]*$/, '') : text);
  return versionOrders.rpm(bare(version), bare(wanted));
}

export function isMet(world: World, requirement: Requirement): boolean {
  return requirement.some((relation) => world.has(relation));
}
