import { splitAtBlanks } from '../parse-words.ts';
import type { DockerfileSyntax } from '../syntax.ts';
import { declarationsOf } from './global-arguments.ts';
import type { Outcome } from './outcome.ts';
import type { Statement } from './statement.ts';

/**
 * The comments that BuildKit takes for an instruction's description: those since the instruction before it or since the
 * last empty comment, by the offset of the instruction's keyword.
 */
export function commentsBefore({ items, text }: DockerfileSyntax): ReadonlyMap<number, readonly string[]> {
  const byKeyword = new Map<number, readonly string[]>();
  let comments: string[] = [];
  for (const item of items) {
    if (item.kind === 'comment') {
      // BuildKit cuts off the line's first character, which is no `#` when the comment is indented.
      const comment = text.slice(item.range.start + 1, item.range.end).trim();
      if (comment === '') comments = [];
      else comments.push(comment);
    } else if (item.kind === 'instruction') {
      if (comments.length > 0) byKeyword.set(item.keyword.range.start, comments);
      comments = [];
    }
  }
  return byKeyword;
}

/** Reports a comment right before an ARG or a named FROM that does not begin with the name that it should describe. */
export function checkDescription(
  statement: Statement,
  comments: readonly string[] | undefined,
  { hit }: Outcome,
): void {
  const last = comments?.at(-1);
  if (last === undefined) return;
  const names = describedNames(statement);
  const [example] = names;
  if (example === undefined || names.includes(last.split(' ', 1)[0] ?? '')) return;
  hit('InvalidDefinitionDescription', statement.instruction, example);
}

function describedNames(statement: Statement): readonly string[] {
  if (statement.name === 'ARG') return declarationsOf(statement).map(({ name }) => name);
  const name = splitAtBlanks(statement.text)[2]?.word.toLowerCase();
  return statement.name === 'FROM' && name !== undefined ? [name] : [];
}
