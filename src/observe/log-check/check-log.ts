import { isUtf8 } from 'node:buffer';
import { parseJsonObject } from '../../core/json-object.ts';
import { type ApplicationLine, type ContainerFormat, containerFormatOf, unwrapper } from './container-format.ts';
import { saysLevel } from './field-roles.ts';
import { fieldTree } from './fields.ts';
import { jsonReader } from './json-line.ts';
import { type LineFormat, logfmtPairs, textFormat } from './line-format.ts';
import { type LogReport, reportOf } from './log-report.ts';
import { logTallies } from './log-tallies.ts';
import { lineSplitter, longestLine } from './split-lines.ts';
import { continuationOf, traceBeginning } from './stack-traces.ts';
import { secretInText } from './text-secrets.ts';
import { hasNoZone, leadingTime } from './time-form.ts';

/** What is known of a log when it ends. */
export interface LogFacts {
  container: ContainerFormat;
  readonly lines: Map<LineFormat, { count: number; first: number }>;
  readonly fields: ReturnType<typeof fieldTree>;
  readonly tallies: ReturnType<typeof logTallies>;
  bytes: number;
  /** Entries that the runtime had cut into several lines. */
  partial: number;
  longest: number;
  /** Of the lines of text: how many begin with a time, and say their level. */
  timedText: number;
  leveledText: number;
}

export interface LogCheck {
  push(chunk: Buffer): void;
  end(): LogReport;
}

/** The kubelet's runtimes and Docker cut a line behind so many bytes. */
const runtimeLine = 16 * 1024;

/**
 * Reads a container's output as it comes. Keeps a few lines, a bounded number of fields and counts, however long the output is.
 * @param format what the runtime wrote around the lines; `auto` tells it by the first one
 */
export function logCheck(format: ContainerFormat | 'auto'): LogCheck {
  const facts: LogFacts = {
    container: format === 'auto' ? 'plain' : format,
    lines: new Map(),
    fields: fieldTree(),
    tallies: logTallies(),
    bytes: 0,
    partial: 0,
    longest: 0,
    timedText: 0,
    leveledText: 0,
  };
  const reader = lineReader(facts);
  const to = { line: reader.take, foreign: (number: number) => facts.tallies.add('foreign-line', number) };
  let unwrap = format === 'auto' ? undefined : unwrapper(format, to);
  let skipped = 0;
  const splitter = lineSplitter((line) => {
    if (unwrap === undefined) {
      if (line.length === 0) {
        skipped += 1;
        return;
      }
      facts.container = containerFormatOf(line);
      unwrap = unwrapper(facts.container, to);
      for (; skipped > 0; skipped -= 1) unwrap.push({ bytes: Buffer.alloc(0), length: 0 });
    }
    unwrap.push(line);
  });
  return {
    push(chunk) {
      facts.bytes += chunk.length;
      splitter.push(chunk);
    },
    end() {
      splitter.end();
      unwrap?.end();
      reader.end();
      return reportOf(facts);
    },
  };
}

interface Entry {
  /** 0 before the first. */
  readonly number: number;
  /** It has more than its first line. */
  readonly continued: boolean;
  readonly language: string | undefined;
  /** An object spread over lines. */
  readonly json: boolean;
}

const noEntry: Entry = { number: 0, continued: false, language: undefined, json: false };

/** A line that begins an object and has at most a part of its fields. */
const opensObject = /^\{\s{0,20}(?:"[^"]{0,200}"\s{0,5}:.{0,2000},?)?$/;

/** Judges one application line after the other: what it is written in, and what is wrong with it. */
function lineReader(facts: LogFacts): { take(line: ApplicationLine): void; end(): void } {
  const { tallies } = facts;
  const reader = jsonReader(facts.fields, tallies);
  /** What the continuations that come next belong to. */
  let entry: Entry = noEntry;

  function count(format: LineFormat, number: number): void {
    const known = facts.lines.get(format);
    if (known) known.count += 1;
    else facts.lines.set(format, { count: 1, first: number });
  }

  /** An entry is told of once, when it is over: its language may show in its last line only. */
  function begin(next: Entry): void {
    if (entry.continued) tallies.add(entry.json ? 'multi-line-json' : 'multi-line', entry.number, entry.language);
    entry = next;
  }

  function continues(text: string, number: number, language: string | undefined): void {
    count('continuation', number);
    entry = { ...entry, number: entry.number || number, continued: true, language: entry.language ?? language };
    secretIn(text, number);
  }

  function secretIn(text: string, number: number): void {
    const secret = secretInText(text);
    if (secret) tallies.add('secret', number, `${secret.kind} in column ${secret.column}`);
  }

  function jsonLine(text: string, number: number): boolean {
    const object = parseJsonObject(text);
    if (object === undefined) return false;
    count('json', number);
    reader.read(object, text, number);
    begin({ ...noEntry, number });
    return true;
  }

  function brokenJson(text: string, number: number): void {
    const opens = opensObject.test(text) && !text.trimEnd().endsWith('}');
    begin({ ...noEntry, number, json: opens, continued: opens });
    count(opens ? 'continuation' : 'plain', number);
    if (!opens) tallies.add('broken-json', number);
    secretIn(text, number);
  }

  function textLine(text: string, number: number): void {
    const continuation =
      continuationOf(text) ?? (entry.json && /^[\]}]/.test(text) ? { language: undefined } : undefined);
    if (continuation && (entry.number > 0 || continuation.language !== undefined)) {
      continues(text, number, continuation.language);
      return;
    }
    const pairs = logfmtPairs(text);
    const language = pairs === undefined ? traceBeginning(text) : undefined;
    begin({ ...noEntry, number, continued: language !== undefined, language });
    if (pairs !== undefined) {
      count('logfmt', number);
      reader.read(pairs, '', number);
      return;
    }
    count(textFormat(text), number);
    plainText(text, number);
  }

  function plainText(text: string, number: number): void {
    const time = leadingTime(text);
    if (time !== undefined) {
      facts.timedText += 1;
      tallies.times.set(time, (tallies.times.get(time) ?? 0) + 1);
      if (hasNoZone(time)) tallies.add('timestamp-without-zone', number);
    }
    if (saysLevel(text)) facts.leveledText += 1;
    const brace = text.endsWith('}') ? text.indexOf('{"') : -1;
    if (brace > 0 && parseJsonObject(text.slice(brace)) !== undefined) tallies.add('prefixed-json', number);
    secretIn(text, number);
  }

  function take({ bytes, length, number, parts }: ApplicationLine): void {
    if (parts > 1) facts.partial += 1;
    if (length > facts.longest) facts.longest = length;
    if (length > runtimeLine) tallies.add('long-line', number);
    if (!isUtf8(bytes) && length <= longestLine) tallies.add('invalid-utf8', number);
    if (bytes.includes(0)) tallies.add('nul', number);
    const colored = bytes.includes(0x1b);
    if (colored) tallies.add('ansi', number);
    const text = colored ? withoutColors(bytes.toString('utf8')) : bytes.toString('utf8');
    if (text.trim() === '') count('empty', number);
    // What was cut here cannot be judged as a whole.
    else if (length > bytes.length) count('plain', number);
    else if (text.startsWith('{') || text.startsWith('\uFEFF{')) {
      if (!jsonLine(text, number)) brokenJson(text, number);
    } else textLine(text, number);
  }

  return { take, end: () => begin(noEntry) };
}

/** ECMA-48's control sequences, of which colours are some. */
function withoutColors(text: string): string {
  return text.replace(/\u001b\[[0-9;?]{0,40}[A-Za-z]/g, '');
}
