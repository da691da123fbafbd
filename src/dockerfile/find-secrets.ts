import type { CommandWord } from '../core/command-line.ts';
import {
  entropy,
  findTokens,
  isFilledIn,
  isPlaceholder,
  type SecretMatch,
  secretInVariable,
} from '../core/secret-text.ts';
import type { SourceRange } from '../core/text.ts';
import { inAssignment, secretsInCommand } from './command-secrets.ts';
import type { Dockerfile } from './dockerfile.ts';
import type { Instruction } from './instruction.ts';
import type { Heredoc } from './syntax.ts';

/** A secret that stands in a Dockerfile. The value is not kept. */
export interface PlacedSecret {
  readonly kind: string;
  readonly range: SourceRange;
  /** What it stands in; undefined for a comment. */
  readonly instruction: Instruction | undefined;
  /** The variable or label that it is the value of. */
  readonly name: string | undefined;
  /** `token`: of a published form or as random as one; `password`; `weak`: a password that is guessed at once. */
  readonly strength: 'token' | 'password' | 'weak';
}

/**
 * The secrets that stand in a Dockerfile: tokens of published forms anywhere, literals under telling names in ENV, ARG and
 * LABEL, literals that commands are given as passwords, and assignments in here-documents that are copied. One for each
 * value, in order. Linear in the text.
 */
export function findSecrets(dockerfile: Dockerfile): readonly PlacedSecret[] {
  const { instructions } = dockerfile;
  const before = known.get(instructions);
  if (before) return before;
  const found = [...tokens(dockerfile)];
  for (const each of instructions) {
    const instruction = each.name === 'ONBUILD' ? each.trigger : each;
    if (instruction) found.push(...literals(dockerfile, instruction));
  }
  found.sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  const kept: PlacedSecret[] = [];
  for (const secret of found) {
    const last = kept.at(-1);
    if (last === undefined || secret.range.start >= last.range.end) kept.push(secret);
    // Of two at one place the shorter one is the more exact, then the first.
    else if (lengthOf(secret) < lengthOf(last)) kept[kept.length - 1] = secret;
  }
  known.set(instructions, kept);
  return kept;
}

/** By a file's instructions: rules ask, and whoever shows a text. */
const known = new WeakMap<Dockerfile['instructions'], readonly PlacedSecret[]>();

function lengthOf({ range }: PlacedSecret): number {
  return range.end - range.start;
}

/** Tokens of published forms are found in the whole text; here is what only its name tells. */
function literalIn(name: string, value: string): SecretMatch | undefined {
  const secret = secretInVariable(name, value);
  return secret?.certainty === 'likely' && secret.kind !== 'password in a URL' ? secret : undefined;
}

