import type { LoggerUse } from '../project/application.ts';
import type { LogSwitch } from './structured-logs.ts';
import { insertion, replacement } from './text-edits.ts';

/** log/slog, zap, logrus and the log package of Go. */
export function goLogs(use: LoggerUse, text: string): LogSwitch | undefined {
  switch (use.library) {
    case 'log/slog':
      return inUse(use, text, 'NewTextHandler', 'NewJSONHandler', 'Use slog.NewJSONHandler');
    case 'zap':
      return zap(use, text);
    case 'logrus':
      return logrus(text);
    case 'log':
      return use.destination === 'file' ? undefined : standardLog(text);
    default:
      return undefined;
  }
}

function inUse(
  { range }: LoggerUse,
  text: string,
  old: string,
  replaced: string,
  title: string,
): LogSwitch | undefined {
  const at = text.slice(range.start, range.end).indexOf(old);
  if (at === -1) return undefined;
  const start = range.start + at;
  return { title, edits: [replacement({ start, end: start + old.length }, replaced)] };
}

function zap(use: LoggerUse, text: string): LogSwitch | undefined {
  const encoding = inUse(use, text, '"console"', '"json"', 'Set the encoding json');
  if (encoding !== undefined) return encoding;
  const found = inUse(use, text, 'NewDevelopment', 'NewProduction', 'Use the production configuration of zap');
  return (
    found && {
      ...found,
      question:
        'zap.NewProduction also drops debug messages, takes a sample of what repeats, and does not panic on DPanic: is that meant?',
    }
  );
}

const main = /^func main\(\) \{[^\S\r\n]*$/m;

function newlineOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function logrus(text: string): LogSwitch | undefined {
  const name = /^[ \t]*(?:import\s+)?(?:(\w+)\s+)?"github\.com\/sirupsen\/logrus"/m.exec(text);
  const start = main.exec(text);
  if (name === null || start === null || /SetFormatter|\.Formatter\s*=/.test(text)) return undefined;
  const alias = name[1] ?? 'logrus';
  if (alias === '_') return undefined;
  return {
    title: 'Set the JSON formatter of logrus',
    edits: [
      insertion(start.index + start[0].length, `${newlineOf(text)}\t${alias}.SetFormatter(&${alias}.JSONFormatter{})`),
    ],
  };
}

/** The log package writes through the default logger of log/slog, once that is set. */
function standardLog(text: string): LogSwitch | undefined {
  const start = main.exec(text);
  const imported = /^import \([^)]*?^(\t"log")[^\S\r\n]*$/m.exec(text);
  if (start === null || imported === null || /"log\/slog"|SetOutput|SetFlags|log\.New\(/.test(text)) return undefined;
  const missing = ['log/slog', ...(/^\t"os"[^\S\n]*$/m.test(text) ? [] : ['os'])];
  const end = imported.index + imported[0].length;
  const newline = newlineOf(text);
  return {
    title: 'Let log write through log/slog as JSON',
    edits: [
      insertion(end, missing.map((name) => `${newline}\t"${name}"`).join('')),
      insertion(
        start.index + start[0].length,
        `${newline}\tslog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))`,
      ),
    ],
    question: 'log/slog came with Go 1.21: is the program built with that version or a later one?',
  };
}
