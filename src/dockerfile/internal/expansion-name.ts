const letter = /^\p{L}$/u;
const digit = /^\p{Nd}$/u;

function isNameCharacter(character: string): boolean {
  const code = character.charCodeAt(0);
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || isDigit(character);
  return letter.test(character) || isDigit(character);
}

function isDigit(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 128 ? code >= 48 && code <= 57 : digit.test(character);
}

/** Reads a name, a number or one special parameter such as `?`; the lexer goes behind it. */
export function readName(lexer: { readonly source: string; at: number }): string {
  const start = lexer.at;
  const { source } = lexer;
  const peek = () => String.fromCodePoint(source.codePointAt(lexer.at) ?? 0);
  const first = peek();
  const accepts = isDigit(first) ? isDigit : isNameCharacter;
  if (lexer.at < source.length && '@*#?-$!'.includes(first)) lexer.at += 1;
  else while (lexer.at < source.length && accepts(peek())) lexer.at += peek().length;
  return source.slice(start, lexer.at);
}
