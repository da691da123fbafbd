import { readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { UserError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';

/** Which cluster is meant, and as whom. */
export interface ClusterAccess {
  /** A kubeconfig file; else those of KUBECONFIG, else ~/.kube/config, else the account of the pod that this runs in. */
  readonly kubeconfig?: string | undefined;
  /** A context of it; else its current one. */
  readonly context?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where relative file names are read from. */
  readonly cwd: string;
}

/** Where a pod finds its account: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
const accountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';
const largestKubeconfig = 16 * 1024 * 1024;

/**
 * Reads the kubeconfig as kubectl looks for it. An exec plugin of a kubeconfig is a program that is run: the file must be one that
 * the user named or owns, so nothing of an audited repository may come in here.
 * @throws UserError where there is none, or it does not hold what is asked for
 */
export async function loadClusterConfiguration(access: ClusterAccess): Promise<KubeConfig> {
  const { KubeConfig: Configuration, loadYaml } = await import('@kubernetes/client-node');
  const files = kubeconfigFiles(access);
  const configuration = new Configuration();
  if (files.length === 0) {
    if (!isFile(path.join(accountDirectory, 'token')) || !access.environment.KUBERNETES_SERVICE_HOST)
      throw new UserError('no cluster is named: there is no kubeconfig, and this is no pod with a service account', {
        remedy: 'Name one with --kubeconfig FILE or KUBECONFIG.',
      });
    configuration.loadFromCluster();
  }
  for (const [index, file] of files.entries()) {
    const one = index === 0 ? configuration : new Configuration();
    readInto(one, file, loadYaml);
    if (one !== configuration) mergeNew(configuration, one);
  }
  if (access.context !== undefined) configuration.setCurrentContext(access.context);
  checkContext(configuration, files.join(path.delimiter));
  return configuration;
}

function kubeconfigFiles({ kubeconfig, environment, cwd }: ClusterAccess): string[] {
  if (kubeconfig !== undefined) return [path.resolve(cwd, kubeconfig)];
  // As kubectl does: of several files those that are missing are passed over.
  const listed = (environment.KUBECONFIG ?? '').split(path.delimiter).filter((file) => file !== '');
  const absolute = listed.map((file) => path.resolve(cwd, file));
  if (absolute.length > 0) {
    const existing = absolute.filter(isFile);
    return existing.length > 0 ? existing : absolute.slice(0, 1);
  }
  const home = path.join(environment.HOME ?? os.homedir(), '.kube', 'config');
  return isFile(home) ? [home] : [];
}

function isFile(file: string): boolean {
  try {
    return !statSync(file).isDirectory();
  } catch {
    return false;
  }
}

function readInto(configuration: KubeConfig, file: string, loadYaml: (text: string) => unknown): void {
  let text: string;
  try {
    if (statSync(file).size > largestKubeconfig) throw new Error('it is larger than 16 MiB');
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : '';
    throw new UserError(`the kubeconfig cannot be read: ${printable(reason)}`, {
      where: file,
      remedy: 'Name another one: --kubeconfig FILE, or the variable KUBECONFIG.',
      cause,
    });
  }
  try {
    const value = loadYaml(text);
    if (!isJsonObject(value)) throw new Error('it is no mapping');
    configuration.loadFromString(JSON.stringify(withTokenFiles(value, path.dirname(file))));
    configuration.makePathsAbsolute(path.dirname(file));
  } catch (cause) {
    // The reason may hold a line of the file, and with it a token: the first line of it never does.
    const [reason = ''] = (cause instanceof Error ? cause.message : '').split('\n');
    throw new UserError(`this is no kubeconfig: ${printable(reason).slice(0, 200)}`, { where: file, cause });
  }
}

/** The client knows a file of a token in the form of its pods' accounts only; kubectl reads `tokenFile`. */
function withTokenFiles(value: JsonObject, directory: string): JsonObject {
  if (!Array.isArray(value.users)) return value;
  const users = value.users.map((entry: unknown) => {
    if (!isJsonObject(entry) || !isJsonObject(entry.user)) return entry;
    const { tokenFile, token: _, ...user } = entry.user;
    if (typeof tokenFile !== 'string') return entry;
    const config = { tokenFile: path.resolve(directory, tokenFile) };
    return { ...entry, user: { ...user, 'auth-provider': { name: 'tokenFile', config } } };
  });
  return { ...value, users };
}

/** Of two of one name the first holds, as in kubectl. */
function mergeNew(into: KubeConfig, other: KubeConfig): void {
  const isNew = (known: readonly { name: string }[]) => (each: { name: string }) =>
    !known.some(({ name }) => name === each.name);
  into.clusters = [...into.clusters, ...other.clusters.filter(isNew(into.clusters))];
  into.users = [...into.users, ...other.users.filter(isNew(into.users))];
  into.contexts = [...into.contexts, ...other.contexts.filter(isNew(into.contexts))];
  if (!into.currentContext) into.currentContext = other.currentContext;
}

function checkContext(configuration: KubeConfig, where: string): void {
  const named = configuration.getCurrentContext();
  const known = configuration.getContexts().map(({ name }) => printable(name));
  const remedy =
    known.length === 0 ? 'It has no contexts.' : `It has the contexts ${known.join(', ')}: --context NAME.`;
  if (!named) throw new UserError('the kubeconfig has no current context', { where, remedy });
  const context = configuration.getContextObject(named);
  if (!context) throw new UserError(`the kubeconfig has no context «${printable(named)}»`, { where, remedy });
  const cluster = configuration.getCluster(context.cluster);
  if (!cluster) throw new UserError(`the kubeconfig has no cluster «${printable(context.cluster ?? '')}»`, { where });
  if (!configuration.getUser(context.user))
    throw new UserError(`the kubeconfig has no user «${printable(context.user ?? '')}»`, { where });
  if (!/^https?:\/\/[^\s/]/.test(cluster.server ?? ''))
    throw new UserError(`the server of cluster «${printable(cluster.name)}» is no address`, { where });
}
