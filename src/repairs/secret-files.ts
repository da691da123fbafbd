import type { KubernetesObject } from '../kubernetes/manifest.ts';
import { titleOf } from '../kubernetes/whole-workload.ts';
import type { Container, Workload } from '../kubernetes/workload.ts';
import { at } from '../kubernetes/yaml-node.ts';
import type { Project } from '../project/project.ts';
import { type KeptOut, keepSecretOut } from './keep-secret-out.ts';

/** A Secret that is to be made beside a manifest, in a file that git ignores. */
export interface NewSecret {
  readonly name: string;
  /** Undefined where the manifest leaves it to whoever applies it, or overlays put it into several. */
  readonly namespace: string | undefined;
  readonly path: string;
  /** The same without values, for colleagues: a name that nobody applies by applying the directory. */
  readonly template: string;
}

/** What a Secret is made for: a workload, or a ConfigMap. */
export type SecretHolder = Pick<Workload, 'kind' | 'name' | 'namespace' | 'object'>;

/** The namespaces of the objects that the same piece of a file makes: several where overlays use it. */
export function namespacesOf(project: Project, object: KubernetesObject): readonly (string | undefined)[] {
  return [...new Set(project.objects.filter((each) => isSame(each, object)).map(({ namespace }) => namespace))];
}

/** The workloads that the same piece of a file makes: several where overlays use it. */
export function twinsOf(project: Project, { object }: Workload): readonly Workload[] {
  return project.workloads.filter((each) => isSame(each.object, object));
}

export function isSame(one: KubernetesObject, other: KubernetesObject): boolean {
  return one.path === other.path && one.range.start === other.range.start;
}

/** A Secret for a workload or a ConfigMap, of a name that nothing has or refers to, in a file that is not there; undefined where there is none. */
export function newSecret(project: Project, holder: SecretHolder, beside: string): NewSecret | undefined {
  const written = writtenName(project, holder).replace(/[^a-z0-9]+$/, '');
  if (!/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(written) || written.length > 200) return undefined;
  const isElsewhere = namespacesOf(project, holder.object).length > 1;
  const taken = takenNames(project, holder);
  const directory = beside.slice(0, beside.lastIndexOf('/') + 1);
  const isFree = (path: string) => !project.artifacts.has(path) && project.readFile?.(path) === undefined;
  for (const name of [`${written}-secret`, `${written}-env-secret`, `${written}-2-secret`]) {
    const path = `${directory}${name}.local.yaml`;
    const template = `${directory}${name}.yaml.template`;
    if (!taken.has(name) && isFree(path) && isFree(template))
      return { name, namespace: isElsewhere ? undefined : holder.namespace, path, template };
  }
  return undefined;
}

/** The name as the file has it: Kustomize renames what it has the object of, which it will not have of the Secret. */
export function writtenName(project: Project, { object, name }: Pick<SecretHolder, 'object' | 'name'>): string {
  const node = at(object.node, 'metadata', 'name');
  const artifact = node?.derived ? project.artifacts.get(node.path) : undefined;
  if (node === undefined || artifact === undefined) return name;
  return artifact.text.slice(node.range.start, node.range.end).replace(/^["']|["']$/g, '');
}

/** Names of Secrets that are there or referred to. The same workload elsewhere, for another environment, may have one of that name. */
function takenNames({ objects, workloads }: Project, holder: SecretHolder): ReadonlySet<string> {
  const taken = new Set<string>();
  for (const { kind, name } of objects) if (/Secret/.test(kind)) taken.add(name);
  for (const other of workloads) {
    if (other.kind === holder.kind && other.name === holder.name && !isSame(other.object, holder.object)) continue;
    for (const name of other.allContainers.flatMap(referredSecrets)) taken.add(name);
    for (const { kind, refersTo } of other.volumes) if (kind === 'secret' && refersTo) taken.add(refersTo);
  }
  return taken;
}

function referredSecrets({ env, envFrom }: Container): string[] {
  return [
    ...env.flatMap(({ from }) => (from?.kind === 'secret' && from.name ? [from.name] : [])),
    ...envFrom.flatMap(({ kind, name }) => (kind === 'secret' && name ? [name] : [])),
  ];
}

/** The Secret, its template and what makes git ignore the one and not the other. */
export function secretFiles(
  project: Project,
  holder: SecretHolder,
  secret: NewSecret,
  values: ReadonlyMap<string, string>,
): KeptOut {
  const ignoring = keepSecretOut(project, secret.path, '*-secret.local.yaml', 'Secrets with their values');
  const fileName = secret.path.slice(secret.path.lastIndexOf('/') + 1);
  const owner = titleOf({ kind: holder.kind, name: writtenName(project, holder) });
  const local = `# What ${owner} ${holder.kind === 'ConfigMap' ? 'held' : 'is given'}. Not committed: .gitignore leaves this file out.\n`;
  const shared = `# The Secret ${holder.kind === 'ConfigMap' ? `with what ${owner} held` : `that ${owner} refers to`}, without its values: copy this to ${fileName}, which .gitignore leaves out,\n# fill it in, and apply that before ${holder.kind === 'ConfigMap' ? 'what uses it' : 'the workload'}.\n`;
  const blank = new Map([...values.keys()].map((key) => [key, '<value>']));
  return {
    edits: ignoring.edits,
    assumptions: ignoring.assumptions,
    newFiles: [
      { path: secret.path, text: local + secretText(secret, values), secret: true },
      { path: secret.template, text: shared + secretText(secret, blank) },
      ...ignoring.newFiles,
    ],
  };
}

function secretText({ name, namespace }: NewSecret, values: ReadonlyMap<string, string>): string {
  const lines = [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${quotedIfNumber(name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${quotedIfNumber(namespace)}`]),
    'type: Opaque',
    'stringData:',
    ...[...values].map(([key, value]) => `  ${quotedKey(key)}: ${quoted(value)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function quotedIfNumber(name: string): string {
  return /^[a-z]/.test(name) && !/^(?:true|false|null|yes|no|on|off|y|n)$/.test(name) ? name : quoted(name);
}

function quotedKey(key: string): string {
  return /^[A-Za-z][A-Za-z0-9]*_\w+$/.test(key) ? key : quoted(key);
}

/** In double quotes, whatever it looks like; what YAML does not take in a text, as an escape. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
