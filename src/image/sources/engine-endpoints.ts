import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { UserError } from '../../core/errors.ts';
import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';

/** Where an engine's API listens (https://docs.docker.com/reference/api/engine/). */
export interface EngineEndpoint {
  readonly engine: 'Docker Engine' | 'Podman';
  /** For messages. */
  readonly address: string;
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  /** Of TLS, as PEM. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Registries' hosts and engines' sockets are of this size; others are no configuration. */
const maximumConfigurationBytes = 1024 * 1024;

/**
 * Where Docker Engine would be: `DOCKER_HOST`, else the context that is chosen (`DOCKER_CONTEXT`, `docker context use`), else the usual sockets that are
 * there, the system's first.
 * @throws UserError where what somebody set cannot be followed
 */
export function dockerEndpoints(environment: Environment): EngineEndpoint[] {
  const { DOCKER_HOST, DOCKER_CERT_PATH, DOCKER_TLS_VERIFY, XDG_RUNTIME_DIR } = environment;
  const home = environment.HOME ?? homedir();
  const configuration = environment.DOCKER_CONFIG ?? path.join(home, '.docker');
  if (DOCKER_HOST) {
    const certificates = DOCKER_TLS_VERIFY ? (DOCKER_CERT_PATH ?? configuration) : undefined;
    return [endpointAt(DOCKER_HOST, 'Docker Engine', 'DOCKER_HOST', certificates)];
  }
  const context = chosenContext(environment);
  if (context !== '' && context !== 'default') return [contextEndpoint(context, configuration)];
  return usualSockets('Docker Engine', [
    '/var/run/docker.sock',
    XDG_RUNTIME_DIR && path.join(XDG_RUNTIME_DIR, 'docker.sock'),
    path.join(home, '.docker/run/docker.sock'),
  ]);
}

/** Whether somebody said which Docker Engine is meant (`DOCKER_HOST`, a context): the usual sockets are not looked for then. */
export function isDockerChosen(environment: Environment): boolean {
  const context = environment.DOCKER_HOST ? '' : chosenContext(environment);
  return Boolean(environment.DOCKER_HOST) || (context !== '' && context !== 'default');
}

function chosenContext({ DOCKER_CONTEXT, DOCKER_CONFIG, HOME }: Environment): string {
  const configuration = DOCKER_CONFIG ?? path.join(HOME ?? homedir(), '.docker');
  return DOCKER_CONTEXT ?? textOf(jsonIn(path.join(configuration, 'config.json')).currentContext);
}

/** The same for Podman: `CONTAINER_HOST`, else the user's socket and the system's. */
export function podmanEndpoints({ CONTAINER_HOST, XDG_RUNTIME_DIR }: Environment): EngineEndpoint[] {
  if (CONTAINER_HOST) return [endpointAt(CONTAINER_HOST, 'Podman', 'CONTAINER_HOST', undefined)];
  return usualSockets('Podman', [
    XDG_RUNTIME_DIR && path.join(XDG_RUNTIME_DIR, 'podman/podman.sock'),
    '/run/podman/podman.sock',
  ]);
}

function usualSockets(engine: EngineEndpoint['engine'], paths: readonly (string | undefined)[]): EngineEndpoint[] {
  return paths.flatMap((socket) => {
    const socketPath = socket === undefined || socket === '' ? undefined : trustedSocket(socket);
    return socketPath === undefined ? [] : [{ engine, address: socketPath, socketPath }];
  });
}

/**
 * The socket that a path leads to, over links, where it is this user's or root's: what somebody else put there would be asked for images, and what it
 * answers be believed.
 */
function trustedSocket(name: string): string | undefined {
  try {
    const socket = realpathSync(name);
    const found = statSync(socket);
    return found.isSocket() && (found.uid === 0 || found.uid === userInfo().uid) ? socket : undefined;
  } catch {
    return undefined;
  }
}

/** What somebody set is followed, whoever's socket it is. */
function endpointAt(
  address: string,
  engine: EngineEndpoint['engine'],
  setBy: string,
  certificates: string | undefined,
): EngineEndpoint {
  if (address.startsWith('unix://')) {
    const socketPath = address.slice('unix://'.length);
    return { engine, address: socketPath, socketPath };
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'tcp:' && url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new UserError(`${setBy} is ${printable(address)}, which cannot be asked.`, {
      remedy:
        url?.protocol === 'ssh:'
          ? 'Forward its socket (ssh -L /tmp/docker.sock:/var/run/docker.sock HOST) and set unix:///tmp/docker.sock.'
          : 'Set unix:///path or tcp://host:port.',
    });
  const isSecure = certificates !== undefined || url.protocol === 'https:';
  return {
    engine,
    address: url.host,
    host: url.hostname,
    port: Number(url.port || (isSecure ? 2376 : 2375)),
    ...(isSecure && { tls: certificates === undefined ? {} : certificatesIn(certificates) }),
  };
}

/** A context's own file lies under the SHA-256 of its name (https://docs.docker.com/engine/manage-resources/contexts/). */
function contextEndpoint(context: string, configuration: string): EngineEndpoint {
  const id = createHash('sha256').update(context).digest('hex');
  const meta = jsonIn(path.join(configuration, 'contexts/meta', id, 'meta.json'));
  const host = textOf(jsonObjectOf(jsonObjectOf(meta.Endpoints).docker).Host);
  if (host === '')
    throw new UserError(`The Docker context ${printable(context)} is not there or names no engine.`, {
      where: printable(configuration),
      remedy: 'Choose another one: docker context use.',
    });
  const certificates = path.join(configuration, 'contexts/tls', id, 'docker');
  const hasCertificates = statSync(certificates, { throwIfNoEntry: false })?.isDirectory() === true;
  return endpointAt(host, 'Docker Engine', `the context ${context}`, hasCertificates ? certificates : undefined);
}

function certificatesIn(directory: string): NonNullable<EngineEndpoint['tls']> {
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => bytesIn(path.join(directory, name)));
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function jsonIn(file: string) {
  return parseJsonObject(bytesIn(file)?.toString('utf8') ?? '') ?? {};
}

function bytesIn(file: string): Buffer | undefined {
  try {
    const found = statSync(file);
    return found.isFile() && found.size <= maximumConfigurationBytes ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
