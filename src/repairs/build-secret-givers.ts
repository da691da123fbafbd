import type { Assumption, TextEdit } from '../core/fix.ts';
import { literalPattern } from '../core/literal-pattern.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { ComposeBuild, ComposeFile, ComposeService } from '../kubernetes/compose.ts';
import { addItems, inOrder, type Place } from '../kubernetes/edit-yaml.ts';
import { at, isNull, type YamlMap, type YamlNode } from '../kubernetes/yaml-node.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { buildFileSecrets } from './build-file-secrets.ts';
import { asks, type Edits, fileOf, removeIn, removeItemsIn, setIn, together } from './manifest-edits.ts';
import { workflowSecrets } from './workflow-secrets.ts';

/** What gives a secret to the builds of a Dockerfile, in place of an argument: the edits of the files that describe them. */
export interface SecretGivers {
  readonly edits: readonly TextEdit[];
  readonly assumptions: readonly Assumption[];
}

/**
 * Lets Compose, where it builds the image, give `name` as a secret instead of an argument: `secrets` of the build, and at the top, taken
 * from the variable that the argument was taken from; bake and skaffold files likewise. No edits where no file of the project tells of a build. Undefined where
 * a build that a file tells of would then lack the secret: a service that passes no such argument, or a value that is no variable.
 */
export function secretGivers(project: Project, dockerfile: Dockerfile, name: string): SecretGivers | undefined {
  const told = buildsOf(project, dockerfile).map(({ toldBy }) => toldBy);
  const buildFiles = buildFileSecrets(project, dockerfile, name);
  const builders = project.composeFiles.flatMap((file) =>
    file.services.flatMap((service) =>
      service.build && concerns(project, dockerfile, service, service.build, name)
        ? [{ file, service, build: service.build }]
        : [],
    ),
  );
  const workflows = workflowSecrets(project, dockerfile, name);
  if (workflows === undefined || buildFiles === undefined) return undefined;
  if (builders.length === 0) {
    if (told.includes('compose')) return undefined;
    const assumptions = buildFiles.assumptions.length > 0 ? buildFiles.assumptions : [givenBy(name, workflows)];
    return { edits: settled(project, [...buildFiles.edits, ...workflows]), assumptions };
  }
  const variables = new Set(builders.map(({ build }) => variableOf(build, name)));
  const [variable, ...others] = variables;
  if (variable === undefined || others.length > 0) return undefined;
  const files = [...new Set(builders.map(({ file }) => file))];
  if (files.some((file) => isInDotEnv(project, file, variable))) return undefined;
  const all = together([
    ...builders.map(({ file, build }) => inBuild(project, file, build, name)),
    ...files.map((file) => atTop(project, file, name, variable)),
  ]);
  const edits = all && settled(project, all);
  if (edits === undefined || meet(edits)) return undefined;
  return {
    edits: [...edits, ...settled(project, buildFiles.edits), ...workflows],
    assumptions: [composeHas(name, variable, builders), ...buildFiles.assumptions],
  };
}

interface Builder {
  readonly file: ComposeFile;
  readonly service: ComposeService;
  readonly build: ComposeBuild;
}

/** Whether a service builds the Dockerfile, or is laid over one that does: an override need not name it again. */
function concerns(
  project: Project,
  { path }: Dockerfile,
  service: ComposeService,
  build: ComposeBuild,
  name: string,
): boolean {
  if (build.dockerfilePath === path) return true;
  if (!build.args.has(name)) return false;
  const known = project.composeFiles.flatMap(({ services }) =>
    services.flatMap((each) => (each.name === service.name && each.build ? [each.build.dockerfilePath] : [])),
  );
  return known.includes(undefined) || known.includes(path);
}

/** The variable that an argument is taken from and has to be set: an empty default would make a build stop that went on. */
function variableOf({ args }: ComposeBuild, name: string): string | undefined {
  if (!args.has(name)) return undefined;
  const value = args.get(name);
  if (value === undefined) return name;
  return /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?\?[^}]*)?\})$/.exec(value)?.slice(1).find(Boolean);
}

/** Compose takes arguments from `.env`, but from 2.39.3 on no secrets of a build: https://github.com/docker/compose/issues/13235 */
function isInDotEnv({ readFile }: Project, { path }: ComposeFile, variable: string): boolean {
  const text = readFile?.(`${path.slice(0, path.lastIndexOf('/') + 1)}.env`)?.text ?? '';
  return new RegExp(`^(?:export )?${literalPattern(variable)}\\s*=`, 'm').test(text);
}

