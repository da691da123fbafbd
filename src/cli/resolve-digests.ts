import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { type RegistryOptions, tagDigest } from '../image/registry-digest.ts';
import { taggedImages } from '../project/image-references.ts';
import type { Project } from '../project/project.ts';
import type { Terminal } from './command.ts';

/** Requests under way at once: polite to a registry, quick enough for dozens of images. */
const atOnce = 6;

const timeoutSeconds = 15;

/**
 * Asks registries for the digests of the images that a project names by a tag, and adds them to `digests`; those that are there are not
 * asked again. What no registry told is named on standard error.
 */
export async function resolveDigests(
  project: Project,
  digests: Map<string, string>,
  { environment, stderr }: Terminal,
): Promise<void> {
  const options: RegistryOptions = { fetch, timeoutSeconds, credentials: credentialsFrom(environment) };
  const left = taggedImages(project).filter(({ text }) => !digests.has(text));
  const work = async () => {
    for (let reference = left.pop(); reference !== undefined; reference = left.pop()) {
      const answer = await tagDigest(reference, options);
      if (answer.kind === 'digest') digests.set(reference.text, answer.digest);
      else stderr.write(`plimsoll: ${reference.text}: no digest: ${answer.reason}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** What `docker login` has stored itself; credential helpers are not asked. */
function credentialsFrom(environment: Terminal['environment']): RegistryOptions['credentials'] {
  const file = path.join(environment.DOCKER_CONFIG ?? path.join(homedir(), '.docker'), 'config.json');
  let stored: unknown;
  try {
    stored = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return () => undefined;
  }
  const entries = entryOf(stored, 'auths');
  return (registry) => {
    const names =
      registry === 'docker.io' ? ['https://index.docker.io/v1/', registry] : [registry, `https://${registry}`];
    for (const name of names) {
      const auth = entryOf(entryOf(entries, name), 'auth');
      if (typeof auth === 'string' && auth !== '') return auth;
    }
    return undefined;
  };
}

function entryOf(holder: unknown, name: string): unknown {
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, name)) return undefined;
  return Object.entries(holder).find(([key]) => key === name)?.[1];
}
