import type { LoggerUse } from '../project/application.ts';
import type { LogSwitch } from './structured-logs.ts';
import { behindBracket, replacement } from './text-edits.ts';

/** pino, winston and morgan. The console has no switch: it wants a logger. */
export function nodeLogs(use: LoggerUse, text: string): LogSwitch | undefined {
  switch (use.library) {
    case 'pino':
      return pino(use, text);
    case 'winston':
      return winston(use, text);
    case 'morgan':
      return morgan(use, text);
    default:
      return undefined;
  }
}

/** The call that a use begins, from its name to its last bracket. */
function callOf({ range }: LoggerUse, text: string): { readonly start: number; readonly text: string } | undefined {
  const end = text[range.end] === '(' ? behindBracket(text, range.end) : undefined;
  return end === undefined ? undefined : { start: range.start, text: text.slice(range.start, end) };
}

function pino(use: LoggerUse, text: string): LogSwitch | undefined {
  const call = callOf(use, text);
  const found = call && /\btransport:\s*(?=\{)/.exec(call.text);
  if (!call || !found) return undefined;
  const start = call.start + found.index + found[0].length;
  const end = behindBracket(text, start);
  if (end === undefined || !/pino-pretty/.test(text.slice(start, end)) || /targets\b/.test(text.slice(start, end)))
    return undefined;
  return {
    title: 'Use pino-pretty on terminals only',
    edits: [replacement({ start, end }, `process.stdout.isTTY ? ${text.slice(start, end)} : undefined`)],
  };
}

function winston(use: LoggerUse, text: string): LogSwitch | undefined {
  const call = callOf(use, text);
  if (call === undefined || /\bprintf\b/.test(call.text)) return undefined;
  const edits = [...call.text.matchAll(/\bformat\.(?:simple|cli|prettyPrint)\(\)/g)].map((match) =>
    replacement(placeOf(call.start, match), 'format.json()'),
  );
  // Colours would become part of the value of level.
  const colours = [...call.text.matchAll(/(?:\bwinston\.)?\bformat\.colorize\([^()]*\),\s*/g)].map((match) =>
    replacement(placeOf(call.start, match), ''),
  );
  if (edits.length !== 1 || (call.text.includes('colorize') && colours.length !== 1)) return undefined;
  return { title: 'Use format.json()', edits: [...edits, ...colours] };
}

function placeOf(start: number, match: RegExpMatchArray): { readonly start: number; readonly end: number } {
  const at = start + (match.index ?? 0);
  return { start: at, end: at + match[0].length };
}

const requestLine =
  "(tokens, req, res) => JSON.stringify({ time: tokens.date(req, res, 'iso'), method: tokens.method(req, res), url: tokens.url(req, res), status: Number(tokens.status(req, res)), milliseconds: Number(tokens['response-time'](req, res)) })";

function morgan(use: LoggerUse, text: string): LogSwitch | undefined {
  const call = callOf(use, text);
  const found = call && /^morgan\(\s*(["'](?:combined|common|dev|short|tiny)["'])/.exec(call.text);
  if (!call || !found?.[1]) return undefined;
  const start = call.start + found[0].length - found[1].length;
  return {
    title: 'Give morgan a function that returns JSON',
    edits: [replacement({ start, end: start + found[1].length }, requestLine)],
    question:
      'The line has time, method, URL, status and duration: is another field of today needed (address, referrer, user agent)?',
  };
}
