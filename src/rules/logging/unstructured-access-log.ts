import { accessLogs } from '../../project/access-logs.ts';
import { projectRule } from '../../project/rule.ts';
import { structuredAccessLog } from '../../repairs/structured-access-log.ts';

export const rule = projectRule({
  severity: 'note',
  summary: 'web server that logs requests as plain text',
  why: 'A collector cannot tell status, time and path of a line of text apart without a pattern of its own, which breaks with the first odd request.',
  remedy: 'Give the access log a format that is one JSON object a line.',
  peers: [],
  check({ project }, { report }) {
    const seen = new Set<string>();
    for (const build of project.builds) {
      // Whether it is a service is only known where something runs it for good.
      if (!build.runBy.some((use) => use.kind === 'service' || use.workload.longRunning)) continue;
      const found = accessLogs(project, build);
      if (!found || found.logs.some(({ format }) => format?.isJson)) continue;
      const places = placesOf(found);
      const [at, ...also] = places.filter(({ path, range }) => !seen.has(`${path}\0${range.start}`));
      for (const { path, range } of places) seen.add(`${path}\0${range.start}`);
      if (!at) continue;
      const fix = structuredAccessLog(found, build);
      report({
        at,
        message: `${found.server} logs requests as plain text.`,
        also: also.slice(0, 4),
        ...(fix && { fix }),
      });
    }
  },
});

/** The logs that are set; where none is, nginx takes its own for each server. */
function placesOf({ logs, nginxFiles }: NonNullable<ReturnType<typeof accessLogs>>) {
  if (logs.length > 0) return logs.map(({ artifact, range }) => ({ path: artifact.path, range }));
  if (nginxFiles.some(({ isOff }) => isOff)) return [];
  return nginxFiles.flatMap(({ artifact, servers }) => servers.map(({ range }) => ({ path: artifact.path, range })));
}
