import { encodeArtifact } from '../core/artifact.ts';
import type { ImageFigures } from '../core/evidence.ts';
import type { FileSystemView, ImageAnalysis } from '../image/image-analysis.ts';
import type { BuiltImage } from './build.ts';
import { imageFigures } from './compare/image-figures.ts';
import { sourceChange } from './compare/source-change.ts';
import type { ProofOptions, ProofTools } from './proof.ts';
import type { Subject } from './subjects.ts';
import { ProofEnded, stopIfCancelled, type Workshop } from './workshop.ts';

export interface Measured {
  readonly figures: ImageFigures;
  readonly analysis: ImageAnalysis;
}

export interface MeasureParts {
  readonly subject: Subject;
  readonly shop: Workshop;
  readonly tools: ProofTools;
  readonly options: ProofOptions;
}

/**
 * Builds again with one line added to a source file, with what the earlier builds left in the cache. The line is another one for each `what`, so that none
 * finds the other's steps. Undefined where there is no source file to change, or that build fails.
 */
export async function rebuild(
  what: string,
  files: ReadonlyMap<string, Uint8Array>,
  { subject, shop, options }: MeasureParts,
): Promise<{ readonly changedFile: string; readonly built: BuiltImage } | undefined> {
  // Of this run and this side alone: an earlier one may have left the same step in the cache.
  const change = sourceChange([subject.build], options.project, `${what}${process.pid}${Date.now().toString(36)}`);
  if (change === undefined) return undefined;
  const { artifact } = change;
  const repaired = files.get(artifact.path);
  const before = options.project.artifacts.get(artifact.path)?.text ?? '';
  const added = encodeArtifact({ ...artifact, text: artifact.text.slice(before.length) });
  const changed = repaired ? Buffer.concat([repaired, added]) : encodeArtifact(artifact);
  const outcome = await shop.build({
    what: `${what} after a source change`,
    files: new Map([...files, [artifact.path, changed]]),
    cache: 'warm',
  });
  return outcome.ok ? { changedFile: artifact.path, built: outcome.image } : undefined;
}

/** Figures of an image, and the files in it. Images of it are removed. */
export async function measure(
  cold: BuiltImage,
  warm: Awaited<ReturnType<typeof rebuild>>,
  { shop, tools, options }: MeasureParts,
): Promise<Measured> {
  const analysis = await reading(() => tools.analyse(cold, options.signal), options);
  const assessment = await reading(() => tools.assess(analysis, cold, options.signal), options);
  if (warm) await shop.forget(warm.built);
  await shop.forget(cold);
  return {
    figures: imageFigures({ analysis, ...assessment, cold, rebuild: warm }),
    analysis,
  };
}

/** The files that a container of an image sees. */
export async function filesOf(
  image: BuiltImage,
  { shop, tools, options }: Pick<MeasureParts, 'shop' | 'tools' | 'options'>,
): Promise<FileSystemView> {
  const analysis = await reading(() => tools.analyse(image, options.signal), options);
  await shop.forget(image);
  return analysis.files;
}

async function reading<Value>(read: () => Promise<Value>, { signal }: ProofOptions): Promise<Value> {
  stopIfCancelled(signal);
  try {
    return await read();
  } catch (error) {
    stopIfCancelled(signal);
    const message = error instanceof Error ? error.message : String(error);
    throw new ProofEnded('system', `the image that was built cannot be read: ${message}`, error);
  }
}
