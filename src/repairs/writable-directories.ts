import { familiarName, parseImageReference } from '../core/image-reference.ts';
import type { YamlRecord } from '../kubernetes/edit-yaml.ts';
import type { Container, Workload } from '../kubernetes/workload.ts';
import { buildRunBy } from '../project/container-builds.ts';
import type { Project } from '../project/project.ts';
import { externalBase } from '../project/stage-facts.ts';
import { addToList, type Edits, together } from './manifest-edits.ts';

interface WritingImage {
  /** One of the paths of each group must be writable, or the program does not start. */
  readonly needs: readonly (readonly [string, ...string[]])[];
  /** Configuration below this path may move them. */
  readonly configuration: string;
}

/** Official images that write as they start, with the configuration that they come with. */
const images: Readonly<Record<string, WritingImage>> = {
  nginx: { needs: [['/var/cache/nginx'], ['/run', '/var/run']], configuration: '/etc/nginx' },
  httpd: { needs: [['/usr/local/apache2/logs']], configuration: '/usr/local/apache2/conf' },
  postgres: { needs: [['/var/run/postgresql', '/run/postgresql']], configuration: '/etc/postgresql' },
  mariadb: { needs: [['/run/mysqld', '/var/run/mysqld'], ['/tmp']], configuration: '/etc/mysql' },
  mysql: { needs: [['/var/run/mysqld', '/run/mysqld'], ['/tmp']], configuration: '/etc/mysql' },
};

/** Directories that the image of a container writes as it starts, and that no volume is mounted at. */
export function unmountedDirectories(container: Container): string[] {
  const name = container.imageReference && familiarName(container.imageReference);
  return isConfigured(container, name) ? [] : unmounted(container, name);
}

/**
 * The same, also for an image that is built here what the official image that it stands on writes, and whatever a configuration says that is
 * mounted: it may have moved them, and a directory too many does no harm.
 */
export function likelyUnmountedDirectories(project: Project, container: Container): string[] {
  const { stage } = buildRunBy(project, container) ?? {};
  const base = stage && externalBase(stage);
  const reference = base?.kind === 'image' && base.complete ? parseImageReference(base.reference) : undefined;
  const run = reference ?? container.imageReference;
  return unmounted(container, run && familiarName(run));
}

function isConfigured(container: Container, name: string | undefined): boolean {
  const { configuration } = imageNamed(name) ?? {};
  if (configuration === undefined) return false;
  return mountsOf(container).some((path) => path === configuration || path.startsWith(`${configuration}/`));
}

function imageNamed(name: string | undefined): WritingImage | undefined {
  return name !== undefined && Object.hasOwn(images, name) ? images[name] : undefined;
}

function mountsOf({ volumeMounts }: Container): string[] {
  return volumeMounts.flatMap(({ mountPath }) => mountPath?.text.replace(/\/+$/, '') ?? []);
}

function unmounted(container: Container, name: string | undefined): string[] {
  const mounted = mountsOf(container);
  return (imageNamed(name)?.needs ?? []).flatMap((paths) =>
    paths.some((path) => mounted.some((mount) => path === mount || path.startsWith(`${mount}/`))) ? [] : [paths[0]],
  );
}

/** Directories of a container that are to be writable, and what else it is to be given. */
export interface WantedDirectories {
  readonly container: Container;
  readonly paths: readonly string[];
  readonly record: YamlRecord;
}

/** Mounts an emptyDir at each of the directories. Undefined where a volume has a name that is needed. */
export function mountEmptyDirectories(
  project: Project,
  workload: Workload,
  wanted: readonly WantedDirectories[],
): Edits {
  const taken = new Set(workload.volumes.map(({ name }) => name));
  const volumes: YamlRecord[] = [];
  const parts: Edits[] = [];
  for (const { container, paths, record } of wanted) {
    const mounts: YamlRecord[] = [];
    for (const path of paths) {
      const own = path
        .slice(1)
        .replace(/[^a-z0-9]+/gi, '-')
        .toLowerCase();
      const name = workload.allContainers.length > 1 ? `${container.name}-${own}` : own;
      if (taken.has(name) || name.length > 63) return undefined;
      taken.add(name);
      volumes.push({ name, emptyDir: {} });
      mounts.push({ name, mountPath: path });
    }
    parts.push(addToList(project, workload.object, container.node, 'volumeMounts', mounts, record));
  }
  parts.push(addToList(project, workload.object, workload.podSpec, 'volumes', volumes, {}));
  return together(parts);
}
