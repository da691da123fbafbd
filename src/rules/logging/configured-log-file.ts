import type { CopiedLogSetting } from '../../project/copied-configuration.ts';
import { copiedLogSettings } from '../../project/copied-configuration.ts';
import { filesLinkedToStreams } from '../../project/log-links.ts';
import type { ImageBuild } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { logToStream } from '../../repairs/log-streams.ts';

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
      for (const setting of settings) {
        const key = `${setting.artifact.path}\0${setting.range.start}`;
        if (seen.has(key) || linked.has(setting.file) || isLinkedByBase(build, setting)) continue;
        seen.add(key);
        const fix = logToStream(setting);
        report({
          at: { path: setting.artifact.path, range: setting.range },
          message: `${setting.directive} of ${setting.server} writes the log to ${setting.file}.`,
          also: [{ path: build.dockerfile.path, range: setting.instruction.range, note: 'copies it into the image' }],
          ...(fix && { fix }),
        });
      }
    }
  },
});

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
