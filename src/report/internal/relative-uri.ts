/** A path as a relative URI reference (RFC 3986): every segment encoded; a lone surrogate becomes U+FFFD. */
export function relativeUri(path: string): string {
  return Buffer.from(path, 'utf8').toString('utf8').split('/').map(encodeURIComponent).join('/');
}
