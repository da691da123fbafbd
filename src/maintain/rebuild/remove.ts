import type { Requirement, SystemPackage } from '../../ecosystems/system-package.ts';
import type { ToolContext } from './run-tool.ts';
import { isMet, type World } from './world.ts';

/** Removes packages and, one after the other, all that need them. */
export function removeWithDependents(world: World, names: readonly string[]): void {
  /** What the removed ones were and provided. */
  const gone = new Set<string>();
  const remove = (one: SystemPackage) => {
    for (const name of [one.name, ...one.provides.map(({ name }) => name)]) gone.add(name);
    world.delete(one.name);
  };
  for (const name of names) {
    const one = world.get(name);
    if (one) remove(one);
  }
  for (let before = 0; gone.size > before; ) {
    before = gone.size;
    for (const one of [...world.all()])
      if (one.requires.some((each) => isAbout(each, gone) && !isMet(world, each))) remove(one);
  }
}

/** What was not met before has nothing to do with what is removed. */
function isAbout(requirement: Requirement, names: ReadonlySet<string>): boolean {
  return requirement.some(({ name }) => names.has(name));
}

/** Removes what came because others needed it and no longer do: `apt-get autoremove`, and apk after each command. */
export function removeUnneeded(
  world: World,
  { keepsRecommended, keepsSuggested }: Pick<ToolContext, 'keepsRecommended' | 'keepsSuggested'>,
): void {
  const kept = new Set<SystemPackage>();
  const pending = [...world.all()].filter((one) => one.essential || !world.automatic.has(one.name));
  for (;;) {
    if (pending.length === 0) pending.push(...comingBySelf(world, kept));
    const one = pending.pop();
    if (one === undefined) break;
    if (kept.has(one)) continue;
    kept.add(one);
    const wanted = [
      ...one.requires,
      ...(keepsRecommended ? one.recommends : []),
      ...(keepsSuggested ? one.suggests : []),
    ];
    for (const requirement of wanted) for (const relation of requirement) pending.push(...world.satisfiers(relation));
  }
  for (const one of [...world.all()]) if (!kept.has(one)) world.delete(one.name);
}

/** apk: those that stay as long as all of what they name does. */
function comingBySelf(world: World, kept: ReadonlySet<SystemPackage>): SystemPackage[] {
  return [...world.all()].filter(
    (one) =>
      !kept.has(one) &&
      one.installIf.length > 0 &&
      one.installIf.every((relation) => world.satisfiers(relation).some((each) => kept.has(each))),
  );
}
