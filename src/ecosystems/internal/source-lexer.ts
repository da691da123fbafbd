/** One token of a source, comments and white space left out. */
export interface SourceToken {
  readonly kind: 'word' | 'string' | 'number' | 'mark';
  /** A string's content as written between its quotes; otherwise the text itself. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** False for a string with an interpolation. */
  readonly literal: boolean;
  /** Zero-based column of a line's first token, tabs counted as one; -1 for any other. */
  readonly indent: number;
}

/** How a language writes what the lexer must tell apart. */
export interface Lexicon {
  readonly lineComment: '//' | '#';
  readonly blockComments: boolean;
  readonly quotes: string;
  /** A quote three times opens a string over several lines. */
  readonly tripleQuotes: boolean;
  /** What a backtick opens. */
  readonly backtick: 'template' | 'raw' | 'none';
  readonly regularExpressions: boolean;
  /** Letters before a quote that belong to the string: r, b, f, u. */
  readonly stringPrefixes: boolean;
}

export const lexicons = {
  node: {
    lineComment: '//',
    blockComments: true,
    quotes: `"'`,
    tripleQuotes: false,
    backtick: 'template',
    regularExpressions: true,
    stringPrefixes: false,
  },
  python: {
    lineComment: '#',
    blockComments: false,
    quotes: `"'`,
    tripleQuotes: true,
    backtick: 'none',
    regularExpressions: false,
    stringPrefixes: true,
  },
  go: {
    lineComment: '//',
    blockComments: true,
    quotes: `"'`,
    tripleQuotes: false,
    backtick: 'raw',
    regularExpressions: false,
    stringPrefixes: false,
  },
  java: {
    lineComment: '//',
    blockComments: true,
    quotes: `"'`,
    tripleQuotes: true,
    backtick: 'none',
    regularExpressions: false,
    stringPrefixes: false,
  },
} as const satisfies Record<string, Lexicon>;

const marks3 = new Set(['...', '===', '!==', '??=', '||=', '&&=', '**=', '>>=', '<<=']);
const marks2 = new Set([
  '??',
  '||',
  '&&',
  '?.',
  '==',
  '!=',
  '=>',
  ':=',
  '->',
  '<=',
  '>=',
  '+=',
  '-=',
  '<-',
  '<<',
  '>>',
]);
const wordStart = /[A-Za-z_$\u0080-\uffff]/;
const wordPart = /[A-Za-z0-9_$\u0080-\uffff]/;
/** After these words a slash begins a regular expression. */
const beforeExpression = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'do',
  'else',
  'void',
  'delete',
  'throw',
  'new',
]);

/**
 * Splits a source into tokens. It never fails: an unfinished string ends with its line, or with the text where the language
 * lets it run on. Time is linear in the text.
 */
export function lexSource(text: string, lexicon: Lexicon): SourceToken[] {
  return new Lexer(text, lexicon).run(0, text.length);
}

/** State that the steps of one run share; private to this file. */
class Lexer {
  readonly #text: string;
  readonly #lexicon: Lexicon;
  readonly #tokens: SourceToken[] = [];
  /** Depth of braces at which a template's `${` closes. */
  readonly #templates: number[] = [];
  #depth = 0;
  #lineStart = 0;
  #firstOfLine = true;

  constructor(text: string, lexicon: Lexicon) {
    this.#text = text;
    this.#lexicon = lexicon;
  }

  run(from: number, to: number): SourceToken[] {
    let at = from;
    while (at < to) at = this.#step(at);
    return this.#tokens;
  }

