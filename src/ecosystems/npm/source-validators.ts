import type { SourceToken } from '../internal/source-lexer.ts';
import type { VariableWalk } from '../internal/source-variables.ts';
import { argumentsAt, closingIndex, isMark, rangeOf, readsAs } from '../internal/token-walk.ts';

/** Calls that check an object against a class. */
const checks = ['plainToInstance', 'plainToClass', 'validateConfig'];

/**
 * Members in capitals of a class of class-validator that the environment is checked against, as NestJS's documentation does it: those
 * that no decorator lets be missing are required. https://docs.nestjs.com/techniques/configuration#custom-validate-function
 */
export function readValidatedClasses(walk: VariableWalk): void {
  for (const at of checkedClasses(walk)) {
    let open = at + 1;
    while (open < at + 8 && !isMark(walk.tokens[open], '{')) open++;
    if (isMark(walk.tokens[open], '{')) readMembers(walk, open);
  }
}

/** Where the classes of the source that a check is given have their names. */
function checkedClasses({ tokens, words }: VariableWalk): ReadonlySet<number> {
  const calls = checks.flatMap((name) => words.get(name) ?? []).filter((at) => isMark(tokens[at + 1], '('));
  const given = calls.flatMap((at) =>
    argumentsAt(tokens, at + 1).flatMap(({ from, to }) => {
      const name = tokens[from];
      return to === from + 1 && name?.kind === 'word' ? [name.text] : [];
    }),
  );
  return new Set(given.flatMap((name) => (words.get(name) ?? []).filter((at) => readsAs(tokens, at - 1, 'class'))));
}

function readMembers({ tokens, found }: VariableWalk, open: number): void {
  const close = closingIndex(tokens, open);
  let decorators: string[] = [];
  for (let at = open + 1; at < close; at++) {
    const token = tokens[at];
    if (isMark(token, '@')) {
      decorators.push(tokens[at + 1]?.text ?? '');
      at = isMark(tokens[at + 2], '(') ? closingIndex(tokens, at + 2) : at + 1;
    } else if (isMark(token, '(', '{', '[')) at = closingIndex(tokens, at);
    else if (decorators.length > 0 && isMember(tokens, at)) {
      const required =
        !decorators.some((name) => /^(?:IsOptional|ValidateIf)$/.test(name)) &&
        isMark(tokens[at + 1], ':', '!') &&
        !initialised(tokens, at, close);
      const range = rangeOf(tokens, at, at);
      found.variables.push({ name: token?.text ?? '', range, required, optional: !required, fallback: undefined });
      decorators = [];
    } else if (isMark(token, ';')) decorators = [];
  }
}

/** `DATABASE_HOST: string`, `DATABASE_HOST?: string`, `DATABASE_HOST!: string`. */
function isMember(tokens: readonly SourceToken[], at: number): boolean {
  return (
    tokens[at]?.kind === 'word' &&
    /^[A-Z][A-Z0-9_]+$/.test(tokens[at].text) &&
    isMark(tokens[at + 1], ':', '?', '!', '=', ';', '?:')
  );
}

/** `PORT: number = 3000;` */
function initialised(tokens: readonly SourceToken[], at: number, close: number): boolean {
  for (let index = at + 1; index < close && !isMark(tokens[index], ';', '@'); index++)
    if (isMark(tokens[index], '=')) return true;
  return false;
}
