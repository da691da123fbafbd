/** A text as a regular expression has it that matches just this text: names from files may hold any character. */
export function literalPattern(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}
