import { isJsonObject } from '../../core/json-object.ts';
import { longestLine, type RawLine } from './split-lines.ts';

/** Who wrote the lines of a file around those of the application. */
export type ContainerFormat = 'cri' | 'docker' | 'plain';

/** One line as the application wrote it: parts that the container runtime had cut are joined. */
export interface ApplicationLine extends RawLine {
  /** Of the file, where its first part stands; counted from 1. */
  readonly number: number;
  /** Of how many lines of the file it was joined. */
  readonly parts: number;
}

export interface Unwrapped {
  line(line: ApplicationLine): void;
  /** A line that is not of the file's format. */
  foreign(number: number): void;
}

/** `2026-11-27T10:00:00.123456789Z stdout F text`; https://github.com/kubernetes/cri-api, kubelet's log format. */
const criLine =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) (?:stdout|stderr) [FP](?::[^ ]{0,40})? ?/;
const criHead = 80;

/** Tells the format by a file's first line that is not empty. */
export function containerFormatOf({ bytes }: RawLine): ContainerFormat {
  const head = bytes.subarray(0, criHead).toString('latin1');
  if (criLine.test(head)) return 'cri';
  return bytes[0] === openBrace && dockerLine(bytes) !== undefined ? 'docker' : 'plain';
}

const openBrace = 0x7b;

interface Waiting {
  readonly number: number;
  readonly pieces: Buffer[];
  kept: number;
  length: number;
  parts: number;
}

/**
 * Takes the runtime's frame from each line and joins partial lines, each stream for itself as the runtime cut them. Keeps at
 * most {@link longestLine} bytes for each of the two streams.
 */
export function unwrapper(format: ContainerFormat, to: Unwrapped): { push(line: RawLine): void; end(): void } {
  const waiting = new Map<string, Waiting>();
  let number = 0;

  function part(stream: string, bytes: Buffer, complete: boolean): void {
    const begun = waiting.get(stream);
    if (complete && begun === undefined) {
      to.line({ bytes, length: bytes.length, number, parts: 1 });
      return;
    }
    const whole = begun ?? { number, pieces: [], kept: 0, length: 0, parts: 0 };
    const piece = Buffer.from(bytes.subarray(0, Math.max(0, longestLine - whole.kept)));
    whole.pieces.push(piece);
    whole.kept += piece.length;
    whole.length += bytes.length;
    whole.parts += 1;
    if (complete) finish(stream, whole);
    else waiting.set(stream, whole);
  }

  function finish(stream: string, whole: Waiting): void {
    waiting.delete(stream);
    to.line({ bytes: Buffer.concat(whole.pieces), length: whole.length, number: whole.number, parts: whole.parts });
  }

  return {
    push(line) {
      number += 1;
      if (format === 'plain') {
        to.line({ ...line, number, parts: 1 });
        return;
      }
      if (line.length === 0) return;
      const entry = format === 'cri' ? criEntry(line.bytes) : dockerLine(line.bytes);
      if (entry === undefined) to.foreign(number);
      else part(entry.stream, entry.bytes, entry.complete);
    },
    end() {
      for (const [stream, whole] of waiting) finish(stream, whole);
    },
  };
}

interface Entry {
  readonly stream: string;
  readonly bytes: Buffer;
  readonly complete: boolean;
}

function criEntry(bytes: Buffer): Entry | undefined {
  const head = criLine.exec(bytes.subarray(0, criHead).toString('latin1'));
  if (head === null) return undefined;
  const [frame] = head;
  const [, stream = '', tag = ''] = frame.split(' ');
  return { stream, bytes: bytes.subarray(frame.length), complete: tag.startsWith('F') };
}

/** Docker's json-file driver: https://docs.docker.com/engine/logging/drivers/json-file/. A part that is not the last has no line end. */
function dockerLine(bytes: Buffer): Entry | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (!isJsonObject(value) || typeof value.log !== 'string' || typeof value.time !== 'string') return undefined;
    const complete = value.log.endsWith('\n');
    const stream = typeof value.stream === 'string' ? value.stream : '';
    return { stream, bytes: Buffer.from(complete ? value.log.slice(0, -1) : value.log), complete };
  } catch {
    return undefined;
  }
}
