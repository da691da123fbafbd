/** The text of a table of a TOML file, without those below it; '' when it is not there. */
export function tomlTable(text: string, name: string): string {
  const start = text.search(new RegExp(`^\\[${name.replace(/[.[\]]/g, '\\$&')}\\][ \\t]*(?:#.*)?$`, 'm'));
  if (start === -1) return '';
  const body = text.slice(text.indexOf('\n', start) + 1 || text.length);
  const end = body.search(/^\[/m);
  return end === -1 ? body : body.slice(0, end);
}

/** A string of a table: `python = "^3.12"`. Numbers and the like as written. */
export function tomlValue(table: string, key: string): string | undefined {
  const match = new RegExp(
    `^["']?${key.replace(/[.-]/g, '\\$&')}["']?[ \\t]*=[ \\t]*(?:"([^"\\n]*)"|'([^'\\n]*)'|([^\\s"'#{\\[][^\\n#]*))`,
    'm',
  ).exec(table);
  return match ? (match[1] ?? match[2] ?? match[3]?.trim()) : undefined;
}

/** The keys of a table. */
export function tomlKeys(table: string): string[] {
  return [...table.matchAll(/^["']?([\w.-]+)["']?[ \t]*=/gm)].map(([, key = '']) => key);
}

/** The strings of an array of a table. */
export function tomlArray(table: string, key: string): string[] {
  const start = new RegExp(`^${key}[ \\t]*=[ \\t]*\\[`, 'm').exec(table);
  if (!start) return [];
  const found: string[] = [];
  const item = /"([^"\n]*)"|'([^'\n]*)'|#[^\n]*|(\])/g;
  item.lastIndex = start.index + start[0].length;
  for (let match = item.exec(table); match; match = item.exec(table)) {
    if (match[3] !== undefined) break;
    const text = match[1] ?? match[2];
    if (text !== undefined) found.push(text);
  }
  return found;
}
