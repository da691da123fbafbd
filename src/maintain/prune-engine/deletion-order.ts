import { type EngineItem, itemKey } from './inventory.ts';

/** What stands on others before these, otherwise in the order given: engines do not delete what something stands on. */
export function deletionOrder(items: readonly EngineItem[]): EngineItem[] {
  const dependents = dependentsOf(items);
  const order: EngineItem[] = [];
  const begun = new Set<EngineItem>();
  const add = (first: EngineItem) => {
    // With a stack of its own: chains of a build's steps are long.
    const stack = [{ item: first, left: [...(dependents.get(itemKey(first)) ?? [])] }];
    begun.add(first);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.left.pop();
      if (next === undefined) {
        order.push(top.item);
        stack.pop();
      } else if (!begun.has(next)) {
        begun.add(next);
        stack.push({ item: next, left: [...(dependents.get(itemKey(next)) ?? [])] });
      }
    }
  };
  for (const item of items) if (!begun.has(item)) add(item);
  return order;
}

/** By an item's key, those of the items that need it. */
export function dependentsOf(items: readonly EngineItem[]): ReadonlyMap<string, readonly EngineItem[]> {
  const dependents = new Map<string, EngineItem[]>();
  for (const item of items) for (const key of item.needs) dependents.set(key, [...(dependents.get(key) ?? []), item]);
  return dependents;
}
