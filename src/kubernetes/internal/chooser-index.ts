import type { KubernetesObject } from '../manifest.ts';
import { type LabelSelector, selectorOf } from '../selector.ts';

/** Objects of one kind by a label that the pods they choose must have, so that not each is held against each workload. */
export interface ChooserIndex {
  /** Objects that may choose pods with these labels; all that do are among them. */
  candidates(labels: ReadonlyMap<string, string>): readonly KubernetesObject[];
}

const byObjects = new WeakMap<readonly KubernetesObject[], Map<string, readonly KubernetesObject[]>>();
const choosers = new WeakMap<readonly KubernetesObject[], ChooserIndex>();
const selectors = new WeakMap<KubernetesObject, { readonly selector: LabelSelector | undefined }>();
const none: readonly KubernetesObject[] = [];

/** The objects by kind, grouped once for a list of objects. */
export function ofKind(
  objects: readonly KubernetesObject[],
  kind: string,
  group?: string,
): readonly KubernetesObject[] {
  let groups = byObjects.get(objects);
  if (!groups) {
    const made = new Map<string, KubernetesObject[]>();
    for (const object of objects)
      for (const key of [object.kind, `${object.kind}\0${object.group}`]) {
        const known = made.get(key);
        if (known) known.push(object);
        else made.set(key, [object]);
      }
    groups = made;
    byObjects.set(objects, groups);
  }
  return groups.get(group === undefined ? kind : `${kind}\0${group}`) ?? none;
}

/** The object's selector, read once. */
export function keptSelector(object: KubernetesObject): LabelSelector | undefined {
  let kept = selectors.get(object);
  if (!kept) {
    kept = { selector: selectorOf(object) };
    selectors.set(object, kept);
  }
  return kept.selector;
}

/** The index of the objects of a kind, made once for a list of objects. */
export function choosersOfKind(objects: readonly KubernetesObject[], kind: string): ChooserIndex {
  const group = ofKind(objects, kind);
  let index = choosers.get(group);
  if (!index) {
    index = makeIndex(group);
    choosers.set(group, index);
  }
  return index;
}

const pairText = (key: string, value: string) => `${key}=${value}`;

function makeIndex(objects: readonly KubernetesObject[]): ChooserIndex {
  const counts = new Map<string, number>();
  const required = objects.map((object) => {
    const selector = keptSelector(object);
    const pairs = [...(selector?.matchLabels ?? [])].map(([key, value]) => pairText(key, value));
    for (const pair of pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1);
    return { object, pairs, chooses: selector !== undefined };
  });
  const byPair = new Map<string, KubernetesObject[]>();
  const anyLabels: KubernetesObject[] = [];
  for (const { object, pairs, chooses } of required) {
    if (!chooses) continue;
    const rarest = pairs.reduce<string | undefined>(
      (best, pair) => (best === undefined || (counts.get(pair) ?? 0) < (counts.get(best) ?? 0) ? pair : best),
      undefined,
    );
    if (rarest === undefined) anyLabels.push(object);
    else {
      const others = byPair.get(rarest);
      if (others) others.push(object);
      else byPair.set(rarest, [object]);
    }
  }
  return {
    candidates(labels) {
      const found = [...anyLabels];
      for (const [key, value] of labels) found.push(...(byPair.get(pairText(key, value)) ?? none));
      return found;
    },
  };
}
