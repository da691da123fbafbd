import { existsSync } from 'node:fs';
import path from 'node:path';
import type { KnownProofs } from './evidence-files.ts';

/** What earlier proofs measured of a project's texts as they are. Undefined, and nothing is loaded, where none was ever made there. */
export async function knownProofsBelow(root: string): Promise<KnownProofs | undefined> {
  if (!existsSync(path.join(root, '.plimsoll'))) return undefined;
  const { knownProofs } = await import('./evidence-files.ts');
  return knownProofs(root);
}
