/** No file lists more packages than this: what comes after is not read. */
export const maximumPackages = 200_000;

/** Names and versions longer than this are no names and versions. */
const maximumWord = 512;

/** A file's bytes as text; what is no UTF-8 becomes U+FFFD. */
export function textOf(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8');
}

/** A text that can be a name or a version: not empty, not endless, one line. */
export function isWord(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && text.length <= maximumWord && !/[\0\r\n]/.test(text);
}

/** The last segment of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether a path is this one or ends in it as whole segments. */
export function endsInPath(path: string, end: string): boolean {
  return path.endsWith(end) && (path.length === end.length || path[path.length - end.length - 1] === '/');
}
