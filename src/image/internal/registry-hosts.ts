/** Docker's own name for its registry is not the host that answers. */
export const dockerHub = { name: 'docker.io', host: 'registry-1.docker.io' };

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

/** Where a cloud's machines ask for their own credentials lies here, too. */
const linkLocal = /^(?:169\.254(?:\.\d+){2}|\[fe[89ab][0-9a-f]:.*\]|0\.0\.0\.0|\[::\]|\[::ffff:.*\])(?::\d+)?$/i;

/** Whether a host, with or without a port, is this machine. */
export function isLoopback(host: string): boolean {
  return loopback.test(host);
}

/** Names that stand for loopback, too (RFC 6761, section 6.3). */
const localNames = /(?:^|\.)localhost\.?(?::\d+)?$/i;

/** Whether a host that somebody elsewhere names can only be meant for this machine's own services. */
export function isOwnMachine(host: string): boolean {
  return isLoopback(host) || localNames.test(host) || linkLocal.test(host);
}
