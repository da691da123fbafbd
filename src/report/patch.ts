import { encodeArtifact } from '../core/artifact.ts';
import type { ChangedFile, FixReport } from '../core/fix-report.ts';
import { type Hunk, type HunkLine, hunksOf } from './internal/changed-lines.ts';
import { maskedHunk } from './internal/masked-lines.ts';

/** What a patch is made with. */
export interface PatchOptions {
  /** Put before each path: where the project lies as seen from the directory in which the patch is to be applied. */
  readonly prefix: string;
}

/** The changes as a patch that `git apply` takes, in the bytes of the files' own encodings. */
export function renderPatch({ files }: Pick<FixReport, 'files'>, { prefix }: PatchOptions): Uint8Array {
  return Buffer.concat(files.flatMap((file) => filePatch(file, prefix)));
}

function filePatch(file: ChangedFile, prefix: string): Uint8Array[] {
  const path = prefix === '' ? file.path : `${prefix}/${file.path}`;
  const [from, to] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  const header = [
    `diff --git ${from} ${to}\n`,
    ...(file.before ? [`--- ${endOfName(from)}\n`] : ['new file mode 100644\n', '--- /dev/null\n']),
    `+++ ${endOfName(to)}\n`,
  ];
  // A new file without a line has no hunk, and git wants no names for it either.
  if (file.before === undefined && file.after.text === '') return [Buffer.from(header.slice(0, 2).join(''))];
  const { encoding } = file.after;
  return [Buffer.from(header.join('')), ...patchHunks(file).map((hunk) => encodeHunk(hunk, encoding))];
}

function encodeHunk(hunk: Hunk, encoding: 'utf-8' | 'latin1'): Uint8Array {
  const before = hunk.lines.filter(({ kind }) => kind !== 'added').length;
  const after = hunk.lines.filter(({ kind }) => kind !== 'removed').length;
  const text = hunk.lines.map(patchLine);
  return Buffer.concat([
    Buffer.from(`@@ -${span(hunk.beforeStart, before)} +${span(hunk.afterStart, after)} @@\n`),
    ...text.map((line) => encodeLine(line, encoding)),
  ]);
}

const byteOrderMark = '\uFEFF';

/** A byte order mark is three bytes in a file of another encoding, too. */
function encodeLine(line: string, encoding: 'utf-8' | 'latin1'): Uint8Array {
  if (encoding === 'utf-8' || line.charAt(1) !== byteOrderMark) return Buffer.from(line, encoding);
  const rest = encodeArtifact({ text: line.slice(1), encoding });
  return Buffer.concat([Buffer.from(line.charAt(0)), rest]);
}

const marks = { kept: ' ', removed: '-', added: '+' } as const;

function patchLine({ kind, text }: HunkLine): string {
  return `${marks[kind]}${text}${text.endsWith('\n') ? '' : '\n\\ No newline at end of file\n'}`;
}

/** First line and number of lines; where there is none, the line before. */
function span(start: number, count: number): string {
  return count === 0 ? `${start},0` : `${start + 1},${count}`;
}

/** A name with a blank in it ends at a tab. */
function endOfName(name: string): string {
  return name.includes(' ') && !name.startsWith('"') ? `${name}\t` : name;
}

const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

/** As git quotes a path: only when it has to, and then every byte that is no plain character. */
function quoted(path: string): string {
  if (/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(path)) return path;
  const text = [...Buffer.from(path)].map((byte) => {
    const character = String.fromCharCode(byte);
    const short = escapes[character];
    if (short !== undefined) return short;
    return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : character;
  });
  return `"${text.join('')}"`;
}

/** Ids of the fixes with a secret in the lines that a patch of the file would show. */
export function showsSecret(file: ChangedFile): number[] {
  return patchHunks(file).flatMap((hunk) =>
    secretLines(file, hunk).length > 0 ? hunk.lines.flatMap(({ fixes = [] }) => fixes) : [],
  );
}

/** With as many of the three usual lines around each change as can be had without showing a secret. */
function patchHunks(file: ChangedFile): Hunk[] {
  const around = (lines: number) => hunksOf(file, lines).map((hunk) => withoutSecretEdges(file, hunk));
  const isShown = (hunks: readonly Hunk[]) => hunks.every((hunk) => secretLines(file, hunk).length === 0);
  return [3, 2].map(around).find(isShown) ?? around(1);
}

/**
 * Lines around the change are left away from the secret one outwards. One has to stay after it: `git apply` takes a hunk that ends with a
 * change for the end of the file.
 */
function withoutSecretEdges(file: ChangedFile, hunk: Hunk): Hunk {
  const secrets = secretLines(file, hunk);
  if (secrets.length === 0) return hunk;
  const isChange = ({ kind }: HunkLine) => kind !== 'kept';
  const first = hunk.lines.findIndex(isChange);
  const last = hunk.lines.findLastIndex(isChange);
  const start = (secrets.filter((at) => at < first).at(-1) ?? -1) + 1;
  const end = Math.max(secrets.find((at) => at > last) ?? hunk.lines.length, last + 2);
  return {
    beforeStart: hunk.beforeStart + start,
    afterStart: hunk.afterStart + start,
    lines: hunk.lines.slice(start, end),
  };
}

/** Which lines of a hunk cannot be shown as they are, from 0. */
function secretLines(file: ChangedFile, hunk: Hunk): number[] {
  const masked = maskedHunk(file, hunk).lines;
  return hunk.lines.flatMap(({ text }, at) => (masked[at]?.text === text ? [] : [at]));
}
