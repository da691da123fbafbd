import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import type { Evidence, ReportedProof, SideDigests } from '../core/evidence.ts';
import { renderEvidenceJson, renderStatement } from '../report/evidence-json.ts';
import { readEvidence } from '../report/read-evidence.ts';

/** Below the project's root. */
export const evidenceDirectory = '.plimsoll/evidence';

/** Files of evidence that are looked at. */
const mostFiles = 500;
const mostBytes = 8 * 2 ** 20;

/**
 * Writes the evidence and its in-toto statement below the project's root, each wholly or not at all, and gives the evidence's path from there.
 * @throws UserError with exit code 3 where it cannot be written
 */
export function writeEvidence(root: string, evidence: Evidence): string {
  const text = renderEvidenceJson(evidence);
  const name =
    evidence.subject.name
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 60) || 'image';
  const short = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const file = `${evidenceDirectory}/${name}-${short}.json`;
  refuseElsewhere(root, evidenceDirectory);
  try {
    mkdirSync(path.join(root, evidenceDirectory), { recursive: true });
    writeWhole(path.join(root, `${evidenceDirectory}/${name}-${short}.intoto.json`), renderStatement(evidence));
    writeWhole(path.join(root, file), text);
  } catch (cause) {
    throw new UserError(`The evidence cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: file,
      remedy: '--json prints it.',
      exitCode: 3,
      cause,
    });
  }
  return file;
}

/**
 * A repository's own links could lead what is written to any place of whoever proves it.
 * @throws UserError where one of the directories that are there is a link to outside of the root, or none
 */
export function refuseElsewhere(root: string, directory: string): void {
  const real = realpathSync(root);
  let place = root;
  for (const name of directory.split('/')) {
    place = path.join(place, name);
    const found = lstatSync(place, { throwIfNoEntry: false });
    if (found === undefined) return;
    if (found.isDirectory()) continue;
    if (!found.isSymbolicLink())
      throw new UserError('Evidence cannot be written: this is no directory.', {
        where: path.relative(root, place),
        remedy: 'Remove it.',
      });
    if (existsSync(place) && realpathSync(place).startsWith(real + path.sep)) continue;
    throw new UserError('This is a link that leads out of the project, and nothing is written there.', {
      where: path.relative(root, place),
      remedy: 'Remove the link, or make it a directory.',
    });
  }
}

function writeWhole(file: string, text: string): void {
  const beside = `${file}.${process.pid}.part`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Evidence that lies below a project's root. */
export interface KnownProofs {
  /** One for each image, the newest that is about the texts as they are. */
  readonly proofs: readonly ReportedProof[];
  /** Images of which there is evidence, but only of other texts than those on disk. */
  readonly stale: readonly string[];
}

/**
 * The evidence that holds for the texts as they are on disk now: before the repair that it proves, or after it. Evidence of other texts does not count, nor what
 * cannot be read. Empty where there is none; never throws.
 */
export function knownProofs(root: string): KnownProofs {
  const digests = digestsBelow(root);
  const byImage = new Map<string, ReportedProof | undefined>();
  for (const { evidence, file } of evidenceBelow(root)) {
    const { dockerfile, target, platform } = evidence.subject;
    const image = JSON.stringify([dockerfile, target, platform]);
    const state = stateOf(evidence, digests);
    const known = byImage.get(image);
    if (state === undefined) byImage.set(image, known);
    else if (known === undefined || known.evidence.created < evidence.created)
      byImage.set(image, { evidence, file, state });
  }
  const proofs = [...byImage.values()].flatMap((proof) => proof ?? []);
  const stale = [...byImage].flatMap(([image, proof]) => (proof ? [] : [String(JSON.parse(image)[0])]));
  return { proofs, stale: [...new Set(stale)] };
}

function evidenceBelow(root: string): { readonly evidence: Evidence; readonly file: string }[] {
  let names: string[];
  try {
    names = readdirSync(path.join(root, evidenceDirectory));
  } catch {
    return [];
  }
  const chosen = names.filter((name) => name.endsWith('.json') && !name.endsWith('.intoto.json')).slice(0, mostFiles);
  return chosen.flatMap((name) => {
    const file = `${evidenceDirectory}/${name}`;
    const bytes = smallFile(root, file);
    const evidence = bytes && readEvidence(bytes.toString('utf8'));
    return evidence ? [{ evidence, file }] : [];
  });
}

function stateOf(
  { digests }: Evidence,
  digestOf: (file: string) => string | undefined,
): ReportedProof['state'] | undefined {
  const holds = ({ files }: SideDigests) =>
    // What is only about files that are not there would hold for ever.
    Object.values(files).some((digest) => digest !== 'absent') &&
    Object.entries(files).every(([file, digest]) => digestOf(file) === digest);
  if (holds(digests.before)) return 'before';
  return digests.after && holds(digests.after) ? 'after' : undefined;
}

/** `sha256:…`, `absent`, or undefined for what is no file of the project. Each is read once. */
function digestsBelow(root: string): (file: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (file) => {
    if (!known.has(file)) known.set(file, digestOf(root, file));
    return known.get(file);
  };
}

function digestOf(root: string, file: string): string | undefined {
  if (path.isAbsolute(file) || path.normalize(file).startsWith('..')) return undefined;
  if (!existsSync(path.join(root, file))) return 'absent';
  const bytes = smallFile(root, file);
  return bytes && `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Undefined for what is too large, no file, cannot be read, or lies elsewhere behind a link. */
function smallFile(root: string, file: string): Buffer | undefined {
  try {
    const place = realpathSync(path.join(root, file));
    if (!place.startsWith(realpathSync(root) + path.sep)) return undefined;
    const found = statSync(place);
    // A pipe would be waited for without end.
    return found.isFile() && found.size <= mostBytes ? readFileSync(place) : undefined;
  } catch {
    return undefined;
  }
}
