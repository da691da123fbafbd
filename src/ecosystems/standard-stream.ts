/** Paths that are the container's own standard output or error, or throw away what is written. */
export function isStandardStream(path: string): boolean {
  return /^\/(?:dev\/(?:std(?:out|err)|fd\/[12]|tty|null|console)|proc\/(?:self|1)\/fd\/[12])$/.test(path);
}
