import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SideDigests } from '../core/evidence.ts';
import type { Project } from '../project/project.ts';
import type { Subject } from './subjects.ts';

/**
 * Whether a fix changes what is built: its Dockerfile, the ignore file, or a file that the build takes from its context. Dockerfiles of other images and
 * manifests lie in the same directories and do not count by themselves.
 */
export function concerns(paths: readonly string[], subject: Subject, others: ReadonlySet<string>): boolean {
  const { context } = subject.build;
  return paths.some((each) => {
    if (each === subject.dockerfile || each === context?.ignorePath) return true;
    if (others.has(each) || /(?:^|[/.])(?:docker|container)(?:file|ignore)\b/i.test(each)) return false;
    return subject.context === '' || each.startsWith(`${subject.context}/`);
  });
}

/** Files that lie in contexts and are of other things than what is built there: manifests, and the Dockerfiles of all images. */
export function othersOf({ objects, composeFiles, dockerfiles }: Project): ReadonlySet<string> {
  return new Set([...objects, ...composeFiles, ...dockerfiles].map(({ path }) => path));
}

/** Digests of the texts that a proof holds for: those of the subject itself, and what is other than on disk. */
export function textDigests(
  root: string,
  subject: Subject,
  written: Iterable<string>,
  files: ReadonlyMap<string, Uint8Array>,
): SideDigests['files'] {
  const manifests = subject.build.runBy.map((use) =>
    use.kind === 'container' ? use.workload.object.path : use.file.path,
  );
  const ignorePath = subject.build.context?.ignorePath;
  const paths = new Set([subject.dockerfile, ...(ignorePath ? [ignorePath] : []), ...manifests, ...written]);
  return Object.fromEntries([...paths].sort().map((each) => [each, digestOf(files.get(each) ?? read(root, each))]));
}

/** One digest of several texts: two repairs that come to the same are one. */
export function digestOfFiles(files: ReadonlyMap<string, Uint8Array>, isMeant: (path: string) => boolean): string {
  const hash = createHash('sha256');
  for (const name of [...files.keys()].filter(isMeant).sort()) hash.update(`${name}\0${digestOf(files.get(name))}\n`);
  return hash.digest('hex');
}

function digestOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'absent' : `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function read(root: string, file: string): Uint8Array | undefined {
  try {
    return readFileSync(path.join(root, file));
  } catch {
    return undefined;
  }
}
