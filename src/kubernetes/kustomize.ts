import {
  both,
  type Configured,
  configuredIn,
  configureFields,
  noneConfigured,
} from './internal/kustomize-configurations.ts';
import { configuredByCrds } from './internal/kustomize-crds.ts';
import { addGenerated } from './internal/kustomize-generators.ts';
import { applyJsonPatches, applyPatches } from './internal/kustomize-patches.ts';
import { applyPlugins } from './internal/kustomize-plugins.ts';
import { followReferences } from './internal/kustomize-references.ts';
import { applyReplacements } from './internal/kustomize-replacements.ts';
import { asPart, has, type Resource, toObject, toResource } from './internal/kustomize-resource.ts';
import { withTextsOfKustomize } from './internal/kustomize-scalars.ts';
import { mergeSchemaOf } from './internal/kustomize-schema.ts';
import { rename, setImages, setLabels, setNamespace, setReplicas } from './internal/kustomize-transform.ts';
import { applyVars, type KustomizeVar, varsOf, withMeant } from './internal/kustomize-vars.ts';
import type { MergeSchema } from './internal/strategic-merge.ts';
import { type KubernetesObject, type ObjectOrigin, objectsOf } from './manifest.ts';
import { directoryOf, projectPath } from './project-path.ts';
import type { FileLookup } from './read-compose.ts';
import { readYaml } from './read-yaml.ts';
import type { YamlProblem, YamlSource, YamlStream } from './yaml-document.ts';
import { scalarsAt, textAt, type YamlMap, type YamlNode, type YamlScalar } from './yaml-node.ts';

/** What the kustomizations of a project come to. */
export interface Kustomized {
  /**
   * The objects as the overlays make them, each overlay's own. Their nodes keep the file and range that decide them. A base that
   * an overlay uses has no objects of its own: it runs only as the overlays change it.
   */
  readonly objects: readonly KubernetesObject[];
  readonly problems: readonly YamlProblem[];
  /** Every file that was read: resources, patches, kustomizations. To read their objects once more on their own would be wrong. */
  readonly covered: ReadonlySet<string>;
}

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
const maximumDepth = 32;
const maximumResources = 100_000;

/** What is not done here; an overlay that has it is evaluated without. */
const notApplied = ['helmCharts', 'helmChartInflationGenerator'];

/**
 * Builds every kustomization that no other one uses, as `kustomize build` would, from files of the project alone. What Kustomize
 * has beyond that is a problem that names it, and the rest is still built. `paths` are those of all kustomization files; `files`
 * knows every file of the project. Never throws.
 */
export function readKustomizations(paths: readonly string[], files: FileLookup): Kustomized {
  const run: Run = {
    files,
    documents: new Map(),
    resources: new Map(),
    problems: [],
    told: new Set(),
    covered: new Set(),
    reached: new Set(),
    incomplete: new Set(),
    built: 0,
    vars: new Map(),
    configured: noneConfigured,
    openapi: undefined,
  };
  const objects: KubernetesObject[] = [];
  const buildRoot = (path: string) => {
    run.vars.clear();
    run.configured = noneConfigured;
    run.openapi = undefined;
    const built = followReferences(build(run, path, [], []), run.configured.names);
    for (const resource of applyVars(built, [...run.vars.values()], run.configured.varReferences)) {
      const node = withTextsOfKustomize(resource.node);
      objects.push(toObject({ ...resource, node }, originOf(resource, path)));
    }
  };
  for (const path of rootPaths(run, paths)) buildRoot(path);
  // What is left uses itself, by way of others or at once.
  for (const path of paths) if (!run.reached.has(path) && !isComponent(run, path)) buildRoot(path);
  return { objects, problems: run.problems, covered: run.covered };
}

function originOf({ partly }: Resource, overlay: string): ObjectOrigin {
  return { kind: 'kustomize', overlay, ...(partly && { partly }) };
}

