import { existsSync, statSync } from 'node:fs';
import { UserError } from '../../core/errors.ts';
import { type ImageReference, parseImageReference } from '../../core/image-reference.ts';
import { printable } from '../../core/printable.ts';

export type ArchiveFormat = 'OCI archive' | 'docker-archive';

/** What the name of an image says of where it is. */
export type ImageName =
  | { readonly kind: 'layout' | 'skopeo-directory' | 'rootfs'; readonly path: string; readonly image?: string }
  | { readonly kind: 'archive'; readonly path: string; readonly image?: string; readonly format?: ArchiveFormat }
  /** In an engine or its storage, by a reference or the digest of its configuration. */
  | { readonly kind: 'docker' | 'podman' | 'storage'; readonly image: string }
  | { readonly kind: 'registry'; readonly reference: ImageReference }
  /** The engines on this machine, then the registry where it is a reference. */
  | { readonly kind: 'anywhere'; readonly image: string; readonly reference: ImageReference | undefined };

const schemes: Readonly<Record<string, (rest: string) => ImageName>> = {
  oci: (rest) => ({ kind: 'layout', ...pathAndImage(rest) }),
  'oci-archive': (rest) => ({ kind: 'archive', format: 'OCI archive', ...pathAndImage(rest) }),
  'docker-archive': (rest) => ({ kind: 'archive', format: 'docker-archive', ...pathAndImage(rest) }),
  'docker-daemon': (rest) => ({ kind: 'docker', image: engineName(rest) }),
  podman: (rest) => ({ kind: 'podman', image: engineName(rest) }),
  'containers-storage': (rest) => ({ kind: 'storage', image: engineName(rest) }),
  dir: (rest) => directoryName(rest),
  rootfs: (rest) => ({ kind: 'rootfs', path: rest }),
  registry: (rest) => ({ kind: 'registry', reference: mustParse(rest) }),
  docker: (rest) => ({ kind: 'registry', reference: mustParse(rest.slice('//'.length)) }),
};

/**
 * Reads the name of an image. Whether a path is there is looked at; nothing is opened.
 * @throws UserError where it can be none
 */
export function readImageName(name: string): ImageName {
  const colon = name.indexOf(':');
  const scheme = name.slice(0, Math.max(0, colon));
  const rest = name.slice(colon + 1);
  const read = Object.hasOwn(schemes, scheme) && isScheme(scheme, rest) ? schemes[scheme] : undefined;
  // A file is a file, whatever it is called.
  if (read !== undefined && kindOfPath(name) === undefined) return read(rest);
  const { path, image } = pathAndImage(name);
  const isPath = image === undefined || looksLikePath(path) || kindOfPath(`${path}/oci-layout`) === 'file';
  const there = isPath ? kindOfPath(path) : undefined;
  const named = { path, ...(image !== undefined && { image }) };
  const reference = parseImageReference(name);
  if (there === 'file' && (looksLikePath(path) || reference === undefined)) return { kind: 'archive', ...named };
  if (there === 'directory') {
    if (kindOfPath(`${path}/oci-layout`) === 'file') return { kind: 'layout', ...named };
    // A directory «nginx» in a repository is not what somebody means by the image nginx, unless it is a root file system.
    const directory = directoryName(path);
    const isSure = directory.kind === 'skopeo-directory' || kindOfPath(`${path}/etc`) === 'directory';
    if (looksLikePath(path) || reference === undefined || isSure) return directory;
  }
  if (looksLikePath(name)) throw notThere(name);
  if (reference === undefined && !isIdentifier(name)) throw noName(name);
  return { kind: 'anywhere', image: name, reference };
}

/** `docker:24` and `registry:2` are images of Docker Hub. */
function isScheme(scheme: string, rest: string): boolean {
  if (scheme === 'docker') return rest.startsWith('//');
  if (scheme === 'registry') return rest !== '' && !/^(?:latest|\d[\w.-]*)$/.test(rest);
  return rest !== '';
}

/** `./web`, `/tmp/web`, `web.tar`: nobody writes an image so. */
function looksLikePath(name: string): boolean {
  return /^(?:\.{0,2}\/|\.{1,2}$)|\.(?:tar|tgz|tzst)$|\.tar\.(?:gz|zst)$/.test(name);
}

/** Taken apart at the last `:` or `@` before which a file or a directory stands: `out/web:1.2`, `web.tar:shop/web:1.2`, `web@sha256:…`. */
function pathAndImage(text: string): { readonly path: string; readonly image?: string } {
  if (kindOfPath(text) !== undefined) return { path: text };
  for (let at = text.length - 1; at > 0; at--) {
    if (text[at] !== ':' && text[at] !== '@') continue;
    const path = text.slice(0, at);
    if (kindOfPath(path) !== undefined && at < text.length - 1) return { path, image: text.slice(at + 1) };
  }
  return { path: text };
}

/** What skopeo writes into a directory says so in a file `version`. */
function directoryName(path: string): ImageName {
  const isSkopeos = kindOfPath(`${path}/version`) === 'file' && kindOfPath(`${path}/manifest.json`) === 'file';
  return { kind: isSkopeos ? 'skopeo-directory' : 'rootfs', path };
}

/** What stands there; undefined for nothing, for what is neither and for what may not be looked at. */
export function kindOfPath(path: string): 'file' | 'directory' | undefined {
  if (path === '' || path.includes('\0') || path.length > 4096) return undefined;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isDirectory() ? 'directory' : found?.isFile() ? 'file' : undefined;
  } catch {
    // Below a file, or in a directory that must not be looked into.
    return undefined;
  }
}

function engineName(text: string): string {
  const name = text.replace(/^\/\//, '');
  if (parseImageReference(name) === undefined && !isIdentifier(name)) throw noName(name);
  return name;
}

/** The digest of a configuration, or its beginning, as engines list images. */
export function isIdentifier(text: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{6,64}$/.test(text);
}

function mustParse(text: string): ImageReference {
  const reference = parseImageReference(text);
  if (reference === undefined) throw noName(text);
  return reference;
}

function noName(text: string): UserError {
  return new UserError(`This names no image: ${printable(text.slice(0, 300))}.`, {
    remedy:
      'Write a path, a reference such as ghcr.io/shop/web:1.2, or a scheme before it (oci:, docker-archive:, docker://).',
  });
}

function notThere(path: string): UserError {
  // What a shell makes of `<(docker save web)` comes once and cannot be read again.
  if (existsSync(path))
    return new UserError('This is neither a file nor a directory.', {
      where: printable(path),
      remedy: 'An archive that comes over a pipe has to be written to a file first: docker save web:1 -o web.tar.',
    });
  return new UserError('There is no file or directory of this name.', { where: printable(path) });
}
