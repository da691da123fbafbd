import type { LoggerUse } from '../../project/application.ts';
import { buildsOfApplication } from '../../project/application-builds.ts';
import { environmentOf } from '../../project/application-environment.ts';
import { runsInBrowsers } from '../../project/application-kind.ts';
import { defaultLogger } from '../../project/default-loggers.ts';
import type { ImageBuild, ImageUse, Project } from '../../project/project.ts';
import { applicationRule } from '../../project/rule.ts';
import { runsPythonFile } from '../../repairs/runs-python-file.ts';
import { structuredLogs } from '../../repairs/structured-logs.ts';

/** What to change, by library. */
const remedies: Readonly<Record<string, string>> = {
  console: 'Use a logger that writes JSON, such as pino, or winston with format.json().',
  winston: 'Use format.json() in production.',
  pino: 'Use pino-pretty on terminals only.',
  morgan: 'Give morgan a function that returns JSON, or log requests with pino-http.',
  log4js: 'Use a JSON layout.',
  logging: 'Give the handler a JSON formatter, such as that of python-json-logger.',
  loguru: 'Add the sink with serialize=True.',
  structlog: 'End the processors with JSONRenderer.',
  log: 'Use log/slog with a JSONHandler.',
  'log/slog': 'Use slog.NewJSONHandler.',
  zap: 'Use zap.NewProduction.',
  zerolog: 'Leave ConsoleWriter to terminals.',
  logrus: 'Set the JSONFormatter.',
  logback: 'Use an encoder that writes JSON, such as LogstashEncoder.',
  log4j2: 'Use JsonTemplateLayout.',
  'spring-boot':
    'Set logging.structured.format.console, which Spring Boot knows from 3.4 on; before, add a logback-spring.xml with an encoder that writes JSON.',
  Serilog: 'Give the console sink a JSON formatter.',
  'Microsoft.Extensions.Logging': 'Use the json formatter of the console: Logging:Console:FormatterName.',
};

export const rule = applicationRule({
  severity: 'note',
  summary: 'service that logs plain text',
  why: 'A collector cannot tell level, time and fields of a line of text apart, so that nobody can search or count by them, and a stack trace becomes many entries.',
  remedy: 'Write one JSON object a line.',
  peers: [],
  check({ application, project }, { report }) {
    const run = buildsOfApplication(project, application).flatMap((build) =>
      build.runBy.map((use) => ({ build, use })),
    );
    // Whether it is a service is only known where something runs it for good.
    if (!run.some(({ use }) => use.kind === 'service' || use.workload.longRunning)) return;
    const known = application.loggers.filter(({ library }) => library !== 'print' && library !== 'System.out');
    const byDefault = defaultLogger(application);
    const loggers = byDefault ? [byDefault, ...known] : known;
    if (loggers.some(({ format }) => format === 'json')) return;
    if (byDefault && run.some(({ build, use }) => isSetOutside(project, build, use))) return;
    const [first, ...others] = ofLibrariesFirst(loggers).filter((use) => use.format === 'text' && !use.conditional);
    if (!first || (first.library === 'console' && runsInBrowsers(application))) return;
    const remedy = remedies[first.library];
    const builds = run.map(({ build }) => build);
    // A command that people start by hand may print what they read.
    const isRun = application.language !== 'python' || runsPythonFile(project, application, builds, first.path);
    const fix = isRun ? structuredLogs(first, application, (path) => project.readFile?.(path)?.text) : undefined;
    report({
      at: { path: first.path, range: first.range },
      message: `${first.library} writes plain text.`,
      ...(remedy !== undefined && { remedy }),
      ...(fix && { fix }),
      also: others.slice(0, 4).map(({ path, range }) => ({ path, range })),
    });
  },
});

/** A set-up says more than a call of the console. */
function ofLibrariesFirst(loggers: readonly LoggerUse[]): LoggerUse[] {
  const plain = (use: LoggerUse) => (use.library === 'console' ? 1 : 0);
  return [...loggers].sort((a, b) => plain(a) - plain(b));
}

/** A variable or an argument of the start command decides how a framework logs. */
function isSetOutside(project: Project, build: ImageBuild, use: ImageUse): boolean {
  const outside = /logging[._]{1,2}(?:structured|config|console)/i;
  if (outside.test(build.dockerfile.text)) return true;
  return [...environmentOf(project, build, use).variables.keys()].some((name) => outside.test(name));
}
