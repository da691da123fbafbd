import { groupBy } from '../../core/group-by.ts';
import type { CopiedLogSetting } from '../../project/copied-configuration.ts';
import { copiedLogSettings } from '../../project/copied-configuration.ts';
import { filesLinkedToStreams } from '../../project/log-links.ts';
import type { ImageBuild } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { logToStreams } from '../../repairs/log-streams.ts';

export const rule = projectRule({
  severity: 'warning',
  summary: 'server whose configuration sends the log to a file',
  why: 'What is in a file of the container is not in docker logs or kubectl logs, no collector forwards it, it fills the disk of the node and is gone with the container.',
  remedy: 'Set the log to /dev/stdout and /dev/stderr in the configuration, or link the files to them in the image.',
  peers: [],
  check({ project }, { report }) {
    const seen = new Set<string>();
    for (const build of project.builds) {
      const settings = copiedLogSettings(project, build).filter(({ isMeant }) => isMeant);
      const linked = settings.length > 0 ? filesLinkedToStreams(build.dockerfile) : new Set<string>();
      const fresh = settings.filter((setting) => {
        const key = `${setting.artifact.path}\0${setting.range.start}`;
        if (seen.has(key) || linked.has(setting.file) || isLinkedByBase(build, setting)) return false;
        seen.add(key);
        return true;
      });
      // One server's file is one cause: whoever mends one of its logs mends them all.
      for (const [first, ...others] of groupBy(fresh, keyOf).values()) {
        if (first === undefined) continue;
        const { server, directive, file, artifact } = first;
        const fix = logToStreams([first, ...others]);
        report({
          at: { path: artifact.path, range: first.range },
          message:
            others.length === 0
              ? `${directive} of ${server} writes the log to ${file}.`
              : `${server} writes ${others.length + 1} logs to files: ${directive} to ${file}, and ${others.length} more.`,
          also: [
            ...others.map((other) => ({ path: artifact.path, range: other.range })),
            { path: build.dockerfile.path, range: first.instruction.range, note: 'copies it into the image' },
          ],
          ...(fix && { fix }),
        });
      }
    }
  },
});

function keyOf({ artifact, server }: CopiedLogSetting): string {
  return `${artifact.path}\0${server}`;
}

/** Official images and those that are made like them link their default log files to the streams. */
function isLinkedByBase({ stage }: ImageBuild, { server, file }: CopiedLogSetting): boolean {
  const repository = (stage && baseImageOf(stage).reference?.repository) ?? '';
  if (server === 'nginx')
    return /nginx|openresty/.test(repository) && /\/(?:access|error)\.log$/.test(file) && /nginx/.test(file);
  if (server === 'httpd')
    return (
      /php|wordpress|drupal|joomla|nextcloud|apache|httpd/.test(repository) &&
      /\/(?:access|error|other_vhosts_access)\.log$/.test(file)
    );
  return false;
}
