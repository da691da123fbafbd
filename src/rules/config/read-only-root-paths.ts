import { enumerate } from '../../core/enumerate.ts';
import { familiarName } from '../../core/image-reference.ts';
import type { Container } from '../../kubernetes/workload.ts';
import { workloadRule } from '../../project/rule.ts';

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
  mysql: { needs: [['/var/run/mysqld', '/run/mysqld'], ['/tmp']], configuration: '/etc/mysql' },
};

export const rule = workloadRule({
  severity: 'error',
  summary: 'A read-only root without the directories that the image writes',
  why: 'The program fails as it starts: it cannot create its temporary files or its PID file.',
  remedy: 'Mount an emptyDir at each of these directories.',
  peers: [],
  check({ workload }, { report }) {
    for (const container of workload.containers) {
      const { readOnlyRootFilesystem: readOnly } = container.security;
      if (readOnly.value !== true || !readOnly.node || container.command !== undefined) continue;
      const missing = missingPaths(container);
      if (missing.length > 0)
        report({
          at: readOnly.node,
          also: container.image ? [{ ...container.image, note: 'the image' }] : [],
          message: `Container ${container.name} has a read-only root, and ${container.image?.text} writes to ${enumerate(missing)}.`,
        });
    }
  },
});

function missingPaths({ imageReference, volumeMounts }: Container): string[] {
  const name = imageReference && familiarName(imageReference);
  const image = name !== undefined && Object.hasOwn(images, name) ? images[name] : undefined;
  if (image === undefined) return [];
  const mounted = volumeMounts.flatMap(({ mountPath }) => mountPath?.text.replace(/\/+$/, '') ?? []);
  if (mounted.some((path) => path === image.configuration || path.startsWith(`${image.configuration}/`))) return [];
  return image.needs.flatMap((paths) =>
    paths.some((path) => mounted.some((mount) => path === mount || path.startsWith(`${mount}/`))) ? [] : [paths[0]],
  );
}
