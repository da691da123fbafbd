import { mayHoldSecret } from '../core/mask-secrets.ts';
import type { SecretInFile } from '../core/secret-in-file.ts';
import { isPlaceholder, secretInVariable } from '../core/secret-text.ts';
import { readYaml } from '../kubernetes/read-yaml.ts';
import type { YamlNode } from '../kubernetes/yaml-node.ts';

/** True for what may be JSON or a map of YAML, and is no single value. */
export function isStructure(text: string): boolean {
  return /^\s*[{[]/.test(text) || /\n./.test(text);
}

/**
 * A secret that is written out in a text of JSON or YAML, by the path to it: the login of a registry, the password in a configuration. Braces, which say of a
 * single value that something is to be filled in, are the text's own there. Undefined for a text that is neither.
 */
export function structuredSecret(file: string, text: string): SecretInFile | undefined {
  // Dashboards of megabytes are no secret, and dear to read.
  if (!isStructure(text) || !mayHoldSecret(text)) return undefined;
  const { documents, problems } = readYaml({ path: '', text, encoding: 'utf-8' });
  if (problems.length > 0) return undefined;
  for (const { root } of documents) {
    const found = secretBelow([], root);
    if (found) return { ...found, name: `${found.name} in ${file}` };
  }
  return undefined;
}

function secretBelow(path: readonly string[], node: YamlNode): SecretInFile | undefined {
  const below =
    node.kind === 'map'
      ? node.entries.map((entry) => [[...path, entry.key.text], entry.value] as const)
      : node.kind === 'sequence'
        ? node.items.map((item) => [path, item] as const)
        : [];
  for (const [place, value] of below) {
    const found = secretBelow(place, value);
    if (found) return found;
  }
  const key = path.at(-1);
  if (node.kind !== 'scalar' || key === undefined || typeof node.value !== 'string') return undefined;
  const secret = key === 'auth' ? registryLogin(node.value) : secretInVariable(key, node.value);
  return secret && { name: path.join('.'), secret };
}

/** As `docker login` keeps it: Base64 of a user and a password, https://docs.docker.com/reference/cli/docker/login/#credential-stores. */
function registryLogin(value: string): SecretInFile['secret'] | undefined {
  const [, password] = /^[^:\s]+:([\x21-\x7e]+)$/.exec(Buffer.from(value, 'base64').toString('latin1')) ?? [];
  return password === undefined || isPlaceholder(password)
    ? undefined
    : { kind: 'password of a registry', certainty: 'likely' };
}
