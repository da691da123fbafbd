import type { Flag, Mount } from './instruction.ts';

/** Reads one `--mount=type=…,key=value` of RUN. https://docs.docker.com/reference/dockerfile/#run---mount */
export function parseMount(flag: Flag): Mount {
  const options = new Map<string, string>();
  for (const field of splitFields(flag.value?.value ?? '')) {
    const sign = field.indexOf('=');
    if (sign === -1) options.set(field.toLowerCase(), 'true');
    else options.set(field.slice(0, sign).toLowerCase(), field.slice(sign + 1));
  }
  options.delete('');
  return { type: options.get('type')?.toLowerCase() || 'bind', options, range: flag.range };
}

/** Fields of one line of comma-separated values; a quoted field may hold commas, and a doubled quote stands for one. */
function splitFields(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (quoted && character === '"' && line.charAt(at + 1) === '"') {
      field += '"';
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) {
      fields.push(field);
      field = '';
    } else field += character;
  }
  return [...fields, field];
}
