import type { TraceLanguage } from '../observe-plan.ts';

/**
 * Which lines go on with the one before them, in the output of one language: stack traces. Every other line begins an entry. A pattern
 * is one for Onigmo, RE2 and POSIX extended expressions alike: no look-around, no `\d`, no lazy repetition, and
 * no bracket within brackets, which Onigmo takes for a set within a set.
 */
export interface TraceRule {
  readonly language: TraceLanguage;
  readonly next: string;
  /** Why it is so. */
  readonly note: string;
}

export const traceRules: readonly TraceRule[] = [
  {
    language: 'java',
    next: '^[ \\t]+(at |[.]{3} [0-9]+ |Suppressed: )|^Caused by: |^([a-z_][A-Za-z0-9_]*[.])+[A-Z][A-Za-z0-9_$]*(Exception|Error|Throwable)(:|$)',
    note: "the logger's own line, then the exception's class, then its frames",
  },
  {
    language: 'node',
    next: '^[ \\t]+at |^[ \\t]+\\[cause\\]: |^[ \\t]+[a-zA-Z]+: |^\\}$',
    note: 'console.error(error) begins with «Error: …», then frames, then its own fields in braces',
  },
  {
    language: 'dotnet',
    next: '^[ \\t]+at |^[ \\t]+--- End of |^--- End of |^ ---> |^ {6}[^ ]',
    note: 'the console logger indents message and exception by six blanks',
  },
  {
    language: 'python',
    next: '^Traceback |^[ \\t]+[^ \\t]|^([A-Za-z_][A-Za-z0-9_]*[.])*[A-Za-z_][A-Za-z0-9_]*(Error|Exception|Warning|Interrupt|Exit)(:|$)|^During handling of |^The above exception was ',
    note: 'logging.exception writes its line, then the traceback, which ends with the error',
  },
  {
    language: 'go',
    next: '^goroutine [0-9]+ \\[|^\\[signal |^created by |^[ \\t]+[^ ]+[.]go:[0-9]+|^[A-Za-z0-9_./*]+[(].*[)]$|^exit status ',
    note: '«panic: …» begins it',
  },
  { language: 'ruby', next: '^[ \\t]+([0-9]+: )?from ', note: 'the first line has file, message and class' },
  { language: 'php', next: '^#[0-9]+ |^Stack trace:$|^[ \\t]+thrown in ', note: '«PHP Fatal error: …» begins it' },
  {
    language: 'rust',
    next: '^stack backtrace:$|^[ \\t]+[0-9]+: |^[ \\t]+at |^note: ',
    note: "«thread 'main' panicked at …» begins it",
  },
];

/** The rules for the languages of a plan. */
export function ruleFor(language: TraceLanguage): TraceRule {
  const rule = traceRules.find((each) => each.language === language);
  if (!rule) throw new Error(`no rule for traces of ${language}`);
  return rule;
}
