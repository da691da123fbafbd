import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { LoggerUse } from '../project/application.ts';
import { goLogs } from './structured-logs-go.ts';
import { javaLogs } from './structured-logs-java.ts';
import { nodeLogs } from './structured-logs-node.ts';
import { pythonLogs } from './structured-logs-python.ts';

/** A change of one text that makes a logger write JSON. Ranges are of that text. */
export interface LogSwitch {
  readonly title: string;
  readonly edits: readonly Omit<TextEdit, 'path'>[];
  /** What else changes with it, as a question. */
  readonly question?: string;
}

/** The switch of a framework for one JSON object a line, set where the application sets its logger up; undefined where there is none. */
export function structuredLogs(use: LoggerUse, text: string): Fix | undefined {
  const found = goLogs(use, text) ?? pythonLogs(use, text) ?? nodeLogs(use, text) ?? javaLogs(use, text);
  if (found === undefined) return undefined;
  const read: Assumption = {
    statement: 'Nothing reads the lines of the log as text.',
    state: 'unknown',
    question: "Does anything read these lines as text today: a collector's pattern, an alert, a test?",
  };
  return {
    title: found.title,
    changes: { edits: found.edits.map((edit) => ({ ...edit, path: use.path })) },
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