function tokens({ text, instructions }: Dockerfile): readonly PlacedSecret[] {
  let at = 0;
  return findTokens(text).flatMap(({ kind, range }) => {
    if (
      kind === 'private key' &&
      !/^\s*(?:\\[nr]|["'\\\s]|&&|echo|\|)*[A-Za-z0-9+/=]{40}/.test(text.slice(range.end, range.end + 300))
    )
      return [];
    while ((instructions[at]?.range.end ?? range.end) < range.end) at++;
    const candidate = instructions[at];
    const instruction = candidate && candidate.range.start <= range.start ? candidate : undefined;
    const value = text.slice(range.start, range.end);
    if (kind === 'password in a URL' && isSample(value)) return [];
    const strength = kind === 'password in a URL' ? strengthOf(value) : 'token';
    return [{ kind, range, strength, instruction, name: nameAt(instruction, range) }];
  });
}

/** What examples and defaults hold instead of a secret. */
function isSample(value: string): boolean {
  return (
    /^(?:\W*[Nn]one\W*|_*[A-Z]+(?:_[A-Z]+)+_*|(?:super|top)?-?(?:secret|password|passwd|pass|pw|token)|.{0,20}not[-_ ]?a?[-_ ]?secret|[0-]+|[xX*.-]+)$/.test(
      value,
    ) ||
    isFilledIn(value) ||
    isPlaceholder(value)
  );
}

/** Judged by length and kinds of characters: what a dictionary or a default holds is weak. */
function strengthOf(value: string): PlacedSecret['strength'] {
  const mixed = /[0-9]/.test(value) && /[a-z]/i.test(value);
  if (mixed && value.length >= 20 && entropy(value) >= 3) return 'token';
  return mixed && value.length >= 8 ? 'password' : 'weak';
}

function nameAt(instruction: Instruction | undefined, range: SourceRange): string | undefined {
  if (instruction?.name !== 'ENV' && instruction?.name !== 'ARG' && instruction?.name !== 'LABEL') return undefined;
  return instruction.pairs.find((pair) => pair.range.start <= range.start && range.end <= pair.range.end)?.key.value;
}

function literals(dockerfile: Dockerfile, instruction: Instruction): readonly PlacedSecret[] {
  switch (instruction.name) {
    case 'ENV':
    case 'LABEL':
    case 'ARG':
      return instruction.pairs.flatMap(({ key, value }) => {
        const secret = value && literalIn(key.value, value.value);
        return secret ? placed(instruction, secret.kind, value.range, value.value, key.value) : [];
      });
    case 'RUN':
    case 'CMD':
    case 'ENTRYPOINT':
    case 'HEALTHCHECK':
      return inScript(dockerfile, instruction);
    case 'COPY':
    case 'ADD':
      return instruction.heredocs.flatMap((heredoc) => inHeredoc(dockerfile, instruction, heredoc));
    default:
      return [];
  }
}

function placed(
  instruction: Instruction,
  kind: string,
  range: SourceRange,
  value: string,
  name?: string,
): readonly PlacedSecret[] {
  const strength = strengthOf(value);
  // What is no password and looks like a word is a name, a mode or a path more often than a secret.
  if (isSample(value) || (strength === 'weak' && !/^(?:password|login)/.test(kind))) return [];
  return [{ kind, range, strength, instruction, name }];
}

/** Cheap to ask, and most scripts hold nothing of the kind. */
const mayHoldSecret = /pass|pwd|secret|token|key|auth|credential|-p|-a|-u|-H/i;

function inScript(dockerfile: Dockerfile, instruction: Instruction): readonly PlacedSecret[] {
  const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
  if (!mayHoldSecret.test(text)) return [];
  const script = dockerfile.script(instruction);
  if (script === undefined || script.dialect === 'cmd') return [];
  const assigned = script.assigned.flatMap(({ name, value }) =>
    inAssignment(name, value).flatMap((each) => placed(instruction, each.kind, each.range, each.value, name)),
  );
  const given = script.commands.flatMap((command) => [
    ...secretsInCommand(command).flatMap((each) => placed(instruction, each.kind, each.range, each.value)),
    ...(command.name === 'echo' || command.name === 'printf'
      ? command.arguments.flatMap((word) => (word.literal ? written(instruction, word) : []))
      : []),
  ]);
  return [...assigned, ...given, ...inStatements(instruction, text)];
}

const mayAssign = /[=:]/;
const assignment =
  /(?:^|[\s"'{,;])([A-Za-z][A-Za-z0-9_.-]{0,60})["']?[ \t]{0,3}[=:][ \t]{0,3}(?:"([^"\n]{1,300})"|'([^'\n]{1,300})'|([^\s"',;\\]{1,300}))/g;

/** A line of configuration that echo writes. */
function written(instruction: Instruction, word: CommandWord): readonly PlacedSecret[] {
  if (!mayAssign.test(word.value)) return [];
  for (const [, name = '', double, single, bare] of word.value.matchAll(assignment)) {
    const value = double ?? single ?? bare ?? '';
    const secret = literalIn(name, value);
    if (secret) return placed(instruction, secret.kind, word.range, value);
  }
  return [];
}

/** SQL that gives a user a password, and answers to the questions of Debian packages. */
const statement =
  /\b(?:identified\s{1,3}by|password)\s{1,3}'([^'$`\n]{1,200})'|\/[a-z_-]{0,20}(?:root|app|admin|user)[_-]pass(?:word)?\s{1,3}password\s{1,3}([^\s"'$;|]{1,200})/gi;

function inStatements(instruction: Instruction, text: string): readonly PlacedSecret[] {
  if (!/password|identified/i.test(text)) return [];
  return [...text.matchAll(statement)].flatMap((match) => {
    const value = match[1] ?? match[2] ?? '';
    const start = instruction.range.start + match.index + match[0].lastIndexOf(value);
    return placed(instruction, 'password', { start, end: start + value.length }, value);
  });
}

function inHeredoc({ text }: Dockerfile, instruction: Instruction, heredoc: Heredoc): readonly PlacedSecret[] {
  const { start, end } = heredoc.contentRange;
  return [...text.slice(start, end).matchAll(assignment)].flatMap((match) => {
    const [whole, name = '', double, single, bare] = match;
    const value = double ?? single ?? bare ?? '';
    const secret = literalIn(name, value);
    if (secret === undefined) return [];
    const at = start + match.index + whole.lastIndexOf(value);
    return placed(instruction, secret.kind, { start: at, end: at + value.length }, value, name);
  });
}
