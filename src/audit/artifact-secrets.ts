import type { Artifact } from '../core/artifact.ts';
import { endOfPrivateKey } from '../core/mask-secrets.ts';
import { isSettingsFile, secretInFile } from '../core/secret-in-file.ts';
import { findTokens, isKeyOfProgram, isSwitch, isTellingName } from '../core/secret-text.ts';
import type { SourceRange } from '../core/text.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { findSecrets } from '../dockerfile/find-secrets.ts';
import { readManifests } from '../kubernetes/manifest.ts';
import { entriesAt, textAt, type YamlNode } from '../kubernetes/yaml-node.ts';
import type { Project } from '../project/project.ts';
import { structuredSecret } from '../project/structured-secret.ts';

interface ProjectSecrets {
  readonly dockerfiles: ReadonlyMap<string, Dockerfile>;
  inYaml: ReadonlyMap<string, readonly SourceRange[]> | undefined;
  /** By path, for the text that was asked for last: to search one again for each of its findings is dear. */
  readonly read: Map<string, { readonly text: string; readonly ranges: readonly SourceRange[] }>;
}

/** Asked for every fix and every excerpt: each artifact is searched once. */
const known = new WeakMap<Project, ProjectSecrets>();

/** The ranges of an artifact that are secret by what stands around them: to be hidden wherever its text is shown. In no order. */
export function secretRanges(project: Project, path: string, text: string): readonly SourceRange[] {
  const secrets = secretsOf(project);
  let found = secrets.read.get(path);
  if (found?.text !== text) {
    found = { text, ranges: [...privateKeys(text), ...rangesByPlace(project, secrets, path, text)] };
    secrets.read.set(path, found);
  }
  return found.ranges;
}

function rangesByPlace(project: Project, secrets: ProjectSecrets, path: string, text: string): readonly SourceRange[] {
  const dockerfile = secrets.dockerfiles.get(path);
  if (dockerfile) return findSecrets(dockerfile).map(({ range }) => range);
  secrets.inYaml ??= secretsInYaml(project);
  const known = secrets.inYaml.get(path);
  if (known !== undefined || !/^kind: Secret$/m.test(text)) return known ?? [];
  // A Secret that a fix writes into a file that git ignores is none of the project's objects. An artifact of the project is read already,
  // in an earlier round of a repair as well.
  const own = project.artifacts.get(path);
  const artifact: Artifact = own?.text === text ? own : { path, text, encoding: 'utf-8' };
  return secretsInYaml(readManifests(artifact)).get(path) ?? [];
}

function secretsOf(project: Project): ProjectSecrets {
  let secrets = known.get(project);
  if (secrets === undefined) {
    const dockerfiles = new Map(
      [...project.dockerfiles, ...(project.images ?? []).map(({ history }) => history)].map((each) => [
        each.path,
        each,
      ]),
    );
    secrets = { dockerfiles, inYaml: undefined, read: new Map() };
    known.set(project, secrets);
  }
  return secrets;
}

/** Published forms tell where a key begins; all of it is secret. */
function privateKeys(text: string): SourceRange[] {
  if (!text.includes('PRIVATE KEY')) return [];
  return findTokens(text)
    .filter(({ kind }) => kind === 'private key')
    .map(({ range }) => ({ start: range.start, end: endOfPrivateKey(text, range.end) }));
}

function secretsInYaml({
  objects,
  composeFiles = [],
}: Pick<Project, 'objects'> & Partial<Project>): ReadonlyMap<string, readonly SourceRange[]> {
  // Objects share nodes, of an anchor or of a base of several overlays: each place counts once.
  const found = new Map<string, Map<number, SourceRange>>();
  const roots = [
    ...objects.map(({ node, kind }) => ({ node, kind })),
    ...composeFiles.map(({ root }) => ({ node: root, kind: '' })),
  ];
  for (const { node, kind } of roots)
    for (const { path, range } of secretsBelow(node, kind)) {
      const ranges = found.get(path) ?? new Map<number, SourceRange>();
      found.set(path, ranges.set(range.start, range));
    }
  return new Map([...found].map(([path, ranges]) => [path, [...ranges.values()]]));
}

interface HiddenPlace {
  readonly path: string;
  readonly range: SourceRange;
}

/** By the root of an object or a Compose file, which a repair that reads the project again has still. */
const hiddenPlaces = new WeakMap<YamlNode, readonly HiddenPlace[]>();

function secretsBelow(root: YamlNode, kind: string): readonly HiddenPlace[] {
  const before = hiddenPlaces.get(root);
  if (before) return before;
  const found: HiddenPlace[] = [];
  // An alias is the node that it names: each is looked at once.
  const seen = new Set<YamlNode>();
  const hide = (node: YamlNode, from = 0) => {
    if (node.kind !== 'scalar' || node.derived || node.range.end <= node.range.start + from) return;
    const text = node.text.slice(from);
    if (/^\$(?:\w+|\{\w+(?::?\?[^{}]{0,200})?\})$|^\{\{/.test(text) || isSwitch(text)) return;
    const quoted = node.style === 'single-quoted' || node.style === 'double-quoted' ? 1 : 0;
    found.push({ path: node.path, range: { start: node.range.start + quoted + from, end: node.range.end - quoted } });
  };
  const walk = (node: YamlNode) => {
    if (node.kind === 'scalar' || seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'sequence') {
      node.items.forEach((item, at) => {
        const before = node.items[at - 1];
        if (before?.kind === 'scalar' && isSecretOption(before.text)) hide(item);
        const name = item.kind === 'scalar' ? /^-{0,2}([A-Za-z][\w.-]{0,100})=/.exec(item.text) : null;
        if (name && isNameOfSecret(name[1] ?? '', item, name[0].length)) hide(item, name[0].length);
        walk(item);
      });
      return;
    }
    const name = textAt(node, 'name') ?? textAt(node, 'key');
    for (const { key, value } of node.entries) {
      const isNamed = isNameOfSecret(key.text, value);
      if (isNamed || (key.text === 'value' && name !== undefined && isNameOfSecret(name, value))) hide(value);
      // `SPRING_APPLICATION_JSON` and the like.
      else if (value.kind === 'scalar' && value.text.startsWith('{') && structuredSecret(key.text, value.text))
        hide(value);
      walk(value);
    }
  };
  walk(root);
  if (kind === 'Secret')
    for (const field of ['data', 'stringData']) for (const { value } of entriesAt(root, field)) hide(value);
  if (kind === 'ConfigMap')
    for (const { key, value } of entriesAt(root, 'data'))
      if (value.kind === 'scalar' && holdsSecret(key.text, value.text)) hide(value);
  hiddenPlaces.set(root, found);
  return found;
}

function holdsSecret(name: string, text: string): boolean {
  return (
    (isSettingsFile(name, text) && secretInFile(name, text) !== undefined) || structuredSecret(name, text) !== undefined
  );
}

/** Whatever stands under a telling name, and what is a key under one that tells it together with its value. */
function isNameOfSecret(name: string, value: YamlNode, from = 0): boolean {
  return isTellingName(name) || (value.kind === 'scalar' && isKeyOfProgram(name, value.text.slice(from)));
}

/** `--password`, with its value in the next item. */
function isSecretOption(text: string): boolean {
  return /^--?[a-z]/.test(text) && isTellingName(text.replace(/^-+/, ''));
}
