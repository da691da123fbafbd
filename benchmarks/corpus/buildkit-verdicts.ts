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

/** Builds the oracle when that was not done yet, and asks it about every file. */
export function askBuildKit(files: readonly string[]): readonly Verdict[] {
  const oracle = execFileSync('scripts/oracles', { encoding: 'utf8' }).trim();
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

function readVerdict(value: unknown): Verdict {
  if (isVerdict(value)) return value;
  throw new Error(`the oracle printed no verdict: ${JSON.stringify(value)}`);
}

function isVerdict(value: unknown): value is Verdict {
  return typeof value === 'object' && value !== null && 'path' in value && 'accepted' in value;
}
