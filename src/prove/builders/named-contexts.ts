import { readFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../core/errors.ts';
import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';

/**
 * Named contexts as flags of buildctl, which takes them apart as buildx does by itself: a directory, `docker-image://NAME`, `oci-layout://DIRECTORY[:TAG][@DIGEST]`,
 * an address of https or git (https://docs.docker.com/reference/cli/docker/buildx/build/#build-context).
 * @throws UserError where a layout does not say which of its images is meant
 */
export function namedContextFlags(contexts: ReadonlyMap<string, string>): string[] {
  return [...contexts].flatMap(([name, where], index) => {
    if (where.startsWith('oci-layout://')) {
      const { directory, digest } = layoutImage(where.slice('oci-layout://'.length));
      return [
        '--oci-layout',
        `named${index}=${directory}`,
        '--opt',
        `context:${name}=oci-layout://named${index}@${digest}`,
      ];
    }
    if (/^[a-z][a-z0-9+.-]*:\/\/|^git@/i.test(where)) return ['--opt', `context:${name}=${where}`];
    return ['--local', `named${index}=${where}`, '--opt', `context:${name}=local:named${index}`];
  });
}

function layoutImage(where: string): { readonly directory: string; readonly digest: string } {
  const [, place = '', digest] = /^(.*?)(?:@(sha256:[0-9a-f]{64}))?$/s.exec(where) ?? [];
  const [, directory = place, tag] = /^(.*):([\w][\w.-]{0,127})$/s.exec(place) ?? [];
  if (digest !== undefined) return { directory, digest };
  const { manifests } = parseJsonObject(readFileSync(path.join(directory, 'index.json'), 'utf8')) ?? {};
  const all = (Array.isArray(manifests) ? manifests : []).map((each: unknown) => jsonObjectOf(each));
  // https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys
  const named = (name: string) =>
    all.filter(({ annotations }) => jsonObjectOf(annotations)['org.opencontainers.image.ref.name'] === name);
  const [only, second] = tag === undefined && all.length === 1 ? all : named(tag ?? 'latest');
  if (typeof only?.digest === 'string' && second === undefined) return { directory, digest: only.digest };
  throw new UserError('This layout does not say which of its images is meant.', {
    where: printable(where),
    remedy: 'Name it: oci-layout://DIRECTORY:TAG, or @sha256:… for its digest.',
  });
}
