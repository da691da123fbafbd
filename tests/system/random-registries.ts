import fc from 'fast-check';
import { indexOf, type PushedDescriptor, type PushedImage, pusherTo } from './pushed-images.ts';

/** How a workload has an image. */
export interface Run {
  readonly kind: 'pod' | 'moved pod' | 'deployment' | 'stateful set' | 'daemon set' | 'cron job' | 'job' | 'helm';
  /** It ran this image before, and could be rolled back to it. Of kinds that have a history. */
  readonly earlier: boolean;
  readonly by: 'tag' | 'digest';
}

/** One manifest; what it lists or is about was pushed before it, to the same repository. */
export interface Node {
  readonly repository: 0 | 1;
  readonly layers: readonly string[];
  /** Old or young, each at a time of its own; undated where undefined. */
  readonly days: number | undefined;
  readonly tag: 'none' | 'plain' | 'stable';
  readonly children: readonly number[];
  readonly about: { readonly at: number; readonly by: 'field' | '.sig' | '.att' | '.sbom' | '' } | undefined;
  /** By files in git. */
  readonly named: 'not' | 'tag' | 'digest';
  readonly run: Run | undefined;
}

const layer = fc.constantFrom('base', 'runtime', 'application', 'data', 'large');
const run = fc.record({
  kind: fc.constantFrom<Run['kind']>(
    'pod',
    'moved pod',
    'deployment',
    'stateful set',
    'daemon set',
    'cron job',
    'job',
    'helm',
  ),
  earlier: fc.boolean(),
  by: fc.constantFrom<Run['by']>('tag', 'digest'),
});

/** What two repositories of a registry may hold: named by files in git or, where these are wanted, by workloads. */
export function worldsWith({ workloads }: { readonly workloads: boolean }): fc.Arbitrary<Node[]> {
  const seed = fc.record({
    repository: fc.constantFrom<0 | 1>(0, 1),
    layers: fc.uniqueArray(layer, { minLength: 1, maxLength: 3 }),
    age: fc.constantFrom('old', 'old', 'old', 'young', 'undated'),
    tag: fc.constantFrom<Node['tag']>('none', 'plain', 'plain', 'plain', 'stable'),
    kind: fc.constantFrom('image', 'image', 'image', 'index', 'referrer'),
    by: fc.constantFrom<NonNullable<Node['about']>['by']>('field', '.sig', '.att', '.sbom', ''),
    picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
    named: workloads
      ? fc.constant<Node['named']>('not')
      : fc.constantFrom<Node['named']>('not', 'not', 'not', 'not', 'tag', 'digest'),
    run: workloads ? fc.option(run, { freq: 2, nil: undefined }) : fc.constant(undefined),
  });
  const lists = fc.array(seed, { minLength: workloads ? 10 : 4, maxLength: 14 });
  // Few worlds of workloads are tried: none of them should be a simple one.
  return (workloads ? fc.noBias(lists) : lists).map((seeds) => {
    const nodes: Node[] = [];
    for (const [at, { repository, layers, age, tag, kind, by, picks, named, run: wanted }] of seeds.entries()) {
      const before = nodes.flatMap((node, index) => (node.repository === repository ? [index] : []));
      const picked = [...new Set(picks.map((pick) => before[pick % before.length]))].filter(
        (each) => each !== undefined,
      );
      const [first] = picked;
      const about = kind === 'referrer' && first !== undefined ? { at: first, by } : undefined;
      // By its tag it is about something: it has no other.
      const ownTag = about !== undefined && about.by !== 'field' ? 'none' : tag;
      nodes.push({
        repository,
        layers,
        days: age === 'undated' ? undefined : age === 'young' ? at + 1 : 100 + at,
        tag: ownTag,
        children: kind === 'index' ? picked : [],
        about,
        named,
        run: wanted && (ownTag === 'none' ? { ...wanted, by: 'digest' } : wanted),
      });
    }
    return nodes;
  });
}

/** What a layer holds. */
export function contentOf(layerName: string): string {
  return layerName === 'large' ? layerName.repeat(6000) : layerName;
}

