/**
 * Brings what stands at `position`, in a flow collection or a quoted scalar, onto the line before it, by putting spaces in the place
 * of the line ends and comments between: every offset stays. Undefined when there is no line end to take away.
 *
 * YAML wants such lines to be indented deeper than the key in front of them, and js-yaml insists on it; Kubernetes' reader does
 * not, and `args: [`, items, `]` below `args` is common.
 */
export function joinFlowLines(text: string, position: number): string | undefined {
  let start = blankBefore(text, position);
  if (!/[\r\n]/.test(text.slice(start, position))) return undefined;
  for (;;) {
    const comment = commentBefore(text, start);
    if (comment === undefined) break;
    start = blankBefore(text, comment);
  }
  return text.slice(0, start) + ' '.repeat(position - start) + text.slice(position);
}

function blankBefore(text: string, position: number): number {
  let at = position;
  while (at > 0 && ' \t\r\n'.includes(text[at - 1] ?? '')) at--;
  return at;
}

/** Where the comment begins that ends at `end`; undefined when none does. A `#` behind an open quote begins none. */
function commentBefore(text: string, end: number): number | undefined {
  const lineStart = text.lastIndexOf('\n', end - 1) + 1;
  let quotes = 0;
  for (let at = lineStart; at < end; at++) {
    const char = text[at];
    if (char === '"' || char === "'") quotes++;
    const begins = char === '#' && (at === lineStart || text[at - 1] === ' ' || text[at - 1] === '\t');
    if (begins && quotes % 2 === 0) return at;
  }
  return undefined;
}
