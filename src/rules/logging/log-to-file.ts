import type { Application, LoggerUse } from '../../project/application.ts';
import { buildsOfApplication } from '../../project/application-builds.ts';
import { filesLinkedToStreams } from '../../project/log-links.ts';
import type { Project } from '../../project/project.ts';
import { applicationRule } from '../../project/rule.ts';

export const rule = applicationRule({
  severity: 'warning',
  summary: 'application that logs to a file',
  why: 'A log file in a container is not in docker logs or kubectl logs, no collector forwards it, it fills the disk of the node and is gone with the container.',
  remedy: 'Log to standard output, and leave collecting, rotating and keeping to the platform.',
  peers: [],
  check({ application, project }, { report }) {
    const builds = buildsOfApplication(project, application);
    if (builds.length === 0) return;
    const linked = new Set(builds.flatMap(({ dockerfile }) => [...filesLinkedToStreams(dockerfile)]));
    const uses = application.loggers.filter((use) => isLogFile(use) && !linked.has(use.file ?? ''));
    for (const use of uses) {
      const where = use.file === undefined ? 'a file' : use.file;
      report({
        at: { path: use.path, range: use.range },
        message: `${nameOf(use)} writes the log to ${where}${use.conditional ? ' under a condition' : ''}.`,
        ...(use.conditional || alsoOnStandardOutput(application, use) ? { severity: 'note' } : {}),
        also: imagePlaces(project, application),
      });
    }
  },
});

/** A file whose name is not known and that only a condition brings about is most often an option for running outside of containers. */
function isLogFile(use: LoggerUse): boolean {
  return use.destination === 'file' && !(use.conditional && use.file === undefined);
}

function nameOf({ library }: LoggerUse): string {
  return library === 'fs' ? 'A stream of its own' : library;
}

/** The same library writes to the console as well: nothing is lost, the file is only left over. */
function alsoOnStandardOutput(application: Application, use: LoggerUse): boolean {
  return application.loggers.some(
    (other) => other.library === use.library && other.destination === 'stdout' && other.library !== 'fs',
  );
}

function imagePlaces(project: Project, application: Application) {
  return buildsOfApplication(project, application)
    .slice(0, 1)
    .flatMap(({ dockerfile, stage }) => {
      const start = stage?.from?.range;
      return start ? [{ path: dockerfile.path, range: start, note: 'the image that runs it' }] : [];
    });
}
