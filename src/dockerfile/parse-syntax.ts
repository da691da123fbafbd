import { matchDirective } from './parse-directive.ts';
import { readInstruction } from './read-instruction.ts';
import { type Cursor, type Line, lineAt, startOf } from './source-lines.ts';
import type { BlankItem, DirectiveItem, DockerfileSyntax, SyntaxItem } from './syntax.ts';
import { skipSpace } from './white-space.ts';

/**
 * Splits a Dockerfile into items that cover its whole text. Never throws: what BuildKit would refuse is an instruction
 * like any other here. Takes time linear in the text's length. https://docs.docker.com/reference/dockerfile/#format
 */
export function parseSyntax(text: string): DockerfileSyntax {
  const cursor = startOf(text);
  const items: SyntaxItem[] = [];
  const directives: DirectiveItem[] = [];
  const block: DirectiveBlock = { open: true, afterShebang: false };
  if (text.charCodeAt(0) === 0xfeff) {
    items.push({ kind: 'blank', range: { start: 0, end: 1 } });
    cursor.at = 1;
  }
  while (cursor.at < text.length) {
    const line = lineAt(text, cursor.at);
    const first = skipSpace(text, line.start, line.textEnd);
    if (first === line.textEnd) {
      block.open = false;
      items.push(readBlankLines(cursor));
    } else if (text.charAt(first) === '#') {
      const directive = block.open ? readDirective(cursor, line, first, block) : undefined;
      if (directive !== undefined) directives.push(directive);
      items.push(directive ?? { kind: 'comment', range: { start: line.start, end: line.end } });
      cursor.at = line.end;
      cursor.line += 1;
    } else {
      block.open = false;
      items.push(readInstruction(cursor));
    }
  }
  return { text, escape: cursor.escape, directives, items };
}

/** Directives stand at the top only: anything else ends them. */
interface DirectiveBlock {
  open: boolean;
  /** BuildKit finds `syntax` and `check` behind a `#!` line, but its parser does not honour `escape` there. */
  afterShebang: boolean;
}

function readDirective(cursor: Cursor, line: Line, first: number, block: DirectiveBlock): DirectiveItem | undefined {
  const { text } = cursor;
  if (cursor.line === 1 && text.startsWith('#!', first)) {
    block.afterShebang = true;
    return undefined;
  }
  const match = matchDirective(text, first, line.textEnd);
  if (match === undefined) block.open = false;
  if (match === undefined || (block.afterShebang && match.name === 'escape')) return undefined;
  const value = text.slice(match.valueStart, match.valueEnd);
  if (match.name === 'escape' && (value === '\\' || value === '`')) cursor.escape = value;
  return {
    kind: 'directive',
    range: { start: line.start, end: line.end },
    name: match.name,
    value,
    valueRange: { start: match.valueStart, end: match.valueEnd },
  };
}

function readBlankLines(cursor: Cursor): BlankItem {
  const start = cursor.at;
  while (cursor.at < cursor.text.length) {
    const line = lineAt(cursor.text, cursor.at);
    if (skipSpace(cursor.text, line.start, line.textEnd) < line.textEnd) break;
    cursor.at = line.end;
    cursor.line += 1;
  }
  return { kind: 'blank', range: { start, end: cursor.at } };
}
