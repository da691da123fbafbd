import type { PeerId } from '../../core/finding.ts';
import type { Fix } from '../../core/fix.ts';
import type { ReportedPlace } from '../../core/rule.ts';
import { isSettingsFile, type SecretInFile, secretInFile } from '../../core/secret-in-file.ts';
import { isTellingName, secretInVariable } from '../../core/secret-text.ts';
import type { Severity } from '../../core/severity.ts';
import { type ComposeNeighbours, composeNeighbours } from '../../kubernetes/compose-neighbours.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entriesAt, scalarsAt } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';
import { isStructure, structuredSecret } from '../../project/structured-secret.ts';
import { severityOfSecretIn } from '../../project/test-path.ts';
import { composeArgumentsToEnv, composeToEnvFile } from '../../repairs/compose-secrets.ts';
import { configMapToSecret } from '../../repairs/config-map-to-secret.ts';
import { literalsToSecret } from '../../repairs/literals-to-secret.ts';
import type { LiteralVariable } from '../../repairs/movable-variable.ts';

/** A variable with a literal value, and what it belongs to. */
interface Literal {
  readonly at: ReportedPlace & { readonly path: string };
  readonly name: string;
  readonly value: string;
  readonly owner: string;
  /** What it is reported with: the containers of a workload are one. */
  readonly group: string;
  readonly kind: 'container' | 'configMap' | 'service' | 'build';
  /** What was found in a file that is one value; it stays where it is. Else name and value tell. */
  readonly inFile?: SecretInFile['secret'];
  /** The variable for which Compose takes the value where nobody sets it. */
  readonly isDefaultOf?: string;
  /** What moves the literals of a group, those of containers apart, which are of one workload. */
  readonly move?: (names: readonly string[]) => Fix | undefined;
  /** Whether Compose gives this name to a container of the same project. */
  readonly isNeighbour?: (host: string) => boolean;
  /** For a container. */
  readonly literal?: LiteralVariable;
}

export const rule = projectRule({
  severity: 'error',
  summary: 'secret as a literal in a manifest',
  why: 'Whoever can read the repository or the workload has the secret, and it stays in both histories.',
  remedy:
    'Change the secret, put it into a Secret that comes from outside of the repository, and refer to it with secretKeyRef or a mounted file.',
  peers: [
    'kube-linter:env-var-secret',
    'polaris:sensitiveContainerEnvVar',
    'polaris:sensitiveConfigmapContent',
    'trivy:KSV-0109',
  ],
  options: {
    as: {
      description:
        'How `plimsoll fix` gives a secret to a container: `env`, a variable that refers to a Secret, or `files`, a mounted Secret with `NAME_FILE` in place of the variable. The flag `--secrets-as` goes before it.',
      default: 'env',
    },
  },
  check({ project }, { report, option }) {
    const neighbours = composeNeighbours(project.composeFiles);
    const places = new Set<string>();
    for (const [first, ...others] of byOwner([
      ...containerLiterals(project),
      ...configMapLiterals(project),
      ...serviceLiterals(project, neighbours),
      ...buildLiterals(project, neighbours),
    ])) {
      if (!first) continue;
      const all = [first, ...others];
      // Services may share what an alias or extends brings: it is written once.
      const place = `${first.at.path}\0${first.at.range.start}`;
      if (first.kind === 'service' && places.has(place)) continue;
      places.add(place);
      const severity = severityOf(all);
      const literals = all.flatMap(({ literal }) => literal ?? []);
      const fix = first.move
        ? first.move(all.map(({ name }) => name))
        : literalsToSecret(project, literals, option.text('as') === 'files' ? 'files' : 'env');
      report({
        at: first.at,
        message: first.isDefaultOf
          ? `${all.map(({ name }) => name).join(', ')} of ${ownerOf(all)} ${others.length === 0 ? 'is' : 'are'}, where nobody sets ${others.length === 0 ? 'it' : 'them'}, what this file says for everyone to read.`
          : `${all.map(({ name }) => name).join(', ')} of ${ownerOf(all)} ${others.length === 0 ? `is a ${first.secret.kind}` : 'are secrets'}, written in the manifest.`,
        also: others.map(({ at }) => at),
        ...(severity && { severity }),
        ...(fix && { fix }),
        ...(first.isDefaultOf && {
          remedy: `Change the secret where it is in use, and let Compose refuse to start without one: \${${first.isDefaultOf}:?}.`,
        }),
        peers: peersOf(first.kind, all),
      });
    }
  },
});

