import type { TraceLanguage } from '../observe-plan.ts';

interface TraceForm {
  readonly language: TraceLanguage;
  readonly pattern: RegExp;
}

/**
 * Lines of a stack trace that do not stand alone: what each language's run time prints behind an error. The first that
 * fits names the language, so the most telling come first. Every pattern is anchored and bounded.
 */
const continuations: readonly TraceForm[] = [
  {
    language: 'dotnet',
    pattern: /^ {3}at .{1,400} in .{1,400}:line \d+$|^ {3}--- End of (?:inner exception )?stack trace/,
  },
  {
    language: 'java',
    pattern:
      /^\s+at [\w.$/@<>-]{1,400}\([^()]{0,200}\)|^Caused by: |^\s+\.{3} \d+ (?:more|common frames omitted)|^\s+Suppressed: /,
  },
  {
    language: 'node',
    pattern: /^ {4}at (?:.{1,400} \()?(?:file:\/\/|node:|\/|[A-Za-z]:\\|<anonymous>).{0,400}$|^Node\.js v\d+/,
  },
  { language: 'python', pattern: /^Traceback \(most recent call last\):$|^ {2}File "[^"]{1,400}", line \d+/ },
  {
    language: 'go',
    pattern: /^goroutine \d+ \[[^\]]{1,80}\]:$|^\t\S{1,400}\.go:\d+(?: \+0x[0-9a-f]+)?$|^created by \S{1,300}/,
  },
  { language: 'ruby', pattern: /^\s+(?:\d+: )?from \S{1,400}:\d+:in / },
  { language: 'php', pattern: /^#\d+ (?:\/\S{1,400}\(\d+\): |\{main\})|^ {2}thrown in \/\S{1,400} on line \d+/ },
  {
    language: 'rust',
    pattern: /^stack backtrace:$|^ {3,5}\d+: (?:0x[0-9a-f]+ - )?[\w:<>]{1,300}|^note: run with `RUST_BACKTRACE/,
  },
];

/** What a trace begins with in these languages, where its first line is not an entry of its own. */
const beginnings: readonly TraceForm[] = [
  { language: 'go', pattern: /^(?:panic: |fatal error: )/ },
  { language: 'rust', pattern: /^thread '[^']{0,100}' (?:\(\d+\) )?panicked at / },
  { language: 'dotnet', pattern: /^Unhandled exception\. / },
];

export interface Continuation {
  /** Undefined for a line that is only indented. */
  readonly language: TraceLanguage | undefined;
}

/** Whether a line goes on with the one before it: a part of a stack trace, or indented. */
export function continuationOf(line: string): Continuation | undefined {
  const first = line.charCodeAt(0);
  const indented = first === 0x20 || first === 0x09;
  // Nearly every line begins with a letter or digit that no continuation begins with.
  if (!indented && !/^[CTNgcs#n]/.test(line)) return undefined;
  const form = continuations.find(({ pattern }) => pattern.test(line));
  if (form) return { language: form.language };
  return indented && line.trim() !== '' ? { language: undefined } : undefined;
}

/** The language whose trace a line begins that belongs to no log entry. */
export function traceBeginning(line: string): TraceLanguage | undefined {
  return beginnings.find(({ pattern }) => pattern.test(line))?.language;
}
