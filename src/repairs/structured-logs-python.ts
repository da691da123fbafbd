import type { Application, LoggerUse } from '../project/application.ts';
import type { LogSwitch } from './structured-logs.ts';
import { behindBracket, insertion, lineAfter, lineStart, replacement } from './text-edits.ts';

/** The logging package, structlog and loguru. */
export function pythonLogs(use: LoggerUse, text: string, application: Application): LogSwitch | undefined {
  if (text.includes('\r')) return undefined;
  switch (use.library) {
    case 'logging':
      return basicConfig(use, text);
    case 'structlog':
      return structlog(use, text);
    case 'loguru':
      return loguru(use, text, application);
    default:
      return undefined;
  }
}

const formatter = [
  'class JsonFormatter(logging.Formatter):',
  '    def format(self, record):',
  '        entry = {',
  '            "time": self.formatTime(record),',
  '            "level": record.levelname,',
  '            "logger": record.name,',
  '            "message": record.getMessage(),',
  '        }',
  '        if record.exc_info:',
  '            entry["exception"] = self.formatException(record.exc_info)',
  '        return json.dumps(entry)',
];

/** A formatter of its own, which needs no package, on the handler that basicConfig makes. */
function basicConfig({ range, destination }: LoggerUse, text: string): LogSwitch | undefined {
  if (text.slice(range.start, range.end) !== 'logging.basicConfig' || destination === 'file') return undefined;
  const end = behindBracket(text, text.indexOf('(', range.end), '#');
  const start = lineStart(text, range.start);
  const indent = text.slice(start, range.start);
  const imported = /^import logging[^\S\n]*$/m.exec(text);
  if (end === undefined || imported === null || indent.trim() !== '' || /\bJsonFormatter\b/.test(text))
    return undefined;
  if (!/^[^\S\n]*(?:#[^\n]*)?(?:\n|$)/.test(text.slice(end))) return undefined;
  // Only the first handler would get the formatter.
  if (/\bhandlers\s*=(?!\s*\[[^\],]*,?\s*\])/.test(text.slice(range.end, end))) return undefined;
  const lines = (indent === '' ? [...formatter, '', ''] : [...formatter, '']).map((line) =>
    line === '' ? '' : indent + line,
  );
  const behind = Math.min(lineAfter(text, end), text.length);
  const lead = text[behind - 1] === '\n' ? '' : '\n';
  return {
    title: 'Give the handler a JSON formatter',
    edits: [
      ...(/^import json\b/m.test(text) ? [] : [insertion(imported.index, 'import json\n')]),
      insertion(start, lines.map((line) => `${line}\n`).join('')),
      insertion(behind, `${lead}${indent}logging.getLogger().handlers[0].setFormatter(JsonFormatter())\n`),
    ],
  };
}

function structlog({ range }: LoggerUse, text: string): LogSwitch | undefined {
  const lead = /structlog\.dev\.$/.exec(text.slice(Math.max(0, range.start - 20), range.start))?.[0];
  const open = range.end;
  const end = text[open] === '(' ? behindBracket(text, open, '#') : undefined;
  if (lead === undefined || end === undefined) return undefined;
  const start = range.start - lead.length;
  const known = /format_exc_info|dict_tracebacks|ExceptionRenderer/.test(text);
  const own = text.slice(lineStart(text, start), start);
  const separator = own.trim() === '' ? `\n${own}` : ' ';
  const isListed = /[[,]\s*$/.test(text.slice(0, start));
  if (!known && !isListed) return undefined;
  const exceptions = known ? '' : `structlog.processors.dict_tracebacks,${separator}`;
  return {
    title: 'End the processors with JSONRenderer',
    edits: [replacement({ start, end }, `${exceptions}structlog.processors.JSONRenderer()`)],
    ...(!known && { question: 'dict_tracebacks came with structlog 22.1: is that version or a later one installed?' }),
  };
}

/** Names of the file with which a service begins, which alone sets the logger up for all of it. */
const startsProgram = /(?:^|\/)(?:main|__main__|app|application|asgi|wsgi|server|run|bot|worker|service)\.py$/;

const setsSinks = /\blogger\.(?:add|configure|remove)\(/;

function loguru({ path }: LoggerUse, text: string, application: Application): LogSwitch | undefined {
  const imported = /^from loguru import logger[^\S\n]*$/m.exec(text);
  // What a command or a library sets up, the service does not have.
  if (imported === null || setsSinks.test(text) || !startsProgram.test(path)) return undefined;
  // What another file sets up would be removed, or written a second time.
  const others = application.sourcePaths.filter((each) => each.endsWith('.py') && each !== path);
  if (others.some((each) => setsSinks.test(application.artifact(each)?.text ?? ''))) return undefined;
  const end = endOfImports(text, imported.index);
  if (end === undefined) return undefined;
  return {
    title: 'Add a sink of loguru that serializes',
    edits: [
      ...(/^import sys\b/m.test(text) ? [] : [insertion(imported.index, 'import sys\n')]),
      insertion(end, '\n\nlogger.remove()\nlogger.add(sys.stderr, serialize=True)'),
    ],
  };
}

/** Behind the last import of those that follow each other from `start` on, empty lines and comments between them or not. */
function endOfImports(text: string, start: number): number | undefined {
  let end = start;
  for (let at = start; at < text.length; ) {
    const stop = text.indexOf('\n', at);
    const line = text.slice(at, stop === -1 ? text.length : stop);
    if (/^(?:import|from)\s/.test(line)) {
      const open = line.replace(/#.*$/, '').indexOf('(');
      const behind = open === -1 ? at + line.length : behindBracket(text, at + open, '#');
      if (behind === undefined || line.replace(/#.*$/, '').trimEnd().endsWith('\\')) return undefined;
      const next = text.indexOf('\n', behind);
      end = next === -1 ? text.length : next;
      at = end + 1;
    } else if (line.trim() === '' || line.startsWith('#')) at += line.length + 1;
    else break;
  }
  return end;
}
