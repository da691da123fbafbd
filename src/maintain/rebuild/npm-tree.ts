import { maxSatisfying, satisfies, valid, validRange } from 'semver';
import { isJsonObject, jsonObjectOf, parseJsonObject, textFieldsOf } from '../../core/json-object.ts';
import type { AskSource } from './source-answer.ts';

/** What an install without a lock file brings. */
export interface NpmTree {
  /** `name` and `version` of each, as often as it is there. */
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  /** Why it could not be told to its end; undefined where it was. */
  readonly unknown: string | undefined;
}

/** For which machine, and what is asked for at the top. */
export interface NpmQuestion {
  readonly dependencies: ReadonlyMap<string, string>;
  readonly optional: ReadonlyMap<string, string>;
  readonly os: string;
  /** As Node.js names it: `x64`, `arm64`. */
  readonly cpu: string;
}

/** Larger trees are not followed. */
const mostPackages = 3_000;
const mostPackumentBytes = 48 * 2 ** 20;

interface Manifest {
  readonly version: string;
  readonly dependencies: ReadonlyMap<string, string>;
  readonly optional: ReadonlyMap<string, string>;
  readonly peers: ReadonlyMap<string, string>;
  readonly fits: boolean;
}

interface Packument {
  readonly latest: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly versions: ReadonlyMap<string, unknown>;
  readonly deprecated: ReadonlySet<string>;
}

interface Node {
  readonly name: string;
  readonly parent: Node | undefined;
  readonly children: Map<string, Node>;
  readonly manifest: Manifest;
  readonly depth: number;
  /** Where it lies: `node_modules/a/node_modules/b`. */
  readonly place: string;
}

/**
 * The packages that `npm install` chooses now: breadth first, what is there and fits is taken again, everything else as high as it can lie
 * (https://docs.npmjs.com/cli/v11/commands/npm-install#algorithm). Peers are installed beside who asks for them.
 */
export async function npmTree(question: NpmQuestion, ask: AskSource): Promise<NpmTree> {
  const packuments = new Map<string, Packument | string>();
  const empty = { version: '', peers: new Map<string, string>(), fits: true };
  const root: Node = {
    name: '',
    parent: undefined,
    children: new Map(),
    depth: 0,
    place: '',
    manifest: { ...empty, dependencies: question.dependencies, optional: question.optional },
  };
  const packages: { readonly name: string; readonly version: string }[] = [];
  let unknown: string | undefined;
  const queue: Node[] = [root];
  const place = async (from: Node, name: string, range: string, isOptional: boolean): Promise<void> => {
    const alias = /^npm:(@?[^@]+)(?:@(.*))?$/.exec(range);
    const [real, wanted] = alias ? [alias[1] ?? name, alias[2] ?? '*'] : [name, range];
    const there = resolveFrom(from, name);
    if (there && meets(there.manifest.version, wanted)) return;
    const packument = packuments.get(real) ?? (await packumentOf(real, ask));
    packuments.set(real, packument);
    const chosen = typeof packument === 'string' ? packument : chosenOf(packument, wanted, question);
    if (typeof chosen === 'string') {
      if (!isOptional) unknown ??= `${real}: ${chosen}`;
      return;
    }
    if (isOptional && !chosen.fits) return;
    let at = from;
    while (at.parent && !at.children.has(name) && !at.parent.children.has(name)) at = at.parent;
    const node: Node = {
      name,
      parent: at,
      children: new Map(),
      manifest: chosen,
      depth: at.depth + 1,
      place: `${at.place}/node_modules/${name}`,
    };
    at.children.set(name, node);
    packages.push({ name: real, version: chosen.version });
    queue.push(node);
    for (const [peer, peerRange] of [...chosen.peers].sort(byName))
      await place(at, peer, ownRange(at, peer) ?? peerRange, false);
  };
  for (let node = takeFirst(queue); node !== undefined; node = takeFirst(queue)) {
    const { dependencies, optional } = node.manifest;
    const edges = [...new Map([...dependencies, ...optional])].sort(byName);
    for (const [name, range] of edges) await place(node, name, range, optional.has(name));
    if (packages.length > mostPackages) return { packages, unknown: `more than ${mostPackages} packages` };
  }
  return { packages, unknown };
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one.localeCompare(other, 'en');
}

/** The shallowest, of those the first by its place: in this order npm looks at what is asked for. */
function takeFirst(queue: Node[]): Node | undefined {
  let first = 0;
  for (const [at, node] of queue.entries()) {
    const best = queue[first];
    if (best && (node.depth - best.depth || node.place.localeCompare(best.place, 'en')) < 0) first = at;
  }
  return queue.splice(first, 1)[0];
}

