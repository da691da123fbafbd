import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseJsonObject } from '../../core/json-object.ts';
import { leftScratch, makeScratch } from '../scratch.ts';

// The images that a builder makes of steps have no names. So that the next run can remove those of one that was killed, they are written down.

/** Images of steps that a run made in one place. */
export interface LeftMade {
  /** The engine or storage. */
  readonly place: string;
  readonly ids: readonly string[];
  /** When the build began, in milliseconds, by the clock of the place. */
  readonly since: number;
}

export interface MadeJournal {
  add(id: string): void;
  close(): void;
}

const fileName = 'made';

/** Begins to write down what one build makes. */
export function openMadeJournal(place: string, since: number): MadeJournal {
  const scratch = makeScratch();
  const file = path.join(scratch.directory, fileName);
  writeFileSync(file, `${JSON.stringify({ place, since })}\n`);
  return {
    add(id) {
      appendFileSync(file, `${id}\n`);
    },
    close: () => scratch.remove(),
  };
}

/** What killed runs wrote down. To be read before their directories are removed. Never throws. */
export function leftMade(): LeftMade[] {
  return leftScratch().flatMap((directory) => {
    try {
      const [header = '', ...ids] = readFileSync(path.join(directory, fileName), 'utf8').trimEnd().split('\n');
      const { place, since } = parseJsonObject(header) ?? {};
      return typeof place === 'string' && typeof since === 'number' ? [{ place, since, ids }] : [];
    } catch {
      return [];
    }
  });
}
