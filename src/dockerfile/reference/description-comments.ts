import { splitAtBlanks } from '../parse-words.ts';
import type { CommentItem, DockerfileSyntax } from '../syntax.ts';
import { declarationsOf } from './global-arguments.ts';
import type { Outcome } from './outcome.ts';
import type { Statement } from './statement.ts';

/**
 * The last comment before each instruction since the one before it, by the offset of the instruction's keyword: what
 * BuildKit takes for a description, unless the comment is empty.
 */
export function commentsBefore({ items }: DockerfileSyntax): ReadonlyMap<number, CommentItem> {
  const byKeyword = new Map<number, CommentItem>();
  let comment: CommentItem | undefined;
  for (const item of items) {
    if (item.kind === 'comment') comment = item;
    else if (item.kind === 'instruction') {
      if (comment !== undefined) byKeyword.set(item.keyword.range.start, comment);
      comment = undefined;
    }
  }
  return byKeyword;
}

/** Reports a comment right before an ARG or a named FROM that does not begin with the name that it should describe. */
export function checkDescription(
  statement: Statement,
  comment: CommentItem | undefined,
  text: string,
  { hit }: Outcome,
): void {
  if (comment === undefined || (statement.name !== 'ARG' && statement.name !== 'FROM')) return;
  // BuildKit cuts off the line's first character, which is no `#` when the comment is indented.
  const description = text.slice(comment.range.start + 1, comment.range.end).trim();
  const names = describedNames(statement);
  const [example] = names;
  if (description === '' || example === undefined || names.includes(description.split(' ', 1)[0] ?? '')) return;
  hit('InvalidDefinitionDescription', statement.instruction, example);
}

function describedNames(statement: Statement): readonly string[] {
  if (statement.name === 'ARG') return declarationsOf(statement).map(({ name }) => name);
  const name = splitAtBlanks(statement.text)[2]?.word.toLowerCase();
  return statement.name === 'FROM' && name !== undefined ? [name] : [];
}
