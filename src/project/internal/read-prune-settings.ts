import { type Document, isScalar, type Node } from 'yaml';
import { parseAge } from '../../core/age.ts';
import { parseByteSize } from '../../core/byte-size.ts';
import { parseWantedRoom } from '../../core/wanted-room.ts';
import {
  type KeepSettings,
  noPruneSettings,
  type PruneEngineSettings,
  type PruneRegistrySettings,
  type PruneSettings,
  versionTracks,
} from '../prune-settings.ts';
import { type Complain, fieldsOf, listOf, textList } from './configuration-nodes.ts';

/** Reads the `prune` section. @throws UserError with the place of what is not understood */
export function readPruneSettings(node: Node | undefined, document: Document, complain: Complain): PruneSettings {
  if (node === undefined) return noPruneSettings;
  const fields = fieldsOf(node, ['registry', 'engine'], document, complain, 'prune');
  const registry = fields.get('registry')?.value;
  const engine = fields.get('engine')?.value;
  return {
    registry: registry === undefined ? noPruneSettings.registry : readRegistry(registry, document, complain),
    engine: engine === undefined ? noPruneSettings.engine : readEngine(engine, document, complain),
  };
}

function readEngine(node: Node, document: Document, complain: Complain): PruneEngineSettings {
  const fields = fieldsOf(node, ['keep', 'only', 'cache', 'stoppedFor', 'untilFree'], document, complain, 'engine');
  const within = (name: string, allowed: readonly string[]) => {
    const own = fields.get(name)?.value;
    return own === undefined ? new Map() : fieldsOf(own, allowed, document, complain, name);
  };
  const keep = within('keep', ['last', 'youngerThan', 'images', 'labels']);
  const cache = within('cache', ['olderThan', 'size']);
  const last = keep.get('last')?.value;
  const youngerThan = ageOf(keep.get('youngerThan')?.value, complain);
  const olderThan = ageOf(cache.get('olderThan')?.value, complain);
  const size = cache.get('size')?.value;
  const stoppedFor = ageOf(fields.get('stoppedFor')?.value, complain);
  const untilFree = fields.get('untilFree')?.value;
  const lists = (of: ReadonlyMap<string, { readonly value: Node | undefined }>, name: string) =>
    of.has(name) ? { [name]: textList(of.get(name)?.value, complain) } : {};
  const only = fields.get('only');
  const repositories = lists(fields, 'only');
  // No repository, as written, would be every repository, as meant by nobody.
  if (repositories.only?.length === 0)
    throw complain(only?.value ?? only?.keyNode, 'a repository is needed here: name one, or leave «only» out');
  return {
    keep: {
      ...(last !== undefined && { last: count(last, complain) }),
      ...(youngerThan !== undefined && { youngerThan }),
      ...lists(keep, 'images'),
      ...lists(keep, 'labels'),
    },
    ...repositories,
    cache: {
      ...(olderThan !== undefined && { olderThan }),
      ...(size !== undefined && {
        bytes: read(size, parseByteSize, complain, 'a size is needed here, such as 20GB'),
      }),
    },
    ...(stoppedFor !== undefined && { stoppedFor }),
    ...(untilFree !== undefined && {
      untilFree: read(
        untilFree,
        parseWantedRoom,
        complain,
        'a share below 100% or a size is needed here, such as 20% or 50GB',
      ),
    }),
  };
}

/** What a scalar says. */
function read<Value>(
  node: Node,
  parse: (text: string) => Value | undefined,
  complain: Complain,
  message: string,
): Value {
  const value = isScalar(node) ? parse(String(node.value)) : undefined;
  if (value === undefined) throw complain(node, message);
  return value;
}

function ageOf(node: Node | undefined, complain: Complain): number | undefined {
  return node === undefined
    ? undefined
    : read(node, parseAge, complain, 'an age is needed here, such as 30d, 12h or 2w');
}

function readRegistry(node: Node, document: Document, complain: Complain): PruneRegistrySettings {
  const fields = fieldsOf(node, ['keep', 'repositories'], document, complain, 'registry');
  return {
    keep: readKeep(fields.get('keep')?.value, document, complain),
    repositories: listOf(fields.get('repositories')?.value, complain).map((item) => {
      const own = fieldsOf(item, ['match', 'keep'], document, complain, 'a repository');
      const match = textList(own.get('match')?.value, complain);
      if (match.length === 0) throw complain(item, 'a repository needs «match», globs of the names that it is about');
      return { match, keep: readKeep(own.get('keep')?.value, document, complain) };
    }),
  };
}

function readKeep(node: Node | undefined, document: Document, complain: Complain): KeepSettings {
  if (node === undefined) return {};
  const fields = fieldsOf(node, ['last', 'youngerThan', 'tags', 'versions'], document, complain, 'keep');
  const last = fields.get('last')?.value;
  const youngerThan = ageOf(fields.get('youngerThan')?.value, complain);
  const tags = fields.get('tags')?.value;
  const versions = fields.get('versions')?.value;
  // Rules whose items are all commented out would take the place of those that keep otherwise.
  for (const [node, none] of [
    [tags, '[]'],
    [versions, '{}'],
  ] as const)
    if (isScalar(node) && node.value === null)
      throw complain(node, `nothing is written here: leave it out, or write ${none} to keep none by it`);
  return {
    ...(last !== undefined && { last: count(last, complain) }),
    ...(youngerThan !== undefined && { youngerThan }),
    ...(tags !== undefined && { tags: textList(tags, complain) }),
    ...(versions !== undefined && {
      versions: Object.fromEntries(
        [...fieldsOf(versions, versionTracks, document, complain, 'versions')].map(([track, { value }]) => [
          track,
          count(value, complain),
        ]),
      ),
    }),
  };
}

function count(node: Node | undefined, complain: Complain): number {
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 100_000) return value;
  throw complain(node, 'a whole number is needed here');
}
