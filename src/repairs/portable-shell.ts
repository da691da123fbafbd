import type { TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import type { DifferenceUse } from '../dockerfile/shell-differences.ts';

/** The same for every shell, in place of what only bash does; undefined where that takes more than a few letters. */
export function portableEdits(dockerfile: Dockerfile, use: DifferenceUse): readonly TextEdit[] | undefined {
  switch (use.kind) {
    case 'echo-e':
      return printfEdits(dockerfile, use);
    case 'source':
      return dotEdit(dockerfile, use);
    case 'double-equals':
      return use.word && [replace(dockerfile, use.word.range, '=')];
    case 'redirect-both':
      return redirectEdit(dockerfile, use);
    case 'brace-expansion':
      return braceEdit(dockerfile, use);
    default:
      return undefined;
  }
}

/** What `printf %b` of dash and BusyBox makes the same character of as bash's `echo -e`. */
const commonEscape = /^(?:[^\\]|\\(?:[abfnrtv\\"$`]|0[0-7]{0,3}))*$/s;

/** `echo -e "a\nb"` is `printf '%b\n' "a\nb"`; several words would be several lines. */
function printfEdits(dockerfile: Dockerfile, { command, word }: DifferenceUse): TextEdit[] | undefined {
  const [, text, ...others] = command?.arguments ?? [];
  if (command === undefined || word === undefined || text === undefined || others.length > 0) return undefined;
  // An unquoted variable may become several words.
  if (!/^(?:"[^"]*"|'[^']*'|[\w./:\\=-]+)$/s.test(text.raw) || !commonEscape.test(text.raw)) return undefined;
  const format = word.value.includes('n') ? "'%b'" : "'%b\\n'";
  return [replace(dockerfile, command.nameWord.range, 'printf'), replace(dockerfile, word.range, format)];
}

/** Without a slash `.` looks in PATH only, where bash's source looks in the working directory too. */
function dotEdit(dockerfile: Dockerfile, { command, word }: DifferenceUse): TextEdit[] | undefined {
  const [file, ...others] = command?.arguments ?? [];
  if (word === undefined || file === undefined || others.length > 0 || !file.value.includes('/')) return undefined;
  return [replace(dockerfile, word.range, '.')];
}

/** `/app/{a,b}` is `/app/a /app/b`, where one pair of braces is all that is special in the word. */
function braceEdit(dockerfile: Dockerfile, { word }: DifferenceUse): TextEdit[] | undefined {
  const match = /^([\w./@+-]*)\{([\w./@+*-]*(?:,[\w./@+*-]*)+)\}([\w./@+*-]*)$/.exec(word?.raw ?? '');
  if (word === undefined || match === null) return undefined;
  const [, before = '', items = '', after = ''] = match;
  const words = items.split(',').map((item) => before + item + after);
  return words.includes('') ? undefined : [replace(dockerfile, word.range, words.join(' '))];
}

function redirectEdit(dockerfile: Dockerfile, { redirect }: DifferenceUse): TextEdit[] | undefined {
  if (redirect?.target === undefined) return undefined;
  const written = dockerfile.text.slice(redirect.range.start, redirect.range.end);
  const file = written.slice(written.indexOf(redirect.operator) + redirect.operator.length);
  return [replace(dockerfile, redirect.range, `${redirect.operator === '&>>' ? '>>' : '>'}${file} 2>&1`)];
}
