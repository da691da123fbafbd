import { fstatSync, writeSync } from 'node:fs';
import { codeBehind, errorCode, exitCodes, UserError } from '../core/errors.ts';

/** One of the process's outputs, without the stream that Node.js makes of it: to make one takes milliseconds. */
export interface Output {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  /**
   * Writes all of the text; a reader that went away ends the process and is no error.
   * @throws UserError where standard output takes no more, as on a full disk; what standard error does not take is lost
   */
  write(text: string | Uint8Array): void;
}

/**
 * @param descriptor 1 or 2
 * @param stream the stream of it, for terminals and for what a pipe does not take at once
 */
export function outputOf(descriptor: 1 | 2, stream: () => NodeJS.WriteStream): Output {
  const isPlain = !mayBeTerminal(descriptor);
  let made: NodeJS.WriteStream | undefined;
  const tolerant = () => {
    made ??= stream().on('error', (error) => endOnError(descriptor, error));
    return made;
  };
  const isTTY = () => !isPlain && tolerant().isTTY === true;
  // What a stream has taken and not yet written goes before what comes now.
  const isDirect = () => (isPlain ? made === undefined : !isTTY());
  return {
    get isTTY() {
      return isTTY();
    },
    get columns() {
      return isPlain ? undefined : tolerant().columns;
    },
    write(text) {
      const left = isDirect() ? writeNow(descriptor, Buffer.from(text)) : text;
      if (left.length > 0) tolerant().write(left);
    },
  };
}

function mayBeTerminal(descriptor: number): boolean {
  try {
    const kind = fstatSync(descriptor);
    return !(kind.isFile() || kind.isFIFO() || kind.isSocket());
  } catch {
    return true;
  }
}

/** Writes what is taken at once and gives what is left. */
function writeNow(descriptor: 1 | 2, bytes: Buffer): Buffer {
  let at = 0;
  try {
    while (at < bytes.length) at += writeSync(descriptor, bytes, at);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EPIPE') endOnClosedPipe();
    if (code !== 'EAGAIN') {
      // Where errors cannot be told there is nobody to tell this one.
      if (descriptor === 2) return bytes.subarray(bytes.length);
      throw cannotBeWritten(error);
    }
  }
  return bytes.subarray(at);
}

/** A stream tells of its errors when nobody waits for it any more. */
function endOnError(descriptor: 1 | 2, error: unknown): void {
  if (errorCode(error) === 'EPIPE') endOnClosedPipe();
  if (descriptor === 2) return;
  const { message, exitCode } = cannotBeWritten(error);
  process.stderr.write(`plimsoll: ${message}\n`);
  process.exit(exitCode);
}

function endOnClosedPipe(): never {
  process.exit(process.exitCode ?? exitCodes.clean);
}

function cannotBeWritten(cause: unknown): UserError {
  return new UserError(`standard output cannot be written${codeBehind(cause)}`, {
    exitCode: exitCodes.system,
    cause,
  });
}
