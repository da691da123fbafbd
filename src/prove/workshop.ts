import path from 'node:path';
import type { BuildOutcome, BuiltImage } from './build.ts';
import { copyTree } from './context-copy.ts';
import { movedArguments } from './moved-arguments.ts';
import { proofTag } from './owner.ts';
import type { ProofOptions, ProofTools } from './proof.ts';
import type { Subject } from './subjects.ts';
import type { Trial, TrialPlan } from './trial.ts';

/** A proof that cannot go on: the user does not want it to, a system that it needs is gone, or the original itself does not build. */
export class ProofEnded extends Error {
  override readonly name = 'ProofEnded';
  readonly why: 'cancelled' | 'system' | 'original';

  constructor(why: ProofEnded['why'], message: string, cause?: unknown) {
    super(message, { cause });
    this.why = why;
  }
}

/** One build of a subject. */
export interface Order {
  /** For the tag, the log and people: `original`, `repaired`. */
  readonly what: string;
  /** Files that are other than on disk, by path from the project's root. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly cache: 'none' | 'warm';
}

/** Builds and tries images of one subject, counts, and takes away at the end what it made. */
export interface Workshop {
  /** @throws ProofEnded where it was cancelled or the builder is gone */
  build(order: Order): Promise<BuildOutcome>;
  /** Undefined where nothing can be run. @throws ProofEnded */
  try(what: string, image: BuiltImage, plan: TrialPlan): Promise<Trial | undefined>;
  /** Removes an image now, unless all are kept. */
  forget(image: BuiltImage): Promise<void>;
  builds(): number;
  /** Tags of what is left. */
  kept(): readonly string[];
  /** Removes all images that are left, unless they are kept. */
  close(): Promise<void>;
}

export function openWorkshop(subject: Subject, tools: ProofTools, options: ProofOptions): Workshop {
  const { builder, runner } = tools;
  const images = new Map<string, BuiltImage>();
  let builds = 0;
  const begun = (what: string) => {
    stopIfCancelled(options.signal);
    options.onStep(`${subject.name}: ${what}`, undefined);
  };
  return {
    async build({ what, files, cache }) {
      begun(`building the ${what}`);
      builds++;
      const copy = await copyOf(options, files);
      try {
        const { settings } = subject;
        const outcome = await builder.build(
          {
            ...settings,
            context: path.join(copy.directory, subject.context),
            dockerfile: path.join(copy.directory, subject.dockerfile),
            contexts: new Map([...settings.contexts].map(([name, where]) => [name, placeOf(where, copy.directory)])),
            secrets: [
              ...settings.secrets.map(({ id, from }) => ({
                id,
                from: 'file' in from ? { file: path.resolve(options.project.root, from.file) } : from,
              })),
              ...movedArguments(textOf(files.get(subject.dockerfile)), settings, builder.environment, beside(copy)),
            ],
            cache,
            tag: proofTag(what),
            logFile: path.join(options.logs, `${fileName(subject.name)}-${builds}-${fileName(what)}.log`),
            timeoutSeconds: options.timeoutSeconds,
          },
          {
            signal: options.signal,
            onStep: (step, done, of) =>
              options.onStep(`${subject.name}: building the ${what}`, `${done}${of ? `/${of}` : ''} ${step.name}`),
          },
        );
        if (outcome.ok) images.set(outcome.image.tag, outcome.image);
        else endIfNeeded(outcome.failure, options.signal);
        return outcome;
      } catch (error) {
        if (error instanceof ProofEnded) throw error;
        stopIfCancelled(options.signal);
        // A log that cannot be written, most of all: the disk is full.
        const message = error instanceof Error ? error.message : String(error);
        throw new ProofEnded('system', `the ${what} could not be built: ${message}`, error);
      } finally {
        copy.remove();
      }
    },
    async try(what, image, plan) {
      if (runner === undefined) return undefined;
      begun(`running the ${what}`);
      try {
        return await runner.try(image, plan, options.signal);
      } catch (error) {
        stopIfCancelled(options.signal);
        const message = error instanceof Error ? error.message : String(error);
        throw new ProofEnded('system', `the ${what} could not be run: ${message}`, error);
      }
    },
    async forget(image) {
      if (options.keepImages) return;
      images.delete(image.tag);
      await builder.forget(image);
    },
    builds: () => builds,
    kept: () => [...images.keys()],
    async close() {
      if (options.keepImages) return;
      for (const image of images.values()) await builder.forget(image).catch(() => undefined);
      images.clear();
    },
  };
}

export function stopIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new ProofEnded('cancelled', 'it was interrupted');
}

async function copyOf(options: ProofOptions, files: ReadonlyMap<string, Uint8Array>): ReturnType<typeof copyTree> {
  try {
    return await copyTree(options.project.root, files, {
      signal: options.signal,
      // What proofs write would be another context for each build.
      omit: (name) => name === '.plimsoll',
    });
  } catch (error) {
    stopIfCancelled(options.signal);
    const message = error instanceof Error ? error.message : String(error);
    throw new ProofEnded('system', `the files could not be copied: ${message}`, error);
  }
}

function endIfNeeded(failure: Extract<BuildOutcome, { ok: false }>['failure'], signal: AbortSignal): void {
  if (failure.why === 'cancelled' || signal.aborted) throw new ProofEnded('cancelled', 'it was interrupted');
  if (failure.why === 'system') throw new ProofEnded('system', failure.message);
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
}

/** What lies beside a copy is removed with it, and is in no context. */
function beside({ directory }: { readonly directory: string }): string {
  return path.dirname(directory);
}

/** A directory of the project as it is in the copy; images and addresses as they are. */
function placeOf(where: string, directory: string): string {
  return path.isAbsolute(where) || /^[\w.+-]+:/.test(where) ? where : path.join(directory, where);
}

function fileName(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '') || 'image';
}
