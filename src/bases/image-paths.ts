import type { BaseImage } from './base-image.ts';

/** What an image has at and below a path: no such path, an empty directory, something, or it is not known. */
export type PathContent = 'nothing' | 'directory' | 'files' | 'unknown';

/** Directories of programs that official images bring, beside those of the distribution. Empty ones are `directory`. */
const ownPaths: Readonly<Record<string, Readonly<Record<string, PathContent>>>> = {
  composer: { '/app': 'directory' },
  golang: { '/go': 'files' },
  gradle: { '/opt': 'files', '/home/gradle': 'files' },
  maven: { '/opt': 'files', '/usr/share/maven': 'files' },
  node: { '/opt': 'files', '/home/node': 'files' },
  php: { '/var/www/html': 'directory' },
  nginx: { '/docker-entrypoint.d': 'files' },
  rust: { '/usr/local/cargo': 'files' },
  ruby: { '/usr/local/bundle': 'directory' },
  openjdk: { '/opt': 'unknown' },
  'eclipse-temurin': { '/opt': 'files' },
};

/** Empty directories of every distribution. https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html */
const emptyEverywhere: ReadonlySet<string> = new Set([
  '/opt',
  '/srv',
  '/home',
  '/mnt',
  '/media',
  '/usr/src',
  '/usr/local/src',
]);

/** Trees that belong to the distribution and to what its packages bring. */
const systemTrees = /^\/(?:bin|boot|dev|etc|lib\w*|proc|root|run|sbin|sys|tmp|usr|var|)(?:\/|$)/;
const freeTrees = /^\/usr\/(?:local\/)?src\/[^/]/;

/** What a base image has at an absolute path. Packages that a build installs later are another matter: see {@link isSystemPath}. */
export function contentAt(image: BaseImage, path: string): PathContent {
  if (image.distribution === 'scratch') return 'nothing';
  if (image.reference === undefined || image.distribution === 'unknown' || image.distribution === 'windows')
    return 'unknown';
  const name = image.reference.repository.replace(/^library\//, '');
  const own = Object.hasOwn(ownPaths, name) ? ownPaths[name] : undefined;
  for (const [at, content] of Object.entries(own ?? {})) {
    if (at === path) return content;
    if (at.startsWith(`${path}/`)) return content === 'unknown' ? 'unknown' : 'files';
    if (path.startsWith(`${at}/`)) return content === 'directory' ? 'nothing' : 'unknown';
  }
  if (emptyEverywhere.has(path)) return image.reference.repository.startsWith('library/') ? 'directory' : 'unknown';
  if (isSystemPath(path)) return 'unknown';
  // Images of one program have it somewhere below /opt or at the root; those of a language or a distribution do not.
  return image.reference.repository.startsWith('library/') ? 'nothing' : 'unknown';
}

/** Whether packages of the distribution may put files there. */
export function isSystemPath(path: string): boolean {
  return systemTrees.test(path) && !freeTrees.test(path);
}
