/** `a`, `a and b`, `a, b and c`: items as a sentence lists them. `word` stands before the last one. */
export function enumerate(items: readonly string[], word: 'and' | 'or' | 'nor' = 'and'): string {
  const last = items.at(-1);
  if (last === undefined) return '';
  return items.length === 1 ? last : `${items.slice(0, -1).join(', ')} ${word} ${last}`;
}
