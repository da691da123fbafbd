import type { Assumption, Fix, NewFile, TextEdit } from '../core/fix.ts';
import type { Application, LoggerUse } from '../project/application.ts';
import { dotnetLogs } from './structured-logs-dotnet.ts';
import { goLogs } from './structured-logs-go.ts';
import { javaLogs } from './structured-logs-java.ts';
import { nodeLogs } from './structured-logs-node.ts';
import { pythonLogs } from './structured-logs-python.ts';
import { springLogs } from './structured-logs-spring.ts';

/** A change of one text that makes a logger write JSON. Ranges are of that text. */
export interface LogSwitch {
  readonly title: string;
  readonly edits: readonly Omit<TextEdit, 'path'>[];
  /** The text that is changed, where it is another one than that of the use. */
  readonly path?: string;
  readonly newFiles?: readonly NewFile[];
  /** What else changes with it, as a question. */
  readonly question?: string;
}

/**
 * The switch of a framework for one JSON object a line, set where the application sets its logger up; undefined where there is none.
 * @param readText a file of the project beside those of the application, by its path
 */
export function structuredLogs(
  use: LoggerUse,
  application: Application,
  readText: (path: string) => string | undefined,
): Fix | undefined {
  const text = application.artifact(use.path)?.text;
  if (text === undefined) return undefined;
  const found = logSwitch(use, text, application, readText);
  if (found === undefined) return undefined;
  const read: Assumption = {
    statement: 'Nothing reads the lines of the log as text.',
    state: 'unknown',
    question: "Does anything read these lines as text today: a collector's pattern, an alert, a test?",
  };
  return {
    title: found.title,
    changes: {
      edits: found.edits.map((edit) => ({ ...edit, path: found.path ?? use.path })),
      ...(found.newFiles && { newFiles: found.newFiles }),
    },
    assumptions: [
      ...(found.question === undefined
        ? []
        : [
            {
              statement: 'What changes beside the format is meant.',
              state: 'unknown' as const,
              question: found.question,
            },
          ]),
      read,
    ],
  };
}

function logSwitch(
  use: LoggerUse,
  text: string,
  application: Application,
  readText: (path: string) => string | undefined,
): LogSwitch | undefined {
  switch (application.language) {
    case 'go':
      return goLogs(use, text);
    case 'python':
      return pythonLogs(use, text, application);
    case 'node':
      return nodeLogs(use, text);
    case 'java':
      return use.library === 'spring-boot' ? springLogs(application, readText) : javaLogs(use, text);
    case 'dotnet':
      return dotnetLogs(use, text, application);
    default:
      return undefined;
  }
}
