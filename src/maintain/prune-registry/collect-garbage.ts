import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { PruneRun } from '../../core/registry-prune.ts';
import type { Deletion } from '../../image/registry-repository.ts';
import { diskBytes } from '../disk-bytes.ts';

/** A docker-registry of this machine that keeps its storage in the file system. */
export interface OwnRegistry {
  /** Its configuration file, which is changed for a while. */
  readonly config: string;
  /** A command for a shell that restarts it. */
  readonly restart: string;
  /** The registry's program, which has the command `garbage-collect`. */
  readonly program: string;
}

export interface GarbageWork extends OwnRegistry {
  readonly registry: string;
  /** Asks the registry to delete what is not there: the answer tells whether it takes deletions now. */
  askToDelete(): Promise<Deletion>;
  onProgress?(step: string): void;
  sleep(milliseconds: number): Promise<void>;
}

/** Seconds for a registry to be there again. */
const startsWithin = 60;
/** Bytes of what a program says that are kept for a message. */
const keptOutput = 2000;

/** The directory of a registry's storage. @throws UserError where the configuration cannot be read, or names none */
export function storageRoot(config: string): string {
  const document = parseDocument(textOf(config));
  const root: unknown = document.getIn(['storage', 'filesystem', 'rootdirectory']);
  if (document.errors.length === 0 && typeof root === 'string' && path.isAbsolute(root)) return root;
  throw new UserError('this configuration names no directory of a storage', {
    where: config,
    remedy: 'Garbage is collected for a docker-registry with storage.filesystem.rootdirectory.',
  });
}

/**
 * Collects the garbage of a registry: makes it read-only, runs its own collection (without `--delete-untagged`, which loses manifests that
 * only an index names), and restarts it, as what it remembers of blobs is wrong then. Gives the bytes on its disk before and after.
 * @param needed digests of blobs that are needed: those that are there have to be there afterwards
 * @throws UserError: whatever fails, the configuration is as it was, and the registry restarted with it
 */
export async function collectGarbage(
  work: GarbageWork,
  needed: ReadonlySet<string>,
): Promise<NonNullable<PruneRun['disk']>> {
  const { config } = work;
  const backup = backupOf(work);
  const root = storageRoot(config);
  if ((await work.askToDelete()).kind !== 'absent')
    throw failed(
      'it does not say of a manifest that is not there that it is not there, so that nobody could tell whether it is read-only',
      work,
    );
  const there = blobsIn(root, needed);
  // Under its name it is whole, or not there.
  writeDurably(`${backup}.new`, textOf(config), config);
  renameSync(`${backup}.new`, backup);
  try {
    work.onProgress?.('restarting the registry, read-only');
    writeDurably(config, readOnly(textOf(config)));
    await restart(work);
    if ((await work.askToDelete()).kind !== 'unsupported')
      throw failed(
        'it takes deletions though its configuration says that it is read-only',
        work,
        'Does --restart restart it, and does it read this file?',
      );
    const before = await sizeOf(root);
    work.onProgress?.('collecting garbage');
    const { code, output } = await run(work.program, ['garbage-collect', config]);
    if (code !== 0)
      throw failed(`«${path.basename(work.program)} garbage-collect» ended with ${code}: ${output}`, work);
    const after = await sizeOf(root);
    const lost = there.find((digest) => !existsSync(blobFile(root, digest)));
    if (lost !== undefined)
      throw failed(
        `the blob ${lost}, which is needed, is gone from its storage`,
        work,
        'Restore it from a backup, or push its image again.',
      );
    return { before, after };
  } finally {
    work.onProgress?.('restarting the registry');
    await putBack(work, backup);
  }
}

/** Puts back the configuration that an interrupted run left changed, and restarts the registry with it. */
export async function undoInterrupted(work: GarbageWork): Promise<void> {
  const backup = backupOf(work);
  if (existsSync(backup)) await putBack(work, backup);
}

/**
 * The lock of a registry's collection, beside its configuration, as whoever collects has a state of his own: another run that took a configuration which is
 * changed for a while for one that was left behind would have the registry take pushes in the midst of its collection, and lose them.
 */
export function collectionLockOf({ config }: OwnRegistry): string {
  return `${config}.plimsoll-lock`;
}

function backupOf({ config }: OwnRegistry): string {
  return `${config}.before-plimsoll`;
}

async function putBack(work: GarbageWork, backup: string): Promise<void> {
  writeDurably(work.config, textOf(backup));
  await restart(work);
  rmSync(backup, { force: true });
}

/** https://distribution.github.io/distribution/about/configuration/#readonly */
function readOnly(text: string): string {
  const document = parseDocument(text);
  document.setIn(['storage', 'maintenance', 'readonly'], document.createNode({ enabled: true }));
  return document.toString();
}

async function restart(work: GarbageWork): Promise<void> {
  const { code, output } = await run('/bin/sh', ['-c', work.restart]);
  if (code !== 0) throw failed(`the command of --restart ended with ${code}: ${output}`, work);
  for (let waited = 0; waited < startsWithin * 10; waited++) {
    // One that is just ending may answer once more.
    await work.sleep(waited === 0 ? 300 : 100);
    const { kind } = await work.askToDelete();
    if (kind !== 'failed') return;
  }
  throw failed(`it does not answer ${startsWithin} s after its restart`, work);
}

function run(program: string, args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    // A group of its own: Ctrl-C is for this program, which ends in order.
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = `${output}${chunk.toString('utf8')}`.slice(-keptOutput);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (cause) =>
      reject(
        new UserError(`${printable(program)} cannot be started`, {
          remedy: 'Name it: --registry-program FILE.',
          exitCode: 3,
          cause,
        }),
      ),
    );
    // A registry that the command started may hold its outputs open for good.
    child.on('exit', (code) => {
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve({ code: code ?? 1, output: printable(output.trim().split('\n').slice(-3).join(' ')) });
    });
  });
}

/** Those of some blobs that are there. */
function blobsIn(root: string, digests: ReadonlySet<string>): string[] {
  return [...digests].filter((digest) => existsSync(blobFile(root, digest)));
}

function blobFile(root: string, digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return path.join(root, 'docker/registry/v2/blobs', algorithm, hex.slice(0, 2), hex, 'data');
}

/** A storage may be a link, and parts of it disks of their own. */
async function sizeOf(root: string): Promise<number> {
  return diskBytes([await realpath(root)], { mounts: true });
}

/** In its place, as a container may have just this file mounted. */
function writeDurably(file: string, text: string, like?: string): void {
  try {
    const descriptor = openSync(file, 'w', like === undefined ? 0o600 : statSync(like).mode & 0o777);
    writeSync(descriptor, text);
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch (cause) {
    throw new UserError('the registry’s configuration cannot be changed', { where: file, cause });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UserError('the registry’s configuration cannot be read', { where: file, cause });
  }
}

function failed(what: string, { registry }: GarbageWork, remedy = 'The registry’s own log tells more.'): UserError {
  return new UserError(`the garbage of ${registry} was not collected: ${what}`, {
    where: registry,
    remedy,
    exitCode: 3,
  });
}
