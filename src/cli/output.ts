import { fstatSync, writeSync } from 'node:fs';

/** One of the process's outputs, without the stream that Node.js makes of it: to make one takes milliseconds. */
export interface Output {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  /** Writes all of the text; a reader that went away ends the process and is no error. */
  write(text: string | Uint8Array): void;
}

/**
 * @param descriptor 1 or 2
 * @param stream the stream of it, for terminals and for what a pipe does not take at once
 */
export function outputOf(descriptor: number, stream: () => NodeJS.WriteStream): Output {
  const direct = !mayBeTerminal(descriptor);
  let made: NodeJS.WriteStream | undefined;
  const tolerant = () => {
    made ??= stream().on('error', endOnClosedPipe);
    return made;
  };
  return {
    get isTTY() {
      return !direct && tolerant().isTTY === true;
    },
    get columns() {
      return direct ? undefined : tolerant().columns;
    },
    write(text) {
      const left = direct && made === undefined ? writeNow(descriptor, Buffer.from(text)) : text;
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
function writeNow(descriptor: number, bytes: Buffer): Buffer {
  let at = 0;
  try {
    while (at < bytes.length) at += writeSync(descriptor, bytes, at);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) endOnClosedPipe(error);
  }
  return bytes.subarray(at);
}

function endOnClosedPipe(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  process.exit(process.exitCode ?? 0);
}
