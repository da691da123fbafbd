/** A path as a relative URI reference (RFC 3986): every segment encoded; a lone surrogate becomes U+FFFD. */
export function relativeUri(path: string): string {
  const encoded = Buffer.from(path, 'utf8').toString('utf8').split('/').map(encodeURIComponent).join('/');
  // Two slashes at the begin would name a host.
  return encoded.startsWith('/') ? `.${encoded}` : encoded;
}
