import type { Dockerfile } from '../dockerfile.ts';
import { parseGoBoolean } from './go-number.ts';
import type { Outcome } from './outcome.ts';

/** Longest line that BuildKit reads, in bytes, its line end included. */
const maximalLineBytes = 65536;

/** The options of a `check` directive. */
export interface CheckOptions {
  readonly skipped: ReadonlySet<string>;
  /** Experimental checks that are switched on, or `all`. */
  readonly experimental: ReadonlySet<string>;
  readonly failOnHit: boolean;
}

/** Reads `# check=skip=Name,Name;error=true`; a string says why BuildKit refuses it. */
export function readCheckOptions({ syntax }: Dockerfile): CheckOptions | string {
  const directive = syntax.directives.find(({ name }) => name === 'check');
  const value = directive?.value.split(' ', 1)[0]?.trim() ?? '';
  let skipped: ReadonlySet<string> = new Set();
  let experimental: ReadonlySet<string> = new Set();
  let failOnHit = false;
  if (value === '') return { skipped, experimental, failOnHit };
  for (const part of splitInThree(value)) {
    const sign = part.indexOf('=');
    const name = part.slice(0, Math.max(sign, 0)).trim();
    const setting = part.slice(sign + 1).trim();
    if (name === 'skip') skipped = namesIn(setting);
    else if (name === 'experimental') experimental = namesIn(setting);
    else if (name === 'error') {
      const isOn = parseGoBoolean(setting);
      if (isOn === undefined) return 'In the check directive, error must be true or false.';
      failOnHit = isOn;
    } else return `The check directive does not know '${part}'; it knows skip, error and experimental.`;
  }
  return { skipped, experimental, failOnHit };
}

function namesIn(setting: string): ReadonlySet<string> {
  return new Set(setting.split(',').map((check) => check.trim()));
}

function splitInThree(value: string): readonly string[] {
  const [first = '', second, ...rest] = value.split(';');
  return [first, ...(second === undefined ? [] : [second]), ...(rest.length === 0 ? [] : [rest.join(';')])];
}

/** Reports what is wrong with the file as a whole or with its directives. */
export function checkFile(dockerfile: Dockerfile, outcome: Outcome): void {
  checkDirectives(dockerfile, outcome);
  const last =
    dockerfile.text === '' || dockerfile.text.endsWith('\n')
      ? dockerfile.lines.lineCount - 1
      : dockerfile.lines.lineCount;
  if (dockerfile.instructions.length === 0) outcome.reject('The file holds no instruction.', undefined, { line: last });
}

function checkDirectives({ syntax, lines }: Dockerfile, outcome: Outcome): void {
  const seen = new Set<string>();
  for (const { name, value, range, valueRange } of syntax.directives) {
    const line = lines.positionAt(range.start).line - 1;
    if (seen.has(name)) outcome.reject(`The directive '${name}' is given twice.`, undefined, { range, line });
    else if (name === 'escape' && value !== '\\' && value !== '`')
      outcome.reject(`The escape directive can only be \\ or \`.`, undefined, { range: valueRange, line });
    seen.add(name);
  }
}

/** Reports the first line that is too long. */
export function checkLineLengths({ text, lines, encoding }: Dockerfile, outcome: Outcome): void {
  const leastUnits = encoding === 'latin1' ? maximalLineBytes : maximalLineBytes / 3;
  if (text.length < leastUnits) return;
  for (let line = 1; line <= lines.lineCount; line += 1) {
    const start = lines.lineStart(line);
    const end = lines.lineStart(line + 1);
    if (end - start < leastUnits) continue;
    const bytes =
      Buffer.byteLength(text.slice(start, end), encoding) + (text.endsWith('\n') || end < text.length ? 0 : 1);
    if (bytes <= maximalLineBytes) continue;
    outcome.reject('This line has more than 65,535 bytes.', undefined, {
      range: { start, end: start },
      line: line - 1,
    });
    return;
  }
}
