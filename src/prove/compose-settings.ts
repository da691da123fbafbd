import path from 'node:path';
import type { ComposeFile } from '../kubernetes/compose.ts';
import { expandDefaults } from '../kubernetes/compose-text.ts';
import { at, entriesAt, itemsAt, scalarsAt, textAt, type YamlNode } from '../kubernetes/yaml-node.ts';
import type { ImageBuild } from '../project/project.ts';
import type { BuildSecret } from './build.ts';
import type { BuildSettings } from './subjects.ts';

/**
 * What a Compose file says of a build beside its context and target: arguments, secrets, network, platform and more contexts, with defaults
 * in place of variables. Paths are relative to the project's root. Of other builds the arguments alone are known.
 * https://docs.docker.com/reference/compose-file/build/
 */
export function composeSettings(build: ImageBuild): Omit<BuildSettings, 'target' | 'network'> & {
  readonly network: BuildSettings['network'] | undefined;
} {
  const use = build.runBy.find((each) => each.kind === 'service' && each.service.build !== undefined);
  const written = build.toldBy === 'compose' && use?.kind === 'service' ? use : undefined;
  const node = written?.service.build?.node;
  const network = textAt(node, 'network');
  return {
    platform: textAt(written?.service.node, 'platform') ?? scalarsAt(node, 'platforms')[0]?.text,
    network: network === 'host' || network === 'none' ? network : undefined,
    arguments: known(build.arguments, written?.file.expand ?? expandDefaults),
    contexts: written ? namedContexts(node, path.posix.dirname(written.file.path)) : new Map(),
    secrets: written ? secretsOf(written.file, node) : [],
  };
}

/** What has no value, here or in the environment of the caller, is left to the Dockerfile's default. */
function known(
  values: ReadonlyMap<string, string | undefined>,
  expand: ComposeFile['expand'],
): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const [name, value] of values) {
    if (value === undefined) found.set(name, undefined);
    else {
      const { text, complete } = expand(value);
      if (complete) found.set(name, text);
    }
  }
  return found;
}

function namedContexts(node: YamlNode | undefined, directory: string): Map<string, string> {
  const found = new Map<string, string>();
  const add = (name: string, value: string) =>
    found.set(name, /^[\w.+-]+:/.test(value) ? value : path.posix.join(directory, value));
  const list = at(node, 'additional_contexts');
  for (const { key, value } of entriesAt(list)) if (value.kind === 'scalar') add(key.text, value.text);
  for (const { text } of scalarsAt(list)) {
    const equals = text.indexOf('=');
    if (equals > 0) add(text.slice(0, equals), text.slice(equals + 1));
  }
  return found;
}

function secretsOf(file: ComposeFile, node: YamlNode | undefined): BuildSecret[] {
  return itemsAt(node, 'secrets').flatMap((item): BuildSecret[] => {
    const source = item.kind === 'scalar' ? item.text : textAt(item, 'source');
    const definition = source === undefined ? undefined : at(file.root, 'secrets', source);
    if (source === undefined || definition === undefined) return [];
    const id = (item.kind === 'map' ? textAt(item, 'target') : undefined) ?? source;
    const from = textAt(definition, 'file');
    const environment = textAt(definition, 'environment');
    if (from !== undefined) return [{ id, from: { file: path.posix.join(path.posix.dirname(file.path), from) } }];
    return environment === undefined ? [] : [{ id, from: { environment } }];
  });
}
