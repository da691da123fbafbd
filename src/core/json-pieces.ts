import { withoutCommands } from './printable.ts';

/** A list of which each element is made when it is written, so that neither all of them nor their text is ever in memory. */
export interface JsonElements {
  readonly elements: () => Iterable<unknown>;
  /** Leaves out the field where there is none. */
  readonly unlessEmpty: boolean;
}

const lists = new WeakSet<object>();

/** For {@link jsonPieces}; asked for once, when all that stands before it was written. */
export function jsonElements(elements: () => Iterable<unknown>, unlessEmpty = false): JsonElements {
  const list = { elements, unlessEmpty };
  lists.add(list);
  return list;
}

/** About so many characters are handed on at a time. */
const pieceLength = 1 << 16;

/** The text that `jsonText` (json-text.ts) gives for an object, piece by piece; a field may be {@link jsonElements}. */
export function* jsonPieces(object: Readonly<Record<string, unknown>>): Generator<string> {
  let lead = '{\n';
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const field = `${lead}  ${JSON.stringify(key)}: `;
    let written = 0;
    if (isElements(value)) {
      for (const piece of listPieces(field, value)) {
        yield safe(piece);
        written++;
      }
    } else {
      yield safe(`${field}${indented(value, '  ')}`);
      written++;
    }
    if (written > 0) lead = ',\n';
  }
  yield lead === ',\n' ? '\n}\n' : '{}\n';
}

function* listPieces(field: string, { elements, unlessEmpty }: JsonElements): Generator<string> {
  let piece = `${field}[`;
  let count = 0;
  for (const element of elements()) {
    piece += `${count === 0 ? '' : ','}\n    ${indented(element, '    ')}`;
    count++;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (count > 0) yield `${piece}\n  ]`;
  else if (!unlessEmpty) yield `${piece}]`;
}

function isElements(value: unknown): value is JsonElements {
  return typeof value === 'object' && value !== null && lists.has(value);
}

/** A line's end in a text is written `\n`: those that are found are between fields. */
function indented(value: unknown, indent: string): string {
  return (JSON.stringify(value, null, 2) ?? 'null').replaceAll('\n', `\n${indent}`);
}

function safe(piece: string): string {
  return withoutCommands(piece, '\\u0023');
}