/** What the nearest one above that asks for a package itself asks for: a peer has to fit to that. */
function ownRange(from: Node, name: string): string | undefined {
  for (let at: Node | undefined = from; at !== undefined; at = at.parent) {
    const range = at.manifest.dependencies.get(name) ?? at.manifest.optional.get(name);
    if (range !== undefined) return range;
  }
  return undefined;
}

/** What `require` would find from there. */
function resolveFrom(from: Node, name: string): Node | undefined {
  for (let at: Node | undefined = from; at !== undefined; at = at.parent) {
    const child = at.children.get(name);
    if (child) return child;
  }
  return undefined;
}

function meets(version: string, range: string): boolean {
  // A tag names what it names; a second look at it finds the same.
  return validRange(range) === null || satisfies(version, range);
}

async function packumentOf(name: string, ask: AskSource): Promise<Packument | string> {
  const answer = await ask(`https://registry.npmjs.org/${name.replace('/', '%2f')}`, mostPackumentBytes);
  if (answer.kind !== 'content') return answer.kind === 'absent' ? 'the registry does not know it' : answer.reason;
  const read = parseJsonObject(answer.bytes.toString('utf8'));
  if (read === undefined) return 'the registry’s answer is not understood';
  const versions = new Map(Object.entries(jsonObjectOf(read.versions)));
  const tags = textFieldsOf(read['dist-tags']);
  const deprecated = new Set(
    [...versions].flatMap(([version, manifest]) => (jsonObjectOf(manifest).deprecated ? [version] : [])),
  );
  return { latest: tags.get('latest'), tags, versions, deprecated };
}

/** As npm-pick-manifest chooses: `latest` where it fits, else the newest that is not given up. A text says why there is none. */
function chosenOf(packument: Packument, range: string, question: NpmQuestion): Manifest | string {
  const { latest, tags, versions, deprecated } = packument;
  const wanted = range.trim() === '' ? '*' : range.trim();
  const version = tags.get(wanted) ?? (versions.has(wanted) ? wanted : newestIn(wanted));
  if (version === undefined) return `«${range}» is no version, range or tag of the registry`;
  const manifest = versions.get(version);
  return manifest === undefined ? `the registry has no ${version}` : manifestOf(version, manifest, question);

  function newestIn(within: string): string | undefined {
    if (validRange(within) === null) return undefined;
    if (latest !== undefined && satisfies(latest, within)) return latest;
    const all = [...versions.keys()].filter((each) => valid(each) !== null);
    const alive = all.filter((each) => !deprecated.has(each));
    return maxSatisfying(alive, within) ?? maxSatisfying(all, within) ?? undefined;
  }
}

function manifestOf(version: string, manifest: unknown, { os, cpu }: NpmQuestion): Manifest {
  const fields = jsonObjectOf(manifest);
  const meta = jsonObjectOf(fields.peerDependenciesMeta);
  const isOptionalPeer = (name: string) => jsonObjectOf(meta[name]).optional === true;
  const peers = [...textFieldsOf(fields.peerDependencies)].filter(([name]) => !isOptionalPeer(name));
  const libc = 'glibc';
  return {
    version,
    dependencies: textFieldsOf(fields.dependencies),
    optional: textFieldsOf(fields.optionalDependencies),
    peers: new Map(peers),
    fits: admitsMachine(fields.os, os) && admitsMachine(fields.cpu, cpu) && admitsMachine(fields.libc, libc),
  };
}

/** `["linux", "!win32"]`. */
function admitsMachine(field: unknown, own: string): boolean {
  const words = (Array.isArray(field) ? field : []).filter((each) => typeof each === 'string');
  if (words.includes(`!${own}`)) return false;
  const wanted = words.filter((word) => !word.startsWith('!'));
  return wanted.length === 0 || wanted.includes(own) || wanted.includes('any');
}

/** What a `package.json` asks for at the top. */
export function npmDependencies(text: string, omitDevelopment: boolean): Omit<NpmQuestion, 'os' | 'cpu'> | undefined {
  const read = parseJsonObject(text);
  if (!isJsonObject(read)) return undefined;
  const optional = textFieldsOf(read.optionalDependencies);
  const development = omitDevelopment ? new Map<string, string>() : textFieldsOf(read.devDependencies);
  return { dependencies: new Map([...development, ...textFieldsOf(read.dependencies)]), optional };
}
