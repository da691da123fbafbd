import { readFileSync } from 'node:fs';
import { jsonObjectOf, parseJsonObject } from '../core/json-object.ts';
import type { RegistryOptions } from './registry-digest.ts';

/** What `docker login` has stored in a `config.json` itself; credential helpers are not asked. A file that is not there knows nobody. */
export function dockerCredentials(file: string): RegistryOptions['credentials'] {
  const entries = jsonObjectOf(parseJsonObject(readIfThere(file))?.auths);
  return (registry) => {
    const names =
      registry === 'docker.io' ? ['https://index.docker.io/v1/', registry] : [registry, `https://${registry}`];
    for (const name of names) {
      const { auth } = jsonObjectOf(Object.hasOwn(entries, name) ? entries[name] : undefined);
      if (typeof auth === 'string' && auth !== '') return auth;
    }
    return undefined;
  };
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
