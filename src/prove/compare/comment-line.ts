import path from 'node:path';
import type { Artifact } from '../../core/artifact.ts';

const slashes = (text: string) => `// ${text}`;
const hash = (text: string) => `# ${text}`;
const block = (text: string) => `/* ${text} */`;
const markup = (text: string) => `<!-- ${text} -->`;

/** How a line of comment is written, by the ending of the file's name. */
const comments: ReadonlyMap<string, (text: string) => string> = new Map([
  ...[
    'js',
    'mjs',
    'cjs',
    'ts',
    'mts',
    'cts',
    'tsx',
    'jsx',
    'go',
    'java',
    'rs',
    'c',
    'cc',
    'cpp',
    'cxx',
    'h',
    'hpp',
    'cs',
    'kt',
    'kts',
    'scala',
    'swift',
    'dart',
    'groovy',
    'zig',
    'php',
  ].map((ending) => [ending, slashes] as const),
  ...['py', 'rb', 'pl', 'pm', 'ex', 'exs', 'sh', 'bash', 'cr', 'nim', 'r', 'jl'].map(
    (ending) => [ending, hash] as const,
  ),
  ...['css', 'scss', 'less'].map((ending) => [ending, block] as const),
  ...['html', 'htm', 'vue', 'svelte'].map((ending) => [ending, markup] as const),
  ...['lua', 'hs', 'elm', 'sql'].map((ending) => [ending, (text: string) => `-- ${text}`] as const),
  ...['clj', 'cljs'].map((ending) => [ending, (text: string) => `;; ${text}`] as const),
  ['erl', (text: string) => `% ${text}`],
]);

/**
 * A line that says nothing to whoever compiles or runs the file, put at its end. Undefined where the language is not known, or the end of the file is not
 * surely code.
 */
export function commentFor({ path: file, text }: Artifact, words: string): string | undefined {
  const ending = path.posix.extname(file).slice(1).toLowerCase();
  const write = comments.get(ending);
  if (write === undefined || !endsInCode(text, ending)) return undefined;
  return write(words);
}

function endsInCode(text: string, ending: string): boolean {
  // A backslash joins the comment to the line before it.
  if (/\\\s*$/.test(text)) return false;
  // Behind these the file is data: https://docs.ruby-lang.org/en/master/syntax/miscellaneous_rdoc.html, https://perldoc.perl.org/perldata
  if (/^(?:__END__|__DATA__)\s*$/m.test(text)) return false;
  // https://www.php.net/manual/en/language.basic-syntax.phptags.php: behind ?> stands text that is sent, and before <?php, too.
  if (ending === 'php') return /^<\?php\b/.test(text) && !text.includes('?>') && !text.includes('__halt_compiler');
  // https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_07_04: a here-document may end with the file.
  if (ending === 'sh' || ending === 'bash') return !text.includes('<<');
  return true;
}
