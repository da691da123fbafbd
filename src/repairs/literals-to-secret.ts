import { readsFileVariable } from '../bases/file-variables.ts';
import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix } from '../core/fix.ts';
import { literalPattern } from '../core/literal-pattern.ts';
import { replaceEntry } from '../kubernetes/replace-entry.ts';
import { titleOf } from '../kubernetes/whole-workload.ts';
import type { Workload } from '../kubernetes/workload.ts';
import type { Project } from '../project/project.ts';
import { addToList, asks, type Edits, fileOf, holds, manifestFix, replaceIn, together } from './manifest-edits.ts';
import { isMovable, type LiteralVariable } from './movable-variable.ts';
import { type NewSecret, namespacesOf, newSecret, type SecretHolder, secretFiles } from './secret-files.ts';

/**
 * Moves the literals of one workload into a Secret that is not committed: as variables that refer to it, or as files that images
 * read which know `NAME_FILE`. Undefined where one of them cannot be moved.
 */
export function literalsToSecret(
  project: Project,
  literals: readonly LiteralVariable[],
  as: 'env' | 'files',
): Fix | undefined {
  const [first] = literals;
  if (!first || !project.readFile || !literals.every((literal) => isMovable(project, literal))) return undefined;
  const { workload } = first.container;
  const keyed = keysFor(literals);
  const secret = keyed && newSecret(project, workload, first.variable.node.path);
  if (!keyed || !secret) return undefined;
  const asFiles = as === 'files' ? keyed.filter(({ literal }) => mayBeFile(literal)) : [];
  const edits = together([
    ...keyed.map((each) =>
      asFiles.includes(each) ? fileEdits(project, secret, each) : envEdits(project, secret, each),
    ),
    ...mountEdits(project, workload, secret, asFiles),
  ]);
  if (!edits) return undefined;
  const files = secretFiles(project, workload, secret, new Map(keyed.map(({ key, value }) => [key, value])));
  return manifestFix(
    `Move ${enumerate(keyed.map(({ literal }) => literal.variable.name))} of ${titleOf(workload)} into a Secret that is not committed`,
    [...edits, ...files.edits],
    [...assumptionsOf(project, workload, secret, asFiles), ...files.assumptions],
    files.newFiles,
  );
}

/** A literal with the key of the Secret that it becomes. */
interface Keyed {
  readonly literal: LiteralVariable;
  readonly key: string;
  readonly value: string;
}

/** One key for what several containers share; undefined where Kubernetes would not take a name, or a value is put together. */
function keysFor(literals: readonly LiteralVariable[]): readonly Keyed[] | undefined {
  const keyed: Keyed[] = [];
  for (const literal of literals) {
    const value = plainValue(literal.variable.value?.text ?? '');
    if (value === undefined || value === '') return undefined;
    const { name } = literal.variable;
    const isOther = keyed.some((each) => each.key === name && each.value !== value);
    const key = isOther ? `${literal.container.name}.${name}` : name;
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key)) return undefined;
    keyed.push({ literal, key, value });
  }
  return keyed;
}

/**
 * The value that the container sees: the kubelet makes `$` of `$$` in literals, and in nothing that comes from elsewhere. Undefined
 * where it would put another variable's value in. https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
function plainValue(text: string): string | undefined {
  let refers = false;
  const plain = text.replace(/\$\$|\$\([^)]*\)/g, (found) => {
    if (found !== '$$') refers = true;
    return '$';
  });
  return refers ? undefined : plain;
}

function envEdits(project: Project, { name }: NewSecret, { literal, key }: Keyed): Edits {
  const { node } = literal.variable;
  const file = fileOf(project, literal.container.workload.object, node);
  return file && replaceEntry(file, node, 'value', 'valueFrom', { secretKeyRef: { name, key } });
}

/** Nothing of the container needs the variable itself: no command, probe or other variable, as far as they are written here. */
function mayBeFile({ container, variable: { name, node } }: LiteralVariable): boolean {
  if (container.env.some((each) => each.name === `${name}_FILE`)) return false;
  const { text } = container.workload.object.source;
  const { range, path } = container.node;
  if (path !== node.path || path !== container.workload.object.path) return false;
  const rest = text.slice(range.start, node.range.start) + text.slice(node.range.end, range.end);
  return !new RegExp(`(?<![\\w])${literalPattern(name)}(?![\\w])`).test(rest);
}

function directoryOf({ name }: NewSecret): string {
  return `/run/secrets/${name}`;
}

function fileEdits(project: Project, secret: NewSecret, { literal, key }: Keyed): Edits {
  const { object } = literal.container.workload;
  const { nameNode, value, name } = literal.variable;
  if (!nameNode || !value) return undefined;
  return together([
    replaceIn(project, object, nameNode, `${name}_FILE`),
    replaceIn(project, object, value, `${directoryOf(secret)}/${key}`),
  ]);
}

/** The Secret as a volume of the pod, mounted in each container that reads files of it. */
function mountEdits(project: Project, workload: Workload, secret: NewSecret, asFiles: readonly Keyed[]): Edits[] {
  if (asFiles.length === 0) return [];
  const volume = secret.name.replaceAll('.', '-');
  if (volume.length > 63 || workload.volumes.some(({ name }) => name === volume)) return [undefined];
  const containers = new Set(asFiles.map(({ literal }) => literal.container));
  return [
    ...[...containers].map(({ node }) =>
      addToList(project, workload.object, node, 'volumeMounts', [
        { name: volume, mountPath: directoryOf(secret), readOnly: true },
      ]),
    ),
    addToList(project, workload.object, workload.podSpec, 'volumes', [
      { name: volume, secret: { secretName: secret.name } },
    ]),
  ];
}

function assumptionsOf(
  project: Project,
  workload: Workload,
  secret: NewSecret,
  asFiles: readonly Keyed[],
): readonly Assumption[] {
  return [
    ...secretAssumptions(project, workload, secret, titleOf(workload)),
    ...asFiles.map(({ literal: { container, variable } }) => {
      const image = container.image?.text ?? 'the image';
      return readsFileVariable(container.imageReference, variable.name)
        ? holds(`${image} takes ${variable.name} from the file that ${variable.name}_FILE names.`)
        : asks(
            `${image} takes ${variable.name} from the file that ${variable.name}_FILE names.`,
            `Does the program in ${image} read ${variable.name}_FILE? If not, take --secrets-as env.`,
          );
    }),
  ];
}

/** What has to be true of every Secret that a fix makes: it comes before its users, and what was written opens nothing any more. */
export function secretAssumptions(
  project: Project,
  holder: SecretHolder,
  secret: NewSecret,
  users: string,
): readonly Assumption[] {
  const namespaces = namespacesOf(project, holder.object);
  const several = namespaces.flatMap((name) => name ?? []);
  const where = namespaces.length > 1 && several.length > 0 ? ` in each of ${enumerate(several)}` : '';
  return [
    holds(`git ignores ${secret.path}, and no Secret or reference of the project has the name ${secret.name}.`),
    asks(
      `The Secret ${secret.name} is in the cluster before ${users} is.`,
      `Will «kubectl apply -f ${secret.path}» be run${where} before this manifest is applied, wherever it is? What deploys only what is committed needs the Secret by another way.`,
    ),
    asks(
      'What was written in the manifest opens nothing any more.',
      `It stays in the history of git: is it changed where it is valid, and the new value put into ${secret.path}?`,
    ),
  ];
}
