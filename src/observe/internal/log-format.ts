import type { Container } from '../../kubernetes/workload.ts';
import { accessLogs } from '../../project/access-logs.ts';
import type { Application, LoggerUse } from '../../project/application.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { buildRunBy } from '../../project/container-builds.ts';
import { defaultLogger } from '../../project/default-loggers.ts';
import type { ImageBuild, Project } from '../../project/project.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import type { LogFormat } from '../observe-plan.ts';

/** Servers whose images log requests in their own format unless told otherwise, by the last part of the image's name. */
const servers: readonly (readonly [RegExp, LogFormat])[] = [
  [/^(?:nginx|nginx-unprivileged|openresty)$/, 'nginx'],
  [/^(?:httpd|apache2)$/, 'apache'],
];

/** How a container's lines look, as far as the sources, the copied configuration or the image tell. */
export function logFormatOf(project: Project, container: Container): LogFormat {
  const build = buildRunBy(project, container);
  if (!build) return serverFormat(container.imageReference?.repository) ?? 'unknown';
  const access = accessLogs(project, build);
  if (access) {
    if (access.logs.length > 0 && access.logs.every(({ format }) => format?.isJson)) return 'json';
    return access.server === 'nginx' ? 'nginx' : 'apache';
  }
  for (const application of applicationsOf(project, build)) {
    const format = loggerFormat(application);
    if (format) return format;
  }
  return imageFormat(build) ?? 'unknown';
}

function imageFormat({ stage }: ImageBuild): LogFormat | undefined {
  return stage && serverFormat(baseImageOf(stage).reference?.repository);
}

function serverFormat(repository: string | undefined): LogFormat | undefined {
  const name = repository?.replace(/^.*\//, '') ?? '';
  return servers.find(([pattern]) => pattern.test(name))?.[1];
}

function loggerFormat(application: Application): LogFormat | undefined {
  const standard = defaultLogger(application);
  const loggers = standard ? [standard, ...application.loggers] : application.loggers;
  if (loggers.some(({ format }) => format === 'json')) return 'json';
  const text = loggers.filter(({ format }) => format === 'text');
  if (text.some(isLogfmt)) return 'logfmt';
  return text.length > 0 ? 'plain' : undefined;
}

/** https://pkg.go.dev/log/slog#TextHandler and logrus without a terminal write key=value. */
function isLogfmt({ library }: LoggerUse): boolean {
  return library === 'log/slog' || library === 'logrus';
}
