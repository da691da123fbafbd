import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BuildRequest, BuildSecret } from './build.ts';

/** https://docs.docker.com/reference/dockerfile/#run---mounttypesecret */
const mount = /--mount=(\S+)/g;

/**
 * Build arguments that a repair takes as secrets (`secrets/secret-passed-as-argument`): whoever gives the argument would give the secret, and the
 * build of the repaired file has to have it. Values are written to files that go with the directory.
 * @param text the repaired Dockerfile
 * @param directory where the files may lie: outside of what is sent as context
 */
export function movedArguments(
  text: string,
  { arguments: given, secrets }: Pick<BuildRequest, 'arguments' | 'secrets'>,
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
): readonly BuildSecret[] {
  const known = new Set(secrets.map(({ id }) => id));
  const moved: BuildSecret[] = [];
  for (const [, options = ''] of text.matchAll(mount)) {
    const id = options.includes('type=secret') ? /(?:^|,)id=([^,\s]+)/.exec(options)?.[1] : undefined;
    if (id === undefined || known.has(id) || !given.has(id)) continue;
    known.add(id);
    const value = given.get(id) ?? environment[id];
    if (value === undefined) continue;
    const file = path.join(mkdtempSync(path.join(directory, 'secret-')), 'value');
    writeFileSync(file, value, { mode: 0o600 });
    moved.push({ id, from: { file } });
  }
  return moved;
}
