import { spawn } from 'node:child_process';
import { errorCode } from '../../core/errors.ts';
import { parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';

/** Somebody may have to unlock a keychain. In milliseconds. */
const timeout = 60_000;

const maximumBytes = 1024 * 1024;

/** What helpers say for «nobody is logged in» (https://github.com/docker/docker-credential-helpers/blob/master/credentials/error.go). */
const notFound = 'credentials not found in native keychain';

/**
 * Asks `docker-credential-NAME get` for a login (https://github.com/docker/docker-credential-helpers#development), as `user:password` in Base64. Undefined
 * where it knows none or fails, which is reported without what it printed: that may be a secret.
 */
export function runCredentialHelper(
  name: string,
  server: string,
  environment: Readonly<Record<string, string | undefined>>,
  report: (message: string) => void,
): Promise<string | undefined> {
  const program = `docker-credential-${name}`;
  // A name with a slash would be a path.
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    let text = '';
    let failure: string | undefined;
    const child = spawn(program, ['get'], {
      env: { ...environment },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout,
      killSignal: 'SIGKILL',
    });
    child.on('error', (error) => {
      failure = errorCode(error) === 'ENOENT' ? 'is not installed' : error.message;
    });
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.length > maximumBytes) child.kill('SIGKILL');
    });
    // One that reads nothing is no reason to fail.
    child.stdin.on('error', () => {});
    child.stdin.end(`${server}\n`);
    child.on('close', (code, by) => {
      const { Username: user, Secret: secret } = (code === 0 ? parseJsonObject(text) : undefined) ?? {};
      if (typeof user === 'string' && typeof secret === 'string' && secret !== '')
        return resolve(Buffer.from(`${user}:${secret}`).toString('base64'));
      if (code !== 0 && text.trim() !== notFound)
        report(
          `${printable(program)} gave no login for ${printable(server)}: ${printable(failure ?? `it ended with ${code ?? by}`)}`,
        );
      resolve(undefined);
    });
  });
}
