import type { CommandLine } from '../../core/command-line.ts';
import { isPort } from '../../core/port-number.ts';

/** A program that does nothing but serve files, with what its options say. */
export interface StaticServer {
  readonly name: string;
  /** As written; undefined for the working directory. */
  readonly directory: string | undefined;
  readonly port: number;
  /** Every path that is no file gets index.html, as applications of one page want. */
  readonly singlePage: boolean;
  /** Answers for other sites' scripts, too. */
  readonly anyOrigin: boolean;
  /** What it does that nginx does otherwise, for a question. */
  readonly differs: string;
}

/**
 * Reads `serve`, `http-server` and Python's `http.server`. Undefined for other programs, a clause for an option that asks for more than
 * files. Options: https://github.com/vercel/serve, https://github.com/http-party/http-server
 */
export function readStaticServer(
  command: CommandLine,
  variable: (name: string) => string | undefined,
): StaticServer | { readonly refusal: string } | undefined {
  const [name, words] = programOf(command);
  switch (name) {
    case 'serve':
      return readServe(words, variable('PORT'));
    case 'http-server':
      return readHttpServer(words, variable('PORT'));
    case 'http.server':
    case 'SimpleHTTPServer':
      return readPython(name, words);
    default:
      return undefined;
  }
}

/** Behind npx, `yarn` and `python -m`. */
function programOf({ name, arguments: words }: CommandLine): readonly [string, readonly string[]] {
  const values = words.map(({ value }) => value);
  const [first = '', ...rest] = values;
  if (name === 'npx' || name === 'yarn') return [first, rest];
  if (/^python[\d.]*$/.test(name) && first === '-m') return [rest[0] ?? '', rest.slice(1)];
  return [name, values];
}

function readServe(words: readonly string[], port: string | undefined): StaticServer | { readonly refusal: string } {
  let directory: string | undefined;
  let listen = port ?? '3000';
  let singlePage = false;
  let anyOrigin = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '-s' || word === '--single') singlePage = true;
    else if (word === '-C' || word === '--cors') anyOrigin = true;
    else if (/^(?:-[nLdu]|--(?:no-clipboard|no-request-logging|no-compression|debug))$/.test(word)) continue;
    else if (/^(?:-l|-p|--listen|--port)$/.test(word)) listen = words[++at] ?? '';
    else if (!word.startsWith('-') && directory === undefined) directory = word;
    else return { refusal: `serve is started with ${word}` };
  }
  const read = portOf(listen.replace(/^tcp:\/\/(?:0\.0\.0\.0|\[?::\]?):/, ''));
  if (read === undefined) return { refusal: 'the port of serve is not known' };
  return {
    name: 'serve',
    directory,
    port: read,
    singlePage,
    anyOrigin,
    differs: 'addresses without .html, lists of directories, or serve.json',
  };
}

function readHttpServer(
  words: readonly string[],
  port: string | undefined,
): StaticServer | { readonly refusal: string } {
  let directory: string | undefined;
  let listen = port ?? '8080';
  let anyOrigin = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const value = /^-p[ =]?(\d+)$|^--port=(\d+)$/.exec(word);
    if (value) listen = value[1] ?? value[2] ?? '';
    else if (word === '-p' || word === '--port') listen = words[++at] ?? '';
    else if (word === '--cors') anyOrigin = true;
    else if (word === '-a') at += 1;
    // Switches that may be given a value.
    else if (/^-[di]$/.test(word) && /^(?:true|false)$/i.test(words[at + 1] ?? '')) at += 1;
    else if (/^(?:-s|--silent|-d|-i|-c-?\d+|-r|--robots|-g|--gzip|-da0\.0\.0\.0)$/.test(word)) continue;
    else if (word === '-c') at += 1;
    else if (!word.startsWith('-') && directory === undefined) directory = word;
    else return { refusal: `http-server is started with ${word}` };
  }
  const read = portOf(listen);
  if (read === undefined) return { refusal: 'the port of http-server is not known' };
  // Without a directory it serves public/ where there is one.
  if (directory === undefined) return { refusal: 'it is not known whether http-server serves public' };
  return {
    name: 'http-server',
    directory,
    port: read,
    singlePage: false,
    anyOrigin,
    differs: 'lists of directories, 404.html, or how long files are kept',
  };
}

function readPython(name: string, words: readonly string[]): StaticServer | { readonly refusal: string } {
  let directory: string | undefined;
  let listen = '8000';
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (/^\d+$/.test(word)) listen = word;
    else if (word === '-d' || word === '--directory') directory = words[++at];
    else if (word === '-b' || word === '--bind') at += 1;
    else return { refusal: `${name} is started with ${word}` };
  }
  const read = portOf(listen);
  return read === undefined
    ? { refusal: `the port of ${name} is not known` }
    : { name, directory, port: read, singlePage: false, anyOrigin: false, differs: 'lists of directories' };
}

function portOf(written: string): number | undefined {
  const port = /^\d{1,5}$/.test(written) ? Number(written) : 0;
  return isPort(port) ? port : undefined;
}
