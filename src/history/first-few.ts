const listedAtMost = 3;

/** `a, b, c and 4 more`: the first of some texts in a sentence. */
export function firstFew(texts: readonly string[]): string {
  const more = texts.length - listedAtMost;
  return `${texts.slice(0, listedAtMost).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