  #step(at: number): number {
    const text = this.#text;
    const character = text[at] ?? '';
    if (character === '\n') return this.#newLine(at);
    if (character === ' ' || character === '\t' || character === '\r') return at + 1;
    if (text.startsWith(this.#lexicon.lineComment, at)) return lineEnd(text, at);
    if (this.#lexicon.blockComments && text.startsWith('/*', at)) return this.#blockComment(at);
    if (this.#lexicon.quotes.includes(character)) return this.#string(at, at);
    if (character === '`' && this.#lexicon.backtick === 'raw') return this.#raw(at);
    if (character === '`' && this.#lexicon.backtick === 'template') return this.#template(at, at + 1);
    if (wordStart.test(character)) return this.#word(at);
    if (character >= '0' && character <= '9') return this.#number(at);
    if (character === '/' && this.#lexicon.regularExpressions && this.#expressionMayBegin()) return this.#pattern(at);
    return this.#mark(at, character);
  }

  #newLine(at: number): number {
    this.#lineStart = at + 1;
    this.#firstOfLine = true;
    return at + 1;
  }

  #push(kind: SourceToken['kind'], text: string, start: number, end: number, literal = true): number {
    const indent = this.#firstOfLine ? start - this.#lineStart : -1;
    this.#firstOfLine = false;
    this.#tokens.push({ kind, text, start, end, literal, indent });
    return end;
  }

  #blockComment(at: number): number {
    const close = this.#text.indexOf('*/', at + 2);
    return close === -1 ? this.#text.length : close + 2;
  }

  #word(at: number): number {
    const text = this.#text;
    let end = at + 1;
    while (end < text.length && wordPart.test(text[end] ?? '')) end++;
    const word = text.slice(at, end);
    const quoted = this.#lexicon.stringPrefixes && this.#lexicon.quotes.includes(text[end] ?? ' ');
    if (quoted && /^[rbfuRBFU]{1,2}$/.test(word)) return this.#string(at, end);
    return this.#push('word', word, at, end);
  }

  #number(at: number): number {
    let end = at + 1;
    while (end < this.#text.length && /[A-Za-z0-9_.]/.test(this.#text[end] ?? '')) end++;
    return this.#push('number', this.#text.slice(at, end), at, end);
  }

  #mark(at: number, character: string): number {
    const three = this.#text.slice(at, at + 3);
    const two = three.slice(0, 2);
    if (marks3.has(three)) return this.#push('mark', three, at, at + 3);
    if (marks2.has(two)) return this.#push('mark', two, at, at + 2);
    if (character === '{') this.#depth++;
    if (character === '}') {
      this.#depth--;
      if (this.#templates.at(-1) === this.#depth) {
        this.#templates.pop();
        return this.#template(at, at + 1);
      }
    }
    return this.#push('mark', character, at, at + 1);
  }

  #string(start: number, quoteAt: number): number {
    const text = this.#text;
    const quote = text[quoteAt] ?? '"';
    const triple = this.#lexicon.tripleQuotes && text.startsWith(quote.repeat(3), quoteAt);
    const open = quoteAt + (triple ? 3 : 1);
    const close = triple ? closingTriple(text, open, quote) : closingQuote(text, open, quote);
    const end = text[close] === quote ? close + (triple ? 3 : 1) : close;
    const format = /f/i.test(text.slice(start, quoteAt));
    this.#push('string', text.slice(open, close), start, Math.min(end, text.length), !format);
    if (format) this.#formatted(open, close);
    return end;
  }

  /** The expressions in `{}` of a formatted Python string. */
  #formatted(open: number, close: number): void {
    const inside = new Lexer(this.#text.slice(0, close), this.#lexicon);
    for (let at = open; at < close; at++) {
      if (this.#text[at] !== '{') continue;
      if (this.#text[at + 1] === '{') at++;
      else {
        const end = this.#text.indexOf('}', at);
        const stop = end === -1 || end > close ? close : end;
        inside.run(at + 1, stop);
        at = stop;
      }
    }
    for (const token of inside.#tokens) this.#tokens.push({ ...token, indent: -1 });
  }

  #raw(at: number): number {
    const close = this.#text.indexOf('`', at + 1);
    const end = close === -1 ? this.#text.length : close;
    return this.#push('string', this.#text.slice(at + 1, end), at, Math.min(end + 1, this.#text.length));
  }

  /** A template's text from `from` to its next `${` or its end. */
  #template(start: number, from: number): number {
    const text = this.#text;
    for (let at = from; at < text.length; at++) {
      if (text[at] === '\\') at++;
      else if (text[at] === '`') {
        const whole = text[start] === '`';
        return this.#push('string', text.slice(from, at), start, at + 1, whole);
      } else if (text[at] === '$' && text[at + 1] === '{') {
        this.#push('string', text.slice(from, at), start, at + 2, false);
        this.#templates.push(this.#depth);
        this.#depth++;
        return at + 2;
      }
    }
    return this.#push('string', text.slice(from), start, text.length, false);
  }

  #expressionMayBegin(): boolean {
    const last = this.#tokens.at(-1);
    if (!last) return true;
    if (last.kind === 'word') return beforeExpression.has(last.text);
    return last.kind === 'mark' && last.text !== ')' && last.text !== ']' && last.text !== '}';
  }

  #pattern(at: number): number {
    const text = this.#text;
    let inClass = false;
    for (let end = at + 1; end < text.length && text[end] !== '\n'; end++) {
      if (text[end] === '\\') end++;
      else if (text[end] === '[') inClass = true;
      else if (text[end] === ']') inClass = false;
      else if (text[end] === '/' && !inClass) return this.#push('number', text.slice(at, end + 1), at, end + 1);
    }
    return this.#push('mark', '/', at, at + 1);
  }
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** Where a string on one line ends: its quote, or the line's end when there is none. */
function closingQuote(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === quote || character === '\n') return at;
  }
  return text.length;
}

function closingTriple(text: string, from: number, quote: string): number {
  const mark = quote.repeat(3);
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote && text.startsWith(mark, at)) return at;
  }
  return text.length;
}
