import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import { parseJsonObject } from '../core/json-object.ts';
import { printable } from '../core/printable.ts';
import type { Mirror } from './internal/registry-request.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const maximumBytes = 1024 * 1024;

/**
 * Who is asked before a registry itself: what is asked for (`HOST[/PREFIX]` for Docker Hub, `REGISTRY=HOST[/PREFIX]` for another one), else what Podman and
 * Docker are told (`registries.conf`, `registry-mirrors` in `daemon.json`, which are for Docker Hub).
 * @throws UserError where an asked one is none
 */
export function registryMirrors(
  asked: readonly string[],
  environment: Environment,
): (registry: string) => readonly Mirror[] {
  const own = asked.map(parseAsked);
  return (registry) => {
    const chosen = own.filter((mirror) => mirror.of === registry);
    return chosen.length > 0 ? chosen : configured(registry, environment);
  };
}

function parseAsked(text: string): Mirror & { readonly of: string } {
  const equals = text.indexOf('=');
  const mirror = parseLocation(text.slice(equals + 1), false);
  if (mirror !== undefined) return { ...mirror, of: equals === -1 ? 'docker.io' : text.slice(0, equals) };
  throw new UserError(`This is no mirror: ${printable(text)}.`, {
    remedy: 'Write mirror.example.com, mirror.example.com/prefix or ghcr.io=mirror.example.com/ghcr.',
  });
}

/** `https://mirror.example.com/prefix/`, with or without the beginning. */
function parseLocation(text: string, insecure: boolean): Mirror | undefined {
  const url = URL.canParse(text) && /^https?:/.test(text) ? new URL(text) : parsed(`https://${text}`);
  if (url === undefined || url.username !== '' || url.search !== '' || url.hash !== '') return undefined;
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '');
  if (!/^(?:[a-z0-9]+(?:[._/-][a-z0-9]+)*)?$/.test(prefix)) return undefined;
  return { host: url.host, prefix, plainHttp: insecure || url.protocol === 'http:' };
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function configured(registry: string, environment: Environment): Mirror[] {
  const { HOME, XDG_CONFIG_HOME, CONTAINERS_REGISTRIES_CONF } = environment;
  const home = HOME ?? homedir();
  const settings = XDG_CONFIG_HOME || path.join(home, '.config');
  const podmans = [
    CONTAINERS_REGISTRIES_CONF,
    path.join(settings, 'containers/registries.conf'),
    '/etc/containers/registries.conf',
  ];
  for (const file of podmans) {
    const text = file === undefined ? undefined : textOf(file);
    if (text !== undefined) {
      const found = mirrorsInRegistriesConf(text).get(registry);
      if (found !== undefined) return found;
      break;
    }
  }
  if (registry !== 'docker.io') return [];
  // https://docs.docker.com/engine/daemon/: of Docker Desktop, of a rootless engine, of the system.
  const daemons = [path.join(home, '.docker/daemon.json'), path.join(settings, 'docker/daemon.json')];
  return [...daemons, '/etc/docker/daemon.json'].flatMap((file) => {
    const mirrors = parseJsonObject(textOf(file) ?? '')?.['registry-mirrors'];
    const texts = Array.isArray(mirrors) ? mirrors.filter((text): text is string => typeof text === 'string') : [];
    return texts.flatMap((text) => parseLocation(text, false) ?? []);
  });
}

/**
 * Mirrors of whole registries in Podman's configuration, version 2
 * (https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md). Of TOML as much as such a file has.
 */
export function mirrorsInRegistriesConf(text: string): ReadonlyMap<string, Mirror[]> {
  const found = new Map<string, Mirror[]>();
  let registry: { prefix: string | undefined; location: string | undefined; mirrors: Mirror[] } | undefined;
  let mirror: { location: string; insecure: boolean } | undefined;
  const endMirror = () => {
    const read = mirror && parseLocation(mirror.location, mirror.insecure);
    if (read !== undefined) registry?.mirrors.push(read);
    mirror = undefined;
  };
  const endRegistry = () => {
    endMirror();
    const name = registry?.prefix ?? registry?.location;
    if (registry !== undefined && name !== undefined && registry.mirrors.length > 0) found.set(name, registry.mirrors);
    registry = undefined;
  };
  for (const line of text.split('\n')) {
    const table = /^\s*(\[{1,2})\s*([\w.]+)\s*\]{1,2}/.exec(line)?.[2];
    if (table === 'registry') {
      endRegistry();
      registry = { prefix: undefined, location: undefined, mirrors: [] };
    } else if (table === 'registry.mirror') {
      endMirror();
      mirror = { location: '', insecure: false };
    } else if (table !== undefined) endRegistry();
    const [, key, quoted, plain] = /^\s*([\w-]+)\s*=\s*(?:["']([^"']*)["']|(\w+))/.exec(line) ?? [];
    if (key === undefined) continue;
    if (mirror && key === 'location') mirror.location = quoted ?? '';
    else if (mirror && key === 'insecure') mirror.insecure = plain === 'true';
    else if (registry && !mirror && key === 'prefix') registry.prefix = quoted;
    else if (registry && !mirror && key === 'location') registry.location = quoted;
  }
  endRegistry();
  return found;
}

function textOf(file: string): string | undefined {
  try {
    const found = statSync(file);
    return found.isFile() && found.size <= maximumBytes ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
