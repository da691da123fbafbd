import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { maximumConfigurationBytes } from './blob-source.ts';
import { digestOf } from './digest.ts';
import { emptyTemporaryFile, mustHaveRoom, type TemporaryFile } from './temporary-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How the images of Podman and Buildah are read without a service. */
export interface StorageProgram {
  readonly name: 'podman' | 'skopeo' | 'buildah';
  /** Asks whether the image is there: prints its id, or its configuration, whose digest the id is. */
  readonly inspect: (image: string) => readonly string[];
  /** Writes it to standard output, as `docker save` does. */
  readonly save: (image: string) => readonly string[];
}

const toOutput = 'docker-archive:/dev/stdout';

const programs: readonly StorageProgram[] = [
  {
    name: 'podman',
    inspect: (image) => ['image', 'inspect', '--format', '{{.Id}}', image],
    save: (image) => ['save', '--quiet', '--format', 'docker-archive', image],
  },
  {
    name: 'skopeo',
    inspect: (image) => ['inspect', '--config', '--raw', `containers-storage:${image}`],
    save: (image) => ['copy', '--quiet', `containers-storage:${image}`, toOutput],
  },
  {
    name: 'buildah',
    inspect: (image) => ['inspect', '--type', 'image', '--format', '{{.FromImageID}}', image],
    save: (image) => ['push', '--quiet', image, toOutput],
  },
];

/** Starting one takes a tenth of a second; a lock of its storage may hold it up. In milliseconds. */
const inspectTimeout = 20_000;

const saveTimeout = 3_600_000;

const maximumComplaint = 2000;

/** The first of them that is installed. */
export function storageProgram(environment: Environment): StorageProgram | undefined {
  return programs.find(({ name }) => isInstalled(name, environment));
}

/** Whether a program of this name is on PATH. */
export function isInstalled(name: string, { PATH = '' }: Environment): boolean {
  return PATH.split(path.delimiter).some((directory) => {
    // A relative directory would let a repository bring its own program.
    if (!path.isAbsolute(directory)) return false;
    try {
      accessSync(path.join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The id of an image in the storage of this user: the digest of its configuration. Undefined where it is not there, or the program cannot say. */
export function idInStorage(
  { name, inspect }: StorageProgram,
  image: string,
  environment: Environment,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(name, [...inspect(image)], {
      env: { ...environment },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: inspectTimeout,
    });
    const parts: Buffer[] = [];
    let bytes = 0;
    child.stdout.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= maximumConfigurationBytes) parts.push(part);
      else child.kill();
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 ? idIn(Buffer.concat(parts)) : undefined));
  });
}

function idIn(output: Buffer): string {
  const hex = /^(?:sha256:)?([0-9a-f]{64})\s*$/.exec(output.toString('latin1', 0, 100))?.[1];
  return hex === undefined ? digestOf(output) : `sha256:${hex}`;
}

/**
 * Writes an image of the storage to a temporary file, as an archive.
 * @throws UserError (of a failed system) with what the program complained
 */
export async function saveFromStorage(
  program: StorageProgram,
  image: string,
  environment: Environment,
  signal?: AbortSignal,
): Promise<TemporaryFile> {
  const file = await emptyTemporaryFile();
  try {
    await mustHaveRoom(0, image);
    await runSave(program, image, file.handle.fd, environment, signal);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The program gets the file itself: it opens its standard output anew, which a pipe of Node.js does not allow. */
async function runSave(
  { name, save }: StorageProgram,
  image: string,
  output: number,
  environment: Environment,
  signal: AbortSignal | undefined,
): Promise<void> {
  const child = spawn(name, [...save(image)], {
    env: { ...environment },
    stdio: ['ignore', output, 'pipe'],
    timeout: saveTimeout,
    ...(signal && { signal }),
  });
  let complaint = '';
  let room: unknown;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-maximumComplaint);
  });
  const watch = setInterval(() => {
    mustHaveRoom(0, image).catch((error: unknown) => {
      room = error;
      child.kill();
    });
  }, 1000);
  const ended = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, by) => resolve(code ?? by ?? 1));
  }).finally(() => clearInterval(watch));
  signal?.throwIfAborted();
  if (room !== undefined) throw room;
  if (ended === 0) return;
  throw new UserError(`${name} did not save the image: ${lastComplaint(complaint) || `it ended with ${ended}`}.`, {
    where: printable(image),
    remedy: `Try it by hand: ${name} ${printable(save(image).join(' '))} > image.tar.`,
    exitCode: 3,
  });
}

/** The programs log `time="…" level=fatal msg="…"`. */
function lastComplaint(complaint: string): string {
  const line = complaint.trim().split('\n').at(-1) ?? '';
  return printable(/msg="(.*)"$/.exec(line)?.[1]?.replaceAll('\\"', '"') ?? line);
}
