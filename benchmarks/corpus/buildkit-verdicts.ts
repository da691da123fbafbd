import { execFileSync } from 'node:child_process';

/** What BuildKit says of one Dockerfile (tests/oracles, `oracles dockerfile`). */
export interface Verdict {
  readonly path: string;
  readonly accepted: boolean;
  readonly error?: string;
  /** The line that the error names; absent when it names none. */
  readonly line?: number;
  readonly warnings?: readonly { readonly rule: string; readonly line: number; readonly detail: string }[] | null;
}

/** Asks the oracle about every file; builds it when that was not done yet and none is named. */
export function askBuildKit(files: readonly string[], named?: string): readonly Verdict[] {
  if (files.length === 0) return [];
  const oracle = named ?? execFileSync('scripts/oracles', { encoding: 'utf8' }).trim();
  const output = execFileSync(oracle, ['dockerfile'], {
    input: files.map((file) => `${file}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => readVerdict(JSON.parse(line)));
}

/**
 * The names of BuildKit's build checks that strike more often than before; none for a file that was not accepted. That a variable has a secret's name is no
 * news where it was said of the same variable: a stage that is added needs it, too.
 */
export function newWarnings(before: Verdict | undefined, after: Verdict | undefined): string[] {
  if (!before?.accepted || !after?.accepted) return [];
  const isName = (rule: string) => rule === 'SecretsUsedInArgOrEnv';
  const count = (verdict: Verdict, rule: string) => {
    const details = (verdict.warnings ?? []).filter((warning) => warning.rule === rule).map(({ detail }) => detail);
    return isName(rule) ? new Set(details).size : details.length;
  };
  const rules = new Set((after.warnings ?? []).map(({ rule }) => rule));
  return [...rules].filter((rule) => count(after, rule) > count(before, rule));
}

function readVerdict(value: unknown): Verdict {
  if (isVerdict(value)) return value;
  throw new Error(`the oracle printed no verdict: ${JSON.stringify(value)}`);
}

function isVerdict(value: unknown): value is Verdict {
  return typeof value === 'object' && value !== null && 'path' in value && 'accepted' in value;
}
