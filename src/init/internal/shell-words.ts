/**
 * The words of a simple command, quotes taken off. Undefined for anything that a shell is needed for: pipes, lists, globs and
 * expansions other than `$NAME`, which stands as written.
 */
export function splitCommand(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === "'" || character === '"') {
      const end = line.indexOf(character, at + 1);
      if (end === -1) return undefined;
      const inner = line.slice(at + 1, end);
      if (character === '"' && /[`\\]|\$\(/.test(inner)) return undefined;
      word = (word ?? '') + inner;
      at = end;
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#' && word === undefined) {
      // A comment ends the line.
      break;
    } else if (/[|&;<>()`\\*?#~]/.test(character) || line.startsWith('$(', at)) {
      return undefined;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** A line at its last `&&` or `;`: what is done before, with that operator, and the command that stays. */
export function splitAtLast(line: string): { readonly before: string; readonly last: string } {
  let cut = 0;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === '"') at++;
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '\\') at++;
    else if (character === ';') cut = at + 1;
    else if (character === '&' && line.charAt(at + 1) === '&') {
      cut = at + 2;
      at++;
    }
  }
  return { before: line.slice(0, cut), last: line.slice(cut).trim() };
}

/** Words that begin no program, or more than one. */
const notAProgram =
  /^(?:if|for|while|until|case|cd|export|set|source|eval|exec|wait|trap|fi|done|esac|then|else|do|[.{}(!])(?:\s|$)/;

/**
 * A line for `sh -c` in which its last program takes the shell's place, so that SIGTERM gets to it. Only the last: in front of a
 * list `exec` would end with the first command of it.
 */
export function withExec(line: string): string {
  const { before, last } = splitAtLast(line);
  // A pipe, an alternative and a command in the background need the shell, and so does what stands in parentheses.
  const bare = last.replace(/'[^']*'|"[^"]*"|\$\{[^}]*\}|\d?>&\d/g, '');
  if (last === '' || notAProgram.test(last) || /[|()`&]/.test(bare)) return line;
  const command = /^[A-Za-z_]\w*=/.test(last) ? `env ${last}` : last;
  return before === '' ? `exec ${command}` : `${before} exec ${command}`;
}

/** Takes the assignments off the front: `NODE_ENV=production node x` gives both. `cross-env` is one way to write them. */
export function takeAssignments(words: readonly string[]): {
  readonly variables: Readonly<Record<string, string>>;
  readonly rest: readonly string[];
} {
  const variables: Record<string, string> = {};
  let at = 0;
  while (at < words.length) {
    const word = words[at] ?? '';
    const assignment = /^([A-Za-z_]\w*)=(.*)$/.exec(word);
    if (assignment) variables[assignment[1] ?? ''] = assignment[2] ?? '';
    else if (!(word === 'cross-env' || word === 'env' || (word === 'exec' && at === 0))) break;
    at++;
  }
  return { variables, rest: words.slice(at) };
}

/** `$PORT`, `${PORT}` and `${PORT:-3000}` replaced by the port; undefined when other variables are left. */
export function withPort(words: readonly string[], port: number): string[] | undefined {
  const replaced = words.map((word) => word.replace(/\$(?:PORT\b|\{PORT(?::?-[^}]*)?\})/g, String(port)));
  return replaced.some((word) => /\$[A-Za-z_{]/.test(word)) ? undefined : replaced;
}

/** The port that a command line names itself: `--port 8000`, `-b 0.0.0.0:8000`, `-p=3000`. */
export function portOfWords(words: readonly string[]): number | undefined {
  for (const [at, word] of words.entries()) {
    const own =
      /^(?:--?(?:port|p|P|listen|bind|b|addr|address|http|server\.port|Dserver\.port))(?:=(?:.*:)?(\d{2,5})|)$/.exec(
        word,
      );
    if (own?.[1]) return Number(own[1]);
    const next = own && /(?:^|:)(\d{2,5})$/.exec(words[at + 1] ?? '');
    if (next?.[1]) return Number(next[1]);
  }
  return undefined;
}
