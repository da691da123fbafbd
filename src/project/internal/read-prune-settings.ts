import { type Document, isScalar, type Node } from 'yaml';
import { parseAge } from '../../core/age.ts';
import {
  type KeepSettings,
  noPruneSettings,
  type PruneRegistrySettings,
  type PruneSettings,
  versionTracks,
} from '../prune-settings.ts';
import { type Complain, fieldsOf, listOf, textList } from './configuration-nodes.ts';

/** Reads the `prune` section. @throws UserError with the place of what is not understood */
export function readPruneSettings(node: Node | undefined, document: Document, complain: Complain): PruneSettings {
  if (node === undefined) return noPruneSettings;
  const fields = fieldsOf(node, ['registry'], document, complain, 'prune');
  const registry = fields.get('registry')?.value;
  return registry === undefined ? noPruneSettings : { registry: readRegistry(registry, document, complain) };
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
  const youngerThan = fields.get('youngerThan')?.value;
  const tags = fields.get('tags')?.value;
  const versions = fields.get('versions')?.value;
  const age = isScalar(youngerThan) ? parseAge(String(youngerThan.value)) : undefined;
  if (youngerThan !== undefined && age === undefined)
    throw complain(youngerThan, 'an age is needed here, such as 30d, 12h or 2w');
  return {
    ...(last !== undefined && { last: count(last, complain) }),
    ...(age !== undefined && { youngerThan: age }),
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
