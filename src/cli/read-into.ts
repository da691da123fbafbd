import { fstatSync, readSync } from 'node:fs';

/** Memory for one file after the other. To touch new memory takes as long as to read a file into it. */
export interface ReadingRoom {
  bytes: Buffer;
}

/** Room for files of a package. What no file fills is not touched, and costs nothing. */
export function readingRoom(): ReadingRoom {
  return { bytes: Buffer.allocUnsafeSlow(6 * 1024 * 1024) };
}

/** All bytes of an open file, until the next one is read into the same room. */
export function readInto(room: ReadingRoom, descriptor: number): Buffer {
  const { size } = fstatSync(descriptor);
  if (room.bytes.length < size) room.bytes = Buffer.allocUnsafeSlow(size);
  let length = 0;
  while (length < size) {
    const read = readSync(descriptor, room.bytes, length, size - length, null);
    if (read === 0) break;
    length += read;
  }
  return room.bytes.subarray(0, length);
}
