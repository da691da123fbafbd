import type { SourceToken } from '../internal/source-lexer.ts';
import type { VariableWalk } from '../internal/source-variables.ts';
import { argumentsAt, closingIndex, isMark, rangeOf, readsAs } from '../internal/token-walk.ts';

/** Calls that check an object against a class. */
const checks = ['plainToInstance', 'plainToClass', 'validateConfig'];

/**
 * Members in capitals of a class of class-validator that the environment is checked against, as NestJS's documentation does it: those
 * that no decorator lets be missing are required. https://docs.nestjs.com/techniques/configuration#custom-validate-function
 */
export function readValidatedClasses({ tokens, words, found }: VariableWalk): void {
  const classes = new Set<number>();
  for (const call of checks)
    for (const at of words.get(call) ?? [])
      for (const { from, to } of isMark(tokens[at + 1], '(') ? argumentsAt(tokens, at + 1) : []) {
        const name = tokens[from];
        if (to !== from + 1 || name?.kind !== 'word') continue;
        for (const each of words.get(name.text) ?? []) if (readsAs(tokens, each - 1, 'class')) classes.add(each);
      }
  for (const at of classes) {
    let open = at + 1;
    while (open < at + 8 && !isMark(tokens[open], '{')) open++;
    if (!isMark(tokens[open], '{')) continue;
    const close = closingIndex(tokens, open);
    let decorators: string[] = [];
    for (let index = open + 1; index < close; index++) {
      const token = tokens[index];
      if (isMark(token, '@')) {
        decorators.push(tokens[index + 1]?.text ?? '');
        index = isMark(tokens[index + 2], '(') ? closingIndex(tokens, index + 2) : index + 1;
      } else if (isMark(token, '(', '{', '[')) index = closingIndex(tokens, index);
      else if (decorators.length > 0 && isMember(tokens, index)) {
        const required =
          !decorators.some((name) => /^(?:IsOptional|ValidateIf)$/.test(name)) &&
          isMark(tokens[index + 1], ':', '!') &&
          !initialised(tokens, index, close);
        const range = rangeOf(tokens, index, index);
        found.variables.push({ name: token?.text ?? '', range, required, optional: !required, fallback: undefined });
        decorators = [];
      } else if (isMark(token, ';')) decorators = [];
    }
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
