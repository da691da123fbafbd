import type { Artifact } from '../core/artifact.ts';
import type { BuildDefinition, BuildFile } from './build-file.ts';
import { localPath } from './internal/read-compose-build.ts';
import { readHcl } from './internal/read-hcl.ts';
import { directoryOf } from './project-path.ts';
import { readYaml } from './read-yaml.ts';
import { at, entriesAt, scalarsAt, textAt, type YamlEntry, type YamlNode } from './yaml-node.ts';

const maximumInheritance = 100;
const maximumTargets = 10_000;

/**
 * Reads the targets of a bake file, HCL or JSON: https://docs.docker.com/build/bake/reference/. Variables have their defaults;
 * what a function computes is not known. Targets whose name begins with `_`, which others inherit from, are no builds of their
 * own. Never throws.
 */
export function readBake(artifact: Artifact): BuildFile {
  const json = artifact.path.endsWith('.json');
  const { documents, problems } = json
    ? readYaml(artifact)
    : { documents: [{ root: readHcl(artifact) }], problems: [] };
  const root = documents[0]?.root;
  const directory = directoryOf(artifact.path);
  const reading: Reading = {
    root,
    targets: new Map(entriesAt(root, 'target').map((entry) => [entry.key.text, entry])),
    variables: defaultsOf(root),
  };
  const builds = [...reading.targets.values()]
    .filter(({ key }) => !key.text.startsWith('_'))
    .slice(0, maximumTargets)
    .map((entry) => readTarget(reading, entry, directory));
  return { builds, problems };
}

interface Reading {
  readonly root: YamlNode | undefined;
  readonly targets: ReadonlyMap<string, YamlEntry>;
  readonly variables: ReadonlyMap<string, string>;
}

function defaultsOf(root: YamlNode | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { key, value } of entriesAt(root, 'variable')) {
    const text = textAt(value, 'default');
    if (text !== undefined) found.set(key.text, text);
  }
  return found;
}

function readTarget(reading: Reading, entry: YamlEntry, directory: string): BuildDefinition {
  const chain = lineage(reading, entry, new Set());
  const own = (key: string) => chain.map((node) => textAt(node, key)).find((text) => text !== undefined);
  const filled = (key: string) => {
    const text = own(key);
    return text === undefined ? undefined : fill(reading, text);
  };
  const inline = chain.some((node) => at(node, 'dockerfile-inline'));
  const contextPath = localPath(directory, filled('context') ?? '.');
  const dockerfile = filled('dockerfile') ?? 'Dockerfile';
  const tags = chain.map((node) => scalarsAt(node, 'tags')).find((list) => list.length > 0) ?? [];
  const args = new Map<string, string | undefined>();
  for (const node of [...chain].reverse())
    for (const { key, value } of entriesAt(node, 'args'))
      args.set(key.text, value.kind === 'scalar' && value.value !== null ? fill(reading, value.text) : undefined);
  return {
    name: entry.key.text,
    images: tags.flatMap((tag) => (tag.value === null ? [] : fill(reading, tag.text))),
    contextPath,
    dockerfilePath: contextPath === undefined || inline ? undefined : localPath(contextPath, dockerfile),
    target: filled('target'),
    args,
    place: entry.key,
    sources: chain,
    root: reading.root,
  };
}

/** A target and what it inherits from, each once, the nearest first: of several parents the last one counts most. */
function lineage(reading: Reading, entry: YamlEntry, seen: Set<YamlEntry>): readonly YamlNode[] {
  if (seen.has(entry) || seen.size >= maximumInheritance) return [];
  seen.add(entry);
  const parents = scalarsAt(entry.value, 'inherits').flatMap(({ text }) => reading.targets.get(text) ?? []);
  return [entry.value, ...parents.reverse().flatMap((parent) => lineage(reading, parent, seen))];
}

/** Puts the defaults of variables in; what is not known stays as written. */
function fill(reading: Reading, text: string): string {
  return text.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (written, name: string) => reading.variables.get(name) ?? written);
}