interface Run {
  readonly files: FileLookup;
  readonly documents: Map<string, { readonly root: YamlMap; readonly source: YamlSource } | undefined>;
  /** Files of resources, read once for all overlays that use them. */
  readonly resources: Map<string, YamlStream>;
  readonly problems: YamlProblem[];
  /** What was said already: a base is built once for each overlay. */
  readonly told: Set<string>;
  readonly covered: Set<string>;
  /** Kustomizations of which a part could not be had: what a patch is for may be in it. */
  readonly incomplete: Set<string>;
  /** Kustomizations that were built. */
  readonly reached: Set<string>;
  built: number;
  /** Those of all that the kustomization being built uses, by name: they hold in all of it. */
  readonly vars: Map<string, KustomizeVar>;
  /** What `configurations` say, of a kustomization and of all that it uses. */
  configured: Configured;
  /** What the first `openapi` says that is met on the way down: there is one for all, the one at the top where it has one. */
  openapi: { readonly schema: MergeSchema | undefined } | undefined;
}

function report(run: Run, source: YamlSource, kind: YamlProblem['kind'], message: string, at: YamlNode): void {
  const key = `${at.path}:${at.range.start}:${message}`;
  if (run.told.has(key)) return;
  run.told.add(key);
  const remedy =
    kind === 'unsupported'
      ? 'Audit what Kustomize makes of it: kustomize build DIRECTORY | plimsoll audit -'
      : 'Correct the kustomization; the rest of it was evaluated.';
  const own = at.path === source.path ? source : undefined;
  const position = own?.lines.positionAt(at.range.start);
  run.problems.push({ path: at.path, message, remedy, range: at.range, kind, ...(position && { position }) });
}

/** The kustomization in a file; undefined when it holds something else, such as Flux's object of the same name. */
function kustomizationAt(run: Run, path: string): { readonly root: YamlMap; readonly source: YamlSource } | undefined {
  if (run.documents.has(path)) return run.documents.get(path);
  const artifact = run.files(path);
  const stream = artifact && readYaml(artifact);
  const document = stream?.documents[0];
  const apiVersion = textAt(document?.root, 'apiVersion') ?? 'kustomize.config.k8s.io/v1beta1';
  const root =
    document?.root.kind === 'map' && apiVersion.startsWith('kustomize.config.k8s.io/') ? document.root : undefined;
  const found = root && document ? { root, source: document.source } : undefined;
  if (found) run.covered.add(path);
  run.problems.push(...(stream?.problems ?? []));
  run.documents.set(path, found);
  return found;
}

/** Where the field's entries lead, as written, to other kustomizations. */
function usedKustomizations(run: Run, path: string): readonly string[] {
  const found = kustomizationAt(run, path);
  if (!found) return [];
  return ['resources', 'bases', 'components'].flatMap((field) =>
    scalarsAt(found.root, field).flatMap((written) => {
      const target = projectPath(directoryOf(path), written.text);
      return target === undefined ? [] : (kustomizationIn(run, target) ?? []);
    }),
  );
}

/** The kustomization file of a directory; undefined when it has none. */
function kustomizationIn(run: Run, directory: string): string | undefined {
  const paths = fileNames.map((name) => (directory === '' ? name : `${directory}/${name}`));
  return paths.find((path) => kustomizationAt(run, path));
}

function rootPaths(run: Run, paths: readonly string[]): readonly string[] {
  const kustomizations = paths.filter((path) => kustomizationAt(run, path));
  const used = new Set(kustomizations.flatMap((path) => usedKustomizations(run, path)));
  return kustomizations.filter((path) => !used.has(path) && !isComponent(run, path));
}

/** A component is only ever a part of something else. */
function isComponent(run: Run, path: string): boolean {
  return textAt(kustomizationAt(run, path)?.root, 'kind') === 'Component';
}

