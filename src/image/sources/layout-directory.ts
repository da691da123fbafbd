import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { Archive } from './archive.ts';

/** The files of a directory, by the interface of an archive. Only regular files and links to them are there: a pipe or a device would never end. */
export function directoryArchive(directory: string, place: string): Archive {
  const size = (name: string): number | undefined => {
    const found = statSync(path.join(directory, name), { throwIfNoEntry: false });
    return found?.isFile() ? found.size : undefined;
  };
  const mustHave = (name: string, maximumBytes = Number.POSITIVE_INFINITY): number => {
    const bytes = size(name);
    const where = `${printable(place)}, ${printable(name)}`;
    if (bytes === undefined)
      throw new UserError('This directory lacks a file of its image.', {
        where,
        remedy: 'Export the image again, with all its layers and for its platform.',
      });
    if (bytes > maximumBytes)
      throw new UserError(`This file has ${bytes} bytes; at most ${maximumBytes} are read.`, { where });
    return bytes;
  };
  return {
    place,
    size,
    async read(name, maximumBytes) {
      mustHave(name, maximumBytes);
      return readFileSync(path.join(directory, name));
    },
    content: (name) => ({ kind: 'file', path: path.join(directory, name), offset: 0, length: mustHave(name) }),
    async close() {},
  };
}
