import { groupBy } from '../core/group-by.ts';
import { maskSecrets } from '../core/mask-secrets.ts';
import type { Report } from '../core/report.ts';
import { lineIndex } from '../core/text.ts';
import { findSecrets } from '../dockerfile/find-secrets.ts';
import type { Image } from '../image/image.ts';
import { isPlainDirectory } from '../image/image.ts';
import type { ImageAnalysis, Waste } from '../image/image-analysis.ts';
import type { ReadAttachment } from '../image/read-attachments.ts';
import { type ImageStep, type InspectedImage, placeOfLayer, stepOfLayer } from '../project/inspected-image.ts';
import { bytesText, plural } from './internal/wording.ts';

/** An image with what was found in it: what every renderer of `plimsoll image` gets. */
export interface ImageView {
  readonly image: InspectedImage;
  readonly report: Report;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** Why no vulnerabilities were looked for, or of what day the advisories are. */
  readonly advisories: string;
  /** What is attached to it; undefined where nobody asked, or the source cannot tell. */
  readonly attachments?: readonly ReadAttachment[] | undefined;
}

/** Content of all files of all layers, in bytes: what has to be stored where the image runs. */
export function contentBytes({ image: { analysis } }: Pick<ImageView, 'image'>): number {
  return analysis.layers.reduce((sum, layer) => sum + layer.contentBytes, 0);
}

/** What the image is, in a few words each. */
export function imageParts(view: ImageView): string[] {
  const { analysis } = view.image;
  const { configuration } = analysis.image;
  const system = analysis.operatingSystem;
  const pulled = analysis.pulledBytes;
  return [
    platformText(analysis.image) || 'no platform named',
    system?.prettyName ?? system?.id ?? 'no operating system',
    `${bytesText(contentBytes(view))}${pulled === undefined ? '' : `, ${bytesText(pulled)} to pull`}`,
    plural(analysis.layers.length, 'layer'),
    plural(regularFiles(analysis), 'file'),
    ...(isPlainDirectory(analysis.image)
      ? ['no configuration']
      : [
          `runs as ${configuration.user === '' ? 'root' : configuration.user}`,
          ageText(configuration.created, view.today),
        ]),
  ];
}

/** How many files a container sees, as `find / -type f` counts them: hard links too, without directories, symbolic links and devices. */
export function regularFiles({ files }: ImageAnalysis): number {
  let count = 0;
  for (const { kind } of files) if (kind === 'file' || kind === 'hardlink') count++;
  return count;
}

export function platformText({ configuration: { platform } }: Image): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/');
}

function ageText(created: string | undefined, today: string): string {
  const time = Date.parse(created ?? '');
  // Reproducible builds write dates that say nothing.
  if (!(time >= Date.UTC(1980, 0, 2))) return 'of unknown age';
  const days = Math.max(0, Math.floor((Date.parse(today) + 86_400_000 - time) / 86_400_000));
  return days === 0 ? 'built today' : `built ${plural(days, 'day')} ago`;
}

/** How much of it is needed, with what that is computed from: dive's figures and ours. */
export function efficiencySentence(view: ImageView): string {
  const { efficiency, wastedBytes, neededBytes } = view.image.analysis;
  const all = contentBytes(view);
  const share = all === 0 ? 100 : (100 * neededBytes) / all;
  return `Of ${bytesText(all)} in its layers a container needs ${bytesText(neededBytes)} (${percent(share)}). As dive counts: efficiency ${percent(100 * efficiency)}, ${bytesText(wastedBytes)} wasted.`;
}

function percent(value: number): string {
  return `${Number(value.toFixed(value >= 99 && value < 100 ? 2 : 1))} %`;
}

/** One layer as a table shows it. */
export interface LayerRow {
  /** From 1. */
  readonly number: number;
  readonly bytes: number;
  /** Undefined where it is not stored packed. */
  readonly packedBytes: number | undefined;
  /** What it brings and later layers hide. */
  readonly hiddenBytes: number;
  readonly files: number;
  /** As a Dockerfile would say it. */
  readonly text: string;
  /** `Dockerfile:12`; undefined where it is not known. */
  readonly place: string | undefined;
  /** Of the image's own artifact, where findings stand whose Dockerfile is not known. */
  readonly line: number | undefined;
}

export function layerRows({ image }: Pick<ImageView, 'image'>): LayerRow[] {
  return image.analysis.layers.map((layer, index) => {
    const step = stepOfLayer(image, index);
    return {
      number: index + 1,
      bytes: layer.contentBytes,
      packedBytes: layer.layer.packing === 'none' ? undefined : layer.layer.bytes,
      hiddenBytes: layer.hiddenBytes,
      files: layer.added.files + layer.changed.files,
      text: step ? shownText(image, step) : (layer.layer.digest ?? ''),
      place: writtenAt(image, step),
      line: step && image.steps.findIndex((each) => each.layer === index) + 2,
    };
  });
}

/** A step as it may be shown: secrets are masked. Of several that made one layer, all of them. */
export function shownText(image: InspectedImage, step: ImageStep): string {
  const steps = step.together?.flatMap((index) => image.steps[index] ?? []) ?? [step];
  return steps.map((each) => maskedText(image, each)).join('; ');
}

function maskedText({ history }: InspectedImage, { text, range }: ImageStep): string {
  const secrets = findSecrets(history).flatMap((secret) =>
    secret.range.start >= range.start && secret.range.end <= range.end
      ? [{ start: secret.range.start - range.start, end: secret.range.end - range.start }]
      : [],
  );
  return maskSecrets(text, secrets);
}

/** Where in the repository a step is written. */
export function writtenAt({ origin }: InspectedImage, step: ImageStep | undefined): string | undefined {
  if (!origin || !step?.written) return undefined;
  return `${origin.dockerfile.path}:${step.written.line}`;
}

/** What nobody needs, the most first. */
export interface WasteRow {
  readonly waste: Waste;
  /** Where to change something: a line of the Dockerfile, or the step of the image. */
  readonly place: string;
}

export function wasteRows({ image }: Pick<ImageView, 'image'>): WasteRow[] {
  return image.analysis.waste.map((waste) => ({ waste, place: placeText(image, waste.causes[0] ?? waste.layers[0]) }));
}

function placeText(image: InspectedImage, layer: number | undefined): string {
  if (layer === undefined) return '';
  const { at } = placeOfLayer(image, layer);
  if (at.path === undefined || at.path === image.path) return `layer ${layer + 1}`;
  const text = image.origin?.dockerfile.text ?? '';
  return `${at.path}:${lineIndex(text).positionAt(at.range.start).line}`;
}

/** Packages of one kind. */
export interface PackageRow {
  readonly kind: string;
  readonly count: number;
  /** Undefined where no database tells a size. */
  readonly bytes: number | undefined;
}

export function packageRows({ image }: Pick<ImageView, 'image'>): PackageRow[] {
  const groups = groupBy(image.analysis.packages, ({ kind }) => kind);
  return [...groups]
    .map(([kind, group]) => {
      const bytes = group.reduce((sum, each) => sum + (each.bytes ?? 0), 0);
      return { kind, count: group.length, bytes: bytes > 0 ? bytes : undefined };
    })
    .sort((one, other) => other.count - one.count);
}