/** The resources of a kustomization. `given` are those that a component changes; `above` are the kustomizations that lead to it. */
function build(run: Run, path: string, given: readonly Resource[], above: readonly string[]): readonly Resource[] {
  const found = kustomizationAt(run, path);
  if (!found) return given;
  run.reached.add(path);
  const { root, source } = found;
  const tell = (kind: YamlProblem['kind'], message: string, at: YamlNode) => report(run, source, kind, message, at);
  if (above.includes(path) || above.length >= maximumDepth) {
    tell(
      'invalid',
      above.includes(path) ? 'the kustomization uses itself' : 'kustomizations use each other too deeply',
      root,
    );
    return given;
  }
  if (++run.built > maximumResources) return given;
  for (const field of notApplied) if (has(root, field)) tell('unsupported', `${field} is not applied here`, root);
  const below = [...above, path];
  const open = (written: YamlScalar) => {
    const target = projectPath(directoryOf(path), written.text);
    const artifact = target === undefined ? undefined : run.files(target);
    if (artifact) run.covered.add(artifact.path);
    else tell('invalid', `there is no file ${written.text}`, written);
    return artifact;
  };
  const peek = (written: string) => {
    const target = projectPath(directoryOf(path), written);
    return target === undefined ? undefined : run.files(target);
  };
  const context = {
    source,
    report: tell,
    open,
    peek,
    incomplete: () => below.some((each) => run.incomplete.has(each)),
    get mergeSchema() {
      return run.openapi?.schema;
    },
  };
  if (!run.openapi && has(root, 'openapi')) run.openapi = { schema: mergeSchemaOf(root, context) };
  const beside = run.configured;
  run.configured = noneConfigured;
  let resources: readonly Resource[] = [...given, ...accumulate(run, path, root, below, tell)];
  resources = addGenerated(root, resources, context);
  resources = applyPlugins(root, 'generators', resources, context);
  for (const written of scalarsAt(root, 'components')) {
    const component = localKustomization(run, path, written, below, tell);
    resources = component === undefined ? resources.map(asPart) : build(run, component, resources, below);
  }
  run.configured = both(configuredIn(root, run.configured, context), configuredByCrds(root, context));
  resources = applyPatches(root, resources, context);
  resources = setNamespace(root, resources);
  resources = rename(root, resources);
  resources = setLabels(root, resources);
  resources = configureFields(root, resources, run.configured);
  resources = applyJsonPatches(root, resources, context);
  resources = setReplicas(root, resources);
  resources = setImages(root, resources);
  resources = applyReplacements(root, resources, context);
  resources = applyPlugins(root, 'transformers', resources, context);
  const vars = varsOf(root, context);
  for (const each of vars) run.vars.set(each.name, each);
  resources = withMeant(resources, vars);
  run.configured = both(beside, run.configured);
  return resources;
}

type Tell = (kind: YamlProblem['kind'], message: string, at: YamlNode) => void;

function accumulate(run: Run, path: string, root: YamlMap, below: readonly string[], tell: Tell): Resource[] {
  const written = [...scalarsAt(root, 'resources'), ...scalarsAt(root, 'bases')];
  const resources: Resource[] = [];
  for (const each of written) {
    if (run.built > maximumResources) {
      tell('invalid', `the overlays come to more than ${maximumResources} objects`, each);
      break;
    }
    const target = projectPath(directoryOf(path), each.text);
    const base = target === undefined || isRemote(each.text) ? undefined : kustomizationIn(run, target);
    const found = base ? build(run, base, [], below) : fileResources(run, target, each, below, tell);
    if (!base) run.built += found.length;
    for (const resource of found) resources.push(resource);
  }
  return resources;
}

function localKustomization(
  run: Run,
  path: string,
  written: YamlScalar,
  below: readonly string[],
  tell: Tell,
): string | undefined {
  const target = projectPath(directoryOf(path), written.text);
  const found = target === undefined || isRemote(written.text) ? undefined : kustomizationIn(run, target);
  if (found === undefined) missing(run, written, below, tell);
  return found;
}

function fileResources(
  run: Run,
  target: string | undefined,
  written: YamlScalar,
  below: readonly string[],
  tell: Tell,
): readonly Resource[] {
  const artifact = target === undefined || isRemote(written.text) ? undefined : run.files(target);
  if (!artifact) {
    missing(run, written, below, tell);
    return [];
  }
  const known = run.resources.get(artifact.path);
  const { documents, problems } = known ?? readYaml(artifact);
  run.covered.add(artifact.path);
  run.resources.set(artifact.path, { documents, problems });
  if (!known) run.problems.push(...problems);
  if (problems.length > 0) for (const path of below) run.incomplete.add(path);
  return documents.flatMap((document) => objectsOf(document)).map(toResource);
}

function missing(run: Run, written: YamlScalar, below: readonly string[], tell: Tell): void {
  for (const path of below) run.incomplete.add(path);
  if (isRemote(written.text)) tell('unsupported', `${written.text} lies elsewhere and is not fetched`, written);
  else tell('invalid', `${written.text} is not among the files of the project`, written);
}

function isRemote(written: string): boolean {
  return (
    /^(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:|(?:github|gitlab|bitbucket)\.(?:com|org)[/:])/.test(written) ||
    written.includes('?ref=')
  );
}
