import { accessLogs } from '../../project/access-logs.ts';
import type { ImageBuild } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { startedWords } from '../../project/started-commands.ts';
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
      if (!isService(build)) continue;
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

/** Something runs it for good; where nothing runs it that is known, it starts the server by itself. */
function isService(build: ImageBuild): boolean {
  const { runBy, dockerfile } = build;
  if (runBy.length > 0) return runBy.some((use) => use.kind === 'service' || use.workload.longRunning);
  // Its stages are another thread's to look at, or were let go already: to parse it again takes longer than all of this rule.
  if (!serverNames.test(dockerfile.text)) return false;
  const { stage } = build;
  if (stage === undefined) return false;
  const words = startedWords(stage);
  if (words.length > 0) return words.some((word) => server.test(word));
  return webServerImage.test(baseImageOf(stage).reference?.repository ?? '');
}

const server = /(?:^|\/)(?:nginx|openresty|httpd|httpd-foreground|apache2|apache2ctl|apachectl|apache2-foreground)$/;
const serverNames = /nginx|openresty|httpd|apache/;
const webServerImage = /(?:^|\/)(?:nginx|nginx-unprivileged|openresty|httpd)$/;

/** The logs that are set; where none is, nginx takes its own for each server. */
function placesOf({ logs, nginxFiles }: NonNullable<ReturnType<typeof accessLogs>>) {
  if (logs.length > 0) return logs.map(({ artifact, range }) => ({ path: artifact.path, range }));
  if (nginxFiles.some(({ isSettled }) => isSettled)) return [];
  return nginxFiles.flatMap(({ artifact, servers }) => servers.map(({ range }) => ({ path: artifact.path, range })));
}
