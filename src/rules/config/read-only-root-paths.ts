import { enumerate } from '../../core/enumerate.ts';
import { workloadRule } from '../../project/rule.ts';
import { holds, manifestFix } from '../../repairs/manifest-edits.ts';
import { mountEmptyDirectories, unmountedDirectories } from '../../repairs/writable-directories.ts';

export const rule = workloadRule({
  severity: 'error',
  summary: 'A read-only root without the directories that the image writes',
  why: 'The program fails as it starts: it cannot create its temporary files or its PID file.',
  remedy: 'Mount an emptyDir at each of these directories.',
  peers: [],
  check({ workload, project }, { report }) {
    for (const container of workload.containers) {
      const { readOnlyRootFilesystem: readOnly } = container.security;
      if (readOnly.value !== true || !readOnly.node || container.command !== undefined) continue;
      const missing = unmountedDirectories(container);
      if (missing.length === 0) continue;
      const fix = manifestFix(
        `Mount an emptyDir at ${enumerate(missing)}`,
        mountEmptyDirectories(project, workload, [{ container, paths: missing, record: {} }]),
        [holds('The container does not start as it is, and the image expects nothing in these directories.')],
      );
      report({
        ...(fix && { fix }),
        at: readOnly.node,
        also: container.image ? [{ ...container.image, note: 'the image' }] : [],
        message: `Container ${container.name} has a read-only root, and ${container.image?.text} writes to ${enumerate(missing)}.`,
      });
    }
  },
});
