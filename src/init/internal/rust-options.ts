import type { Place } from '../detector.ts';
import { placeIn } from '../repository.ts';

/** An option of the program that a variable sets: a field of clap with `env`. */
export interface RustOption {
  /** The variable. */
  readonly name: string;
  /** The field. */
  readonly field: string;
  /** `PathBuf`, `Option<Url>`. */
  readonly type: string;
  /** Where it is a literal, also behind a constant or a function of its own. */
  readonly fallback: string | undefined;
  /** Something is there without the variable. */
  readonly optional: boolean;
  readonly evidence: string;
}

/** `#[arg(long, env = "PORT", default_value_t = 8080)] pub port: u16`, with what else stands between attribute and field. */
const opening = /#\[(?:clap|arg|structopt)\(/g;
const attribute = /^#\[\w+\(((?:[^()[\]]|\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])*)\)\]/;
const field = /^(?:pub(?:\([^)]*\))?\s+)?(r#)?(\w+)\s*:\s*([^,\n]+(?:<[^\n]*>)?)/;

/** Nobody writes longer ones, nor more: a source that does is not searched to its end for each. */
const longest = 4000;
const most = 500;

/** The options of clap that can be set by a variable, with their defaults, in the order of the sources. */
export function rustOptions(place: Place): RustOption[] {
  const sources = place.sources();
  const all = sources.map(({ text }) => text).join('\n');
  return sources.flatMap(({ path, text }) =>
    /\b(?:clap|structopt)\b/.test(text)
      ? attributesIn(text).flatMap(({ index, whole, words }) => {
          const from = index + whole.length;
          const found = optionOf(words, text.slice(from, from + longest), all);
          return found ? [{ ...found, evidence: placeIn(path, text, index) }] : [];
        })
      : [],
  );
}

function attributesIn(text: string) {
  const found: { readonly index: number; readonly whole: string; readonly words: string }[] = [];
  let done = 0;
  let unreadable = 0;
  for (const { index } of text.matchAll(opening)) {
    if (index < done) continue;
    const [whole, words = ''] = attribute.exec(text.slice(index, index + longest)) ?? [];
    if (whole === undefined) {
      if (++unreadable === most) break;
      continue;
    }
    done = index + whole.length;
    if (/\benv\b/.test(words)) found.push({ index, whole, words });
    if (found.length === most) break;
  }
  return found;
}

/** Text without the white space, comments and attributes at its beginning. */
function fromField(text: string): string {
  for (let at = 0; ; ) {
    while (/\s/.test(text[at] ?? '')) at++;
    if (text.startsWith('//', at)) at = endOfLine(text, at);
    else if (text.startsWith('#[', at)) at = endOfAttribute(text, at + 2);
    else return text.slice(at);
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function endOfAttribute(text: string, from: number): number {
  for (let at = from, depth = 1; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') at = endOfString(text, at + 1);
    else if (letter === '[') depth++;
    else if (letter === ']' && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Where the closing quotation mark stands. */
function endOfString(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function optionOf(words: string, after: string, all: string): Omit<RustOption, 'evidence'> | undefined {
  const env = /\benv\b(?:\s*=\s*("[^"]*"|\w+)|\s*\(\s*"([^"]*)"\s*\))?/.exec(words);
  const [, , name = '', type = ''] = field.exec(fromField(after)) ?? [];
  if (!env || name === '') return undefined;
  const variable = env[2] ?? (env[1] === undefined ? name.toUpperCase() : literalOf(env[1], all));
  if (variable === undefined || variable === '') return undefined;
  const given = /\bdefault_value(?:_t|_os|_os_t)?\b(?:\s*=\s*("(?:[^"\\]|\\.)*"|[\w:.]+(?:\(\))?))?/.exec(words);
  const own = type.trim().replace(/,$/, '');
  return {
    name: variable,
    field: name,
    type: own,
    fallback: given?.[1] === undefined ? undefined : literalOf(given[1], all),
    optional: given !== null || /^(?:Option|Vec|bool\b|Flag)/.test(own) || /\brequired\s*=\s*false\b/.test(words),
  };
}

/** What an expression comes to: a literal, a constant's, or that of a function that does no more than return one. */
function literalOf(expression: string, all: string, depth = 0): string | undefined {
  const text = expression.trim();
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(text);
  if (quoted) return quoted[1];
  if (/^\d[\d_]*(?:[iu]\d+|[iu]size)?$/.test(text)) return text.replace(/[iu](?:\d+|size)$/, '').replaceAll('_', '');
  if (/^(?:true|false)$/.test(text)) return text;
  if (depth > 3) return undefined;
  const call = /^([\w:]+)\(\)$/.exec(text);
  const name = (call?.[1] ?? text).split('::').at(-1) ?? '';
  if (!/^\w+$/.test(name)) return undefined;
  const found = call
    ? new RegExp(`\\bfn\\s+${name}\\s*\\(\\s*\\)[^{;]{0,200}\\{([^;{}]{0,${longest}})\\}`).exec(all)?.[1]
    : new RegExp(`\\b(?:const|static)\\s+${name}\\s*:[^=;]{0,200}=([^;]{0,${longest}});`).exec(all)?.[1];
  return found === undefined ? undefined : literalOf(plainly(found), all, depth + 1);
}

/** `PathBuf::from(DEFAULT)`, `DEFAULT.to_string()`, `String::from("x")` without what only changes the type. */
function plainly(expression: string): string {
  return expression
    .trim()
    .replace(/^[\w:]+::(?:from|new)\(([^()]*)\)$/, '$1')
    .trim()
    .replace(/\.(?:to_string|to_owned|into|clone)\(\)$/, '')
    .replace(/\.parse\(\)\.unwrap\(\)$/, '');
}
