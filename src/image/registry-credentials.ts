import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { type JsonObject, jsonObjectOf, parseJsonObject } from '../core/json-object.ts';
import { runCredentialHelper } from './internal/credential-helper.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** No login file is larger. */
const maximumBytes = 4 * 1024 * 1024;

const hubServer = 'https://index.docker.io/v1/';

/**
 * Logins as `docker login` and `podman login` keep them: in the file that `REGISTRY_AUTH_FILE` names, Docker's `config.json` and Podman's `auth.json`, by
 * themselves or through the credential helpers that these name
 * (https://docs.docker.com/reference/cli/docker/login/#credential-stores,
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md). Each registry is looked up once.
 * @param report told why a helper gave nothing
 */
export function registryCredentials(
  environment: Environment,
  report: (message: string) => void = () => {},
): (registry: string, repository?: string) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>();
  return (registry, repository = '') => {
    const key = `${registry}/${repository}`;
    const found = known.get(key) ?? lookUp(registry, repository, environment, report);
    known.set(key, found);
    return found;
  };
}

async function lookUp(
  registry: string,
  repository: string,
  environment: Environment,
  report: (message: string) => void,
): Promise<string | undefined> {
  for (const file of loginFiles(environment)) {
    const configuration = readLogins(file);
    const helper = helperFor(configuration, registry);
    const found =
      (helper === undefined
        ? undefined
        : await runCredentialHelper(helper, registry === 'docker.io' ? hubServer : registry, environment, report)) ??
      storedLogin(configuration, registry, repository);
    if (found !== undefined) return found;
  }
  return undefined;
}

function loginFiles({ REGISTRY_AUTH_FILE, DOCKER_CONFIG, XDG_RUNTIME_DIR, HOME }: Environment): string[] {
  const home = HOME ?? homedir();
  return [
    REGISTRY_AUTH_FILE,
    path.join(DOCKER_CONFIG ?? path.join(home, '.docker'), 'config.json'),
    XDG_RUNTIME_DIR && path.join(XDG_RUNTIME_DIR, 'containers/auth.json'),
    path.join(home, '.config/containers/auth.json'),
  ].filter((file): file is string => file !== undefined && file !== '');
}

function readLogins(file: string): JsonObject {
  try {
    const found = statSync(file);
    return (
      (found.isFile() && found.size <= maximumBytes ? parseJsonObject(readFileSync(file, 'utf8')) : undefined) ?? {}
    );
  } catch {
    return {};
  }
}

/** One registry's helper goes before the one for all. */
function helperFor({ credHelpers, credsStore }: JsonObject, registry: string): string | undefined {
  const helpers = jsonObjectOf(credHelpers);
  const own = namesOf(registry, '').find((name) => Object.hasOwn(helpers, name));
  const helper = own === undefined ? credsStore : helpers[own];
  return typeof helper === 'string' && helper !== '' ? helper : undefined;
}

function storedLogin({ auths }: JsonObject, registry: string, repository: string): string | undefined {
  const entries = jsonObjectOf(auths);
  for (const name of namesOf(registry, repository)) {
    const { auth, identitytoken } = jsonObjectOf(Object.hasOwn(entries, name) ? entries[name] : undefined);
    if (typeof identitytoken === 'string' && identitytoken !== '')
      return Buffer.from(`<token>:${identitytoken}`).toString('base64');
    if (typeof auth === 'string' && auth !== '') return auth;
  }
  return undefined;
}

/** Under which a login may stand: Podman's for a part of a registry first, the longest name before the others. */
function namesOf(registry: string, repository: string): string[] {
  const parts = repository === '' ? [] : repository.split('/');
  const parted = parts.map((_, index) => [registry, ...parts.slice(0, parts.length - index)].join('/'));
  const whole = [
    registry,
    `https://${registry}`,
    `https://${registry}/`,
    `https://${registry}/v1/`,
    `https://${registry}/v2/`,
  ];
  return registry === 'docker.io' ? [...parted, hubServer, 'index.docker.io', ...whole] : [...parted, ...whole];
}
