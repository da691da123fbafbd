/** What opens a quoted scalar that is the value of a plain key or an item of a list, with what stands before it. */
const opening = /^( *(?:- +)*)([\w.$/-]+: +)?(?:[&!]\S* +)*(['"])/;

/** What opens a block scalar, whose lines are nothing but text. */
const blockScalar = /^( *(?:[-?] +)*)(?:\S.*?: +|(?=[&!|>]))(?:[&!]\S* +)*[|>][\d+-]*[ \t]*(?:#.*)?\r?$/;

/** Characters of a line in which a value is looked for. */
const longestHead = 300;

/**
 * Brings lines of quoted scalars that are not indented deeper than their key onto the line before, by putting spaces in the place of the line ends: every offset
 * stays, and the value has more spaces there. Generated definitions of custom resources have hundreds of them, as Kubernetes' reader takes them: one by one (`joinFlowLines`), each would have the whole
 * text parsed again. Only the common form is known, a key and its value in one line: whoever uses this has to parse what comes out. Undefined where there is none.
 */
export function joinQuotedLines(text: string): string | undefined {
  let joined = '';
  let copied = 0;
  /** Lines that are indented deeper belong to a block scalar. */
  let block: number | undefined;
  for (let at = 0; at < text.length; ) {
    const end = lineEnd(text, at);
    const line = text.slice(at, Math.min(end, at + longestHead));
    const indentation = indentationOf(line);
    if (block !== undefined && (indentation > block || line.trim() === '')) {
      at = end + 1;
      continue;
    }
    block = blockScalar.exec(line)?.[1]?.length;
    const [head, before = '', key, quote = ''] = opening.exec(line) ?? [];
    if (block !== undefined || head === undefined) {
      at = end + 1;
      continue;
    }
    const column = key === undefined ? before.trimEnd().length - 1 : before.length;
    const close = closing(text, at + head.length, quote);
    if (close === undefined) return undefined;
    for (let from = end; from < close; from = lineEnd(text, from + 1)) {
      const begin = from + 1 + indentationOf(text.slice(from + 1, lineEnd(text, from + 1)));
      const stays = begin - from - 1 > column || /[\r\n]/.test(text[begin] ?? '\n');
      // An escaped line end is nothing, an escaped space is one.
      if (stays || (quote === '"' && /\\\r?$/.test(text.slice(from - 2, from)))) continue;
      joined += text.slice(copied, from).replace(/\r$/, ' ') + ' '.repeat(begin - from);
      copied = begin;
    }
    at = lineEnd(text, close) + 1;
  }
  return copied === 0 ? undefined : joined + text.slice(copied);
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function indentationOf(line: string): number {
  let count = 0;
  while (line[count] === ' ') count++;
  return count;
}

/** Where a quoted scalar ends whose content begins at `from`. */
function closing(text: string, from: number, quote: string): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') at++;
    else if (text[at] === quote) {
      if (quote === '"' || text[at + 1] !== "'") return at;
      at++;
    }
  }
  return undefined;
}
