import type { Artifact } from '../core/artifact.ts';
import type { Assumption, Fix, NewFile, TextEdit } from '../core/fix.ts';
import {
  addDocument,
  addItems,
  documentText,
  inOrder,
  isEditable,
  type Place,
  removeItems,
  removeKey,
  replaceScalar,
  setKeys,
  type YamlRecord,
} from '../kubernetes/edit-yaml.ts';
import type { KubernetesObject } from '../kubernetes/manifest.ts';
import { at, isNull, type YamlMap, type YamlNode } from '../kubernetes/yaml-node.ts';
import { isYttTemplate } from '../kubernetes/ytt-template.ts';
import type { Project } from '../project/project.ts';

/** What edits a file makes, or undefined where one of them cannot be made: then nothing of the repair is. */
export type Edits = readonly TextEdit[] | undefined;

/** What a node belongs to: a Kubernetes object, or a file that stands as it is, such as a Compose file. */
export interface Owner {
  readonly origin?: KubernetesObject['origin'];
}

/** Something that is known to be so. */
export function holds(statement: string): Assumption {
  return { statement, state: 'holds' };
}

/** Something that a person has to say. */
export function asks(statement: string, question: string): Assumption {
  return { statement, state: 'unknown', question };
}

/**
 * The file that a node is written in, to edit it; undefined where no file holds it as it is. A chart's templates are not edited:
 * what they become depends on values that are not all here.
 */
export function fileOf(project: Project, object: Owner, node: YamlNode): Artifact | undefined {
  if (object.origin?.kind === 'helm') return undefined;
  const artifact = project.artifacts.get(node.path);
  return artifact && isEditable(artifact, node) ? artifact : undefined;
}

/** Gives a map of an object's files what `record` says. */
export function setIn(project: Project, object: Owner, map: YamlMap, record: YamlRecord, place?: Place): Edits {
  const file = fileOf(project, object, map);
  return file && setKeys(file, map, record, place);
}

/** Writes another value where a scalar of an object stands. */
export function replaceIn(project: Project, object: Owner, node: YamlNode, value: string | number | boolean): Edits {
  const file = fileOf(project, object, node);
  return file && replaceScalar(file, node, value);
}

/** Takes the entry at a path of keys below a map of an object away. */
export function removeIn(project: Project, object: Owner, map: YamlMap, ...path: readonly string[]): Edits {
  const file = fileOf(project, object, map);
  return file && removeKey(file, map, path);
}

/** Takes items out of the list at a path of keys below a map, and the list with them where none is left. */
export function removeItemsIn(
  project: Project,
  object: Owner,
  map: YamlMap,
  path: readonly string[],
  items: readonly YamlNode[],
): Edits {
  const list = at(map, ...path);
  if (list?.kind !== 'sequence') return undefined;
  if (items.length >= list.items.length) return removeIn(project, object, map, ...path);
  const file = fileOf(project, object, list);
  return file && removeItems(file, list, items);
}

/** Adds items to the list of a map, which need not be there, and gives the map what `record` says. */
export function addToList(
  project: Project,
  object: Owner,
  map: YamlMap,
  key: string,
  items: readonly YamlRecord[],
  record: YamlRecord = {},
): Edits {
  const list = at(map, key);
  if (items.length === 0) return setIn(project, object, map, record);
  if (list === undefined || isNull(list) || (list.kind === 'sequence' && list.items.length === 0))
    return setIn(project, object, map, { ...record, [key]: items });
  const file = fileOf(project, object, list);
  if (!file || list.kind !== 'sequence') return undefined;
  return together([addItems(file, list, items), setIn(project, object, map, record)]);
}

/** Edits of several places as one: all of them or none. */
export function together(parts: readonly Edits[]): Edits {
  const edits: TextEdit[] = [];
  for (const part of parts) {
    if (part === undefined) return undefined;
    edits.push(...part);
  }
  return inOrder(edits);
}

/** A fix of edits that could be made and change something; undefined otherwise. */
export function manifestFix(
  title: string,
  edits: Edits,
  assumptions: readonly Assumption[],
  newFiles?: readonly NewFile[],
): Fix | undefined {
  if (edits === undefined || (edits.length === 0 && newFiles === undefined)) return undefined;
  return { title, changes: { edits, ...(newFiles && { newFiles }) }, assumptions };
}

/** What adds an object to a project: behind the one that it belongs to, or as a file beside it. */
export interface AddedObject {
  readonly edits: readonly TextEdit[];
  readonly newFiles?: readonly NewFile[];
}

/** A template that leaves objects out under a condition, which what comes behind its end would not be under. */
function isConditional({ text }: Artifact): boolean {
  return text.includes('{{') && /^[ \t]*(?:#[ \t]*)?\{\{-?[ \t]*end\b/m.test(text);
}

/**
 * Adds an object beside another one: as a document at the end of its file, or as a file of its own where that is JSON. Undefined for a
 * chart, and where a file would not be applied: next to a kustomization, which names its files.
 */
export function addObject(
  project: Project,
  beside: KubernetesObject,
  record: YamlRecord,
  fileName: string,
): AddedObject | undefined {
  const file = beside.origin.kind === 'helm' ? undefined : project.artifacts.get(beside.path);
  if (!file || beside.node.derived || isYttTemplate(file) || isConditional(file)) return undefined;
  const text = documentText(file, record);
  const edits = addDocument(file, text);
  if (edits) return { edits };
  if (beside.origin.kind === 'kustomize') return undefined;
  const directory = beside.path.includes('/') ? beside.path.slice(0, beside.path.lastIndexOf('/') + 1) : '';
  const path = `${directory}${fileName}`;
  return project.artifacts.has(path) ? undefined : { edits: [], newFiles: [{ path, text }] };
}