/** Of the policy that these worlds are judged by. Days. */
export const oldest = 30;
export const newest = 2;
export const policyFlags = [
  '--keep-last',
  String(newest),
  '--keep-younger',
  `${oldest}d`,
  '--keep-tag',
  'stable-*',
] as const;

/** What has to be there afterwards, by the specification alone: roots, then whatever belongs to them, until nothing is added. */
export function needed(nodes: readonly Node[]): Set<number> {
  const dateOf = (at: number): number | undefined => {
    const { days, children } = nodes[at] ?? { days: undefined, children: [] };
    const dates = (children.length > 0 ? children.map(dateOf) : [days]).filter((date) => date !== undefined);
    return dates.length === 0 ? undefined : Math.min(...dates);
  };
  const tagged = [...nodes.entries()].filter(([, { tag }]) => tag !== 'none').map(([at]) => at);
  const roots = new Set<number>();
  for (const [at, node] of nodes.entries()) {
    const date = dateOf(at);
    if (node.named === 'digest' || (node.named === 'tag' && node.tag !== 'none') || node.run) roots.add(at);
    if (node.tag === 'none') continue;
    if (node.tag === 'stable' || date === undefined || date < oldest) roots.add(at);
    const younger = tagged.filter(
      (other) => nodes[other]?.repository === node.repository && (dateOf(other) ?? Infinity) < (date ?? 0),
    );
    if (date !== undefined && younger.length < newest) roots.add(at);
  }
  for (let size = -1; size !== roots.size; ) {
    size = roots.size;
    for (const [at, { children, about }] of nodes.entries()) {
      if (roots.has(at)) for (const other of [...children, ...(about ? [about.at] : [])]) roots.add(other);
      if (about && roots.has(about.at)) roots.add(at);
    }
  }
  return roots;
}

export interface PushedWorld {
  /** One of each node. */
  readonly pushed: readonly PushedDescriptor[];
  /** As the registry has it: of two under one tag the later one has it. */
  readonly nodes: readonly Node[];
}

/** Its tag; undefined: it has none. */
export function tagOf({ tag }: Pick<Node, 'tag'>, at: number): string | undefined {
  return tag === 'none' ? undefined : `${tag}-${at}`;
}

/**
 * Pushes a world, as clients do: what lies in another repository is taken over from there.
 * @param imageOf an image of these layers that no other node has
 */
export async function pushWorld(
  host: string,
  nodes: readonly Node[],
  names: readonly string[],
  imageOf: (node: Node, at: number) => PushedImage,
): Promise<PushedWorld> {
  const push = pusherTo(host);
  const pushed: PushedDescriptor[] = [];
  const there = new Map<string | Buffer, string>();
  const holders = new Map<string, number>();
  for (const [at, node] of nodes.entries()) {
    const { repository, children, about } = node;
    const name = names[repository] ?? '';
    const image = imageOf(node, at);
    for (const each of image.layers) {
      const from = there.get(each);
      if (from !== undefined && from !== name) await push.mount(name, await pusherTo(host).blob(from, each), from);
      there.set(each, name);
    }
    const subject = about ? pushed[about.at] : undefined;
    const byTag = about && about.by !== 'field' ? `${subject?.digest.replace(':', '-')}${about.by}` : undefined;
    if (byTag !== undefined) holders.set(`${name}:${byTag}`, at);
    const label = byTag ?? tagOf(node, at);
    const own = about?.by === 'field' && subject ? { subject } : {};
    const listed = children.flatMap((child) => pushed[child] ?? []);
    pushed.push(
      children.length > 0
        ? await push.manifest(name, indexOf(listed, { ...own, annotations: { at: String(at) } }), label)
        : await push.image(name, { ...image, ...own }, label),
    );
  }
  const held = new Set(holders.values());
  const real = nodes.map((node, at) =>
    node.about && node.about.by !== 'field' && !held.has(at) ? { ...node, about: undefined } : node,
  );
  return { pushed, nodes: real };
}

/** When a node's image was built. */
export function builtAt({ days }: Node): string | undefined {
  return days === undefined ? undefined : new Date(Date.now() - days * 86_400_000).toISOString();
}