/** The others go by names. */
function peersOf(kind: Literal['kind'], all: readonly Found[]): readonly PeerId[] {
  const sounds = (names: RegExp) => all.some(({ name }) => names.test(name));
  const isSensitive = sounds(/password|token|bearer|secret/i);
  if (kind === 'configMap')
    return [
      ...(isSensitive || all.some(({ secret }) => secret.kind === 'private key')
        ? (['polaris:sensitiveConfigmapContent'] as const)
        : []),
      ...(sounds(/password|pw|pass|secret|token|aws_access_key_id/i) ? (['trivy:KSV-0109'] as const) : []),
    ];
  if (kind !== 'container') return [];
  return [
    ...(sounds(/secret/i) ? (['kube-linter:env-var-secret'] as const) : []),
    ...(isSensitive ? (['polaris:sensitiveContainerEnvVar'] as const) : []),
  ];
}

interface Found extends Literal {
  readonly secret: SecretInFile['secret'];
}

function byOwner(literals: readonly Literal[]): (readonly Found[])[] {
  const groups = new Map<string, Found[]>();
  for (const literal of literals) {
    const { name, value } = literal;
    const secret = literal.inFile ?? secretInVariable(name, value) ?? textWithSecret(name, value);
    if (!secret || (literal.isDefaultOf && secret.kind.startsWith('password') && !isForElsewhere(literal))) continue;
    const key = `${literal.at.path}\0${literal.kind}\0${literal.group}`;
    const group = groups.get(key) ?? [];
    // Overlays give one place several times.
    if (!group.some(({ at }) => at.range.start === literal.at.range.start)) group.push({ ...literal, secret });
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** `SPRING_APPLICATION_JSON` and the like. */
function textWithSecret(name: string, value: string): SecretInFile['secret'] | undefined {
  const secret = structuredSecret(name, value)?.secret;
  return secret && { ...secret, kind: `text with a ${secret.kind}` };
}

/** The container, or its workload when it is not the only one. */
function ownerOf([first, ...others]: readonly Found[]): string {
  const workload = first?.literal?.container.workload;
  return workload && others.some(({ owner }) => owner !== first.owner) ? titleOf(workload) : (first?.owner ?? '');
}

/** Most Compose files are for developers, and so are their passwords; a token is real wherever it stands. */
function severityOf(found: readonly Found[]): Severity | undefined {
  if (found.some((each) => each.secret.certainty === 'certain' && !isForNeighbour(each))) return undefined;
  const [first] = found;
  if (first?.isDefaultOf) return severityOfSecretIn(first.at.path) ?? 'warning';
  if (found.some(({ kind }) => kind === 'service' || kind === 'build')) return 'note';
  return first && severityOfSecretIn(first.at.path);
}

/** A password for what Compose starts beside it, whose own password stands in the same file: `postgresql://app:app@db:5432/app`. */
function isForNeighbour({ secret, value, isNeighbour }: Found): boolean {
  if (!isNeighbour || secret.kind !== 'password in a URL') return false;
  const host = hostOf(value);
  return host !== undefined && isNeighbour(host);
}

/** A default password is mostly that of a database beside it, which is reached from nowhere else. One for a host of a domain is not. */
function isForElsewhere({ value, isNeighbour }: Literal): boolean {
  const host = hostOf(value);
  if (!host?.includes('.') || !isNeighbour) return false;
  return !isNeighbour(host) && !/^127\.|^0\.0\.0\.0$|\.(?:local|localhost|internal)$/i.test(host);
}

function hostOf(url: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@([a-z0-9_.-]+)(?:[:/?#]|$)/i.exec(url)?.[1];
}

function containerLiterals({ workloads }: Project): Literal[] {
  return workloads.flatMap(({ allContainers, object }) =>
    allContainers.flatMap((container) =>
      container.env.flatMap((variable) => {
        const { name, nameNode, node, value } = variable;
        const { path = object.path, range } = nameNode ?? node;
        return value
          ? [
              {
                at: { path, range },
                name,
                value: value.text,
                owner: `${container.name} (${container.workload.kind} ${container.workload.name})`,
                group: `${object.path}\0${object.range.start}`,
                kind: 'container' as const,
                literal: { container, variable },
              },
            ]
          : [];
      }),
    ),
  );
}

function configMapLiterals(project: Project): Literal[] {
  return project.objects
    .filter(({ kind, group, origin }) => kind === 'ConfigMap' && group === '' && origin.kind !== 'helm')
    .flatMap((object) =>
      entriesAt(object.node, 'data').flatMap(({ key, value }): Literal[] => {
        const { path = object.path, range } = key;
        if (value.kind !== 'scalar') return [];
        const owner = titleOf(object);
        // A file of a program's is read by what is in it, not as one value.
        if (!isTellingName(key.text) && (isStructure(value.text) || isSettingsFile(key.text, value.text))) {
          const found = secretInFile(key.text, value.text) ?? structuredSecret(key.text, value.text);
          // Apart from the keys that are moved: what stays is no new finding then.
          const place = { at: { path, range }, owner, group: `${owner}\0files`, kind: 'configMap' as const };
          const stays = () => undefined;
          return found ? [{ ...place, name: found.name, value: value.text, inFile: found.secret, move: stays }] : [];
        }
        return [
          {
            at: { path, range },
            name: key.text,
            value: value.text,
            owner,
            group: owner,
            kind: 'configMap' as const,
            move: (names: readonly string[]) => configMapToSecret(project, object, names),
          },
        ];
      }),
    );
}

function serviceLiterals(project: Project, neighbours: ComposeNeighbours): Literal[] {
  return project.composeFiles.flatMap((file) =>
    file.services.flatMap((service) =>
      service.environment.flatMap(({ name, node, value }): Literal[] => {
        if (value === undefined) return [];
        const own = {
          at: { path: node.path ?? file.path, range: node.range },
          name,
          owner: service.name,
          kind: 'service' as const,
        };
        const isNeighbour = (host: string) => neighbours.has(file, host);
        const [, isDefaultOf, byDefault] = defaultValue.exec(value) ?? [];
        if (isDefaultOf !== undefined && byDefault !== undefined) {
          const group = `${service.name}\0defaults`;
          return [{ ...own, value: byDefault, group, isDefaultOf, isNeighbour, move: () => undefined }];
        }
        if (refersToVariable(value)) return [];
        return [
          {
            ...own,
            value,
            group: service.name,
            isNeighbour,
            move: (names: readonly string[]) => composeToEnvFile(project, file, service, names),
          },
        ];
      }),
    ),
  );
}

/** `${SECRET_KEY:-value}`, which Compose sets to the value where nobody sets the variable. */
const defaultValue = /^\$\{(\w+):?-([^${}]+)\}$/;

/** Arguments of the builds of Compose, which stay in the history of the image as well. */
function buildLiterals(project: Project, neighbours: ComposeNeighbours): Literal[] {
  return project.composeFiles.flatMap((file) =>
    file.services.flatMap((service) => {
      const args = at(service.build?.node, 'args');
      const written = [
        ...entriesAt(args).flatMap(({ key, value }) =>
          value.kind === 'scalar' && value.value !== null ? [{ node: key, name: key.text, value: value.text }] : [],
        ),
        ...scalarsAt(args).map((item) => ({
          node: item,
          name: item.text.split('=', 1)[0] ?? '',
          value: item.text.slice(item.text.indexOf('=') + 1),
        })),
      ];
      return written.flatMap(({ node, name, value }) =>
        refersToVariable(value)
          ? []
          : [
              {
                at: { path: node.path, range: node.range },
                name,
                value,
                owner: `the build of ${service.name}`,
                group: service.name,
                kind: 'build' as const,
                isNeighbour: (host: string) => neighbours.has(file, host),
                move: (names: readonly string[]) => composeArgumentsToEnv(project, file, service, names),
              },
            ],
      );
    }),
  );
}

/** `$$` is what Compose makes `$` of. */
function refersToVariable(value: string): boolean {
  return value.replaceAll('$$', '').includes('$');
}