function inBuild(project: Project, file: ComposeFile, { node }: ComposeBuild, name: string): Edits {
  // What a service extends may stand in another file, which has no such secret at its top.
  if (node.kind !== 'map' || node.path !== file.path) return undefined;
  const args = at(node, 'args');
  const secrets = at(node, 'secrets');
  if (args === undefined || args.range.start < node.range.start || args.range.end > node.range.end) return undefined;
  return together([withoutArgument(project, node, args, name), withSecret(project, node, secrets, name)]);
}

function withoutArgument(project: Project, node: YamlMap, args: YamlNode, name: string): Edits {
  if (args.kind === 'sequence') {
    const items = args.items.filter(
      (item) => item.kind === 'scalar' && (item.text === name || item.text.startsWith(`${name}=`)),
    );
    return items.length === 1 ? removeItemsIn(project, {}, node, ['args'], items) : undefined;
  }
  if (args.kind !== 'map') return undefined;
  return args.entries.length === 1 ? removeIn(project, {}, node, 'args') : removeIn(project, {}, node, 'args', name);
}

function withSecret(project: Project, node: YamlMap, secrets: YamlNode | undefined, name: string): Edits {
  if (secrets === undefined || isNull(secrets))
    return setIn(project, {}, node, { secrets: [name] }, before(node, 'args'));
  if (secrets.kind !== 'sequence') return undefined;
  if (secrets.items.some((item) => (item.kind === 'scalar' ? item.text : scalarText(at(item, 'source'))) === name))
    return undefined;
  const artifact = fileOf(project, {}, secrets);
  return artifact && addItems(artifact, secrets, [name]);
}

function scalarText(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' ? node.text : undefined;
}

/** Before the key whose entries go: behind them could be inside of what is taken away. */
function before({ entries }: YamlMap, key: string): Place {
  const neighbour = entries[entries.findIndex((entry) => entry.key.text === key) - 1];
  return neighbour ? { after: neighbour.key.text } : 'first';
}

function atTop(project: Project, { root }: ComposeFile, name: string, variable: string): Edits {
  const known = at(root, 'secrets', name);
  if (known !== undefined) return scalarText(at(known, 'environment')) === variable ? [] : undefined;
  return setIn(project, {}, root, { secrets: { [name]: { environment: variable } } });
}

function settled(project: Project, edits: readonly TextEdit[]): readonly TextEdit[] {
  return inOrder(edits.map((edit) => beforeRemoved(project, edit, edits)));
}

/** What goes behind lines that are taken away, the last of the file, goes before them. */
function beforeRemoved({ artifacts }: Project, edit: TextEdit, all: readonly TextEdit[]): TextEdit {
  const { start, end } = edit.range;
  const removed = all.find(
    ({ path, range, replacement }) =>
      path === edit.path && replacement === '' && start === end && range.start < start && start <= range.end,
  );
  const before = artifacts.get(edit.path)?.text.slice(0, removed?.range.start ?? 0) ?? '';
  const lineEnd = /\r?\n$/.exec(before)?.[0];
  if (removed === undefined || lineEnd === undefined) return edit;
  const place = removed.range.start - lineEnd.length;
  return { ...edit, range: { start: place, end: place } };
}

function meet(edits: readonly TextEdit[]): boolean {
  return edits.some((one, at) => {
    const other = edits[at + 1];
    return other !== undefined && one.path === other.path && other.range.start < one.range.end;
  });
}

function givenBy(name: string, workflows: readonly TextEdit[]): Assumption {
  const paths = [...new Set(workflows.map(({ path }) => path))];
  const builders =
    paths.length === 0 ? 'what builds the image (CI, a script)' : `what builds it beside ${paths.join(', ')}`;
  return asks(
    `Whoever builds the image gives ${name} as a secret.`,
    `Can ${builders} pass «--secret id=${name},env=${name}» in place of «--build-arg ${name}», and does every build have it? One without it stops.`,
  );
}

/** https://github.com/docker/compose/pull/9615 */
function composeHas(name: string, variable: string, builders: readonly Builder[]): Assumption {
  const services = [...new Set(builders.map(({ service }) => service.name))].join(', ');
  return asks(
    `Whoever builds ${services} with Compose has ${variable} in the environment, and Compose 2.7 or later.`,
    `Is ${services} built with Docker Compose 2.7 or later (podman-compose knows no secret from a variable), and do everyone and every job of CI have ${variable} in their environment? A build without it stops, and .env does not count. Who builds with «docker build» passes «--secret id=${name},env=${variable}».`,
  );
}
