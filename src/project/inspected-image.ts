import type { Artifact } from '../core/artifact.ts';
import type { ReportedPlace } from '../core/rule.ts';
import type { SourceRange } from '../core/text.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { parseDockerfile } from '../dockerfile/parse-dockerfile.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import { historyLine } from '../image/history-line.ts';
import type { HistoryEntry } from '../image/image.ts';
import type { ImageAnalysis } from '../image/image-analysis.ts';
import type { Vulnerability } from '../vulnerabilities/vulnerability.ts';
import { baseOf, type ImageBase, type NamedBases } from './image-base.ts';
import { baseInstruction, type ImageOrigin, originOf } from './match-history.ts';
import type { Project } from './project.ts';

/** One step of how an image was made. */
export interface ImageStep {
  /** Undefined for a layer that the history does not tell of. */
  readonly entry: HistoryEntry | undefined;
  /** As a Dockerfile would say it. */
  readonly text: string;
  /** Its line in the image's artifact. */
  readonly range: SourceRange;
  /** Index of the layer that it made. */
  readonly layer: number | undefined;
  /** All steps whose files are in its layer, by their index, where a builder committed several as one (Buildah, `--single-snapshot` of Kaniko). */
  readonly together?: readonly number[];
  /** The note, read as an instruction. */
  readonly instruction: Instruction | undefined;
  /** The repository's instruction that it comes from, where that is sure. */
  readonly written: Instruction | undefined;
  /** Made by the base image's builder. Undefined where nobody tells where the base ends. */
  readonly ofBase: boolean | undefined;
}

/** An image that was looked into, as rules see it. */
export interface InspectedImage {
  /** Path of its artifact: `image:shop/web:1`. */
  readonly path: string;
  readonly analysis: ImageAnalysis;
  /** Its artifact, read as a Dockerfile: the first line names the image, each further one is a step. */
  readonly history: Dockerfile;
  readonly steps: readonly ImageStep[];
  /** Undefined where nobody looked for any. */
  readonly vulnerabilities: readonly Vulnerability[] | undefined;
  /** The Dockerfile that made it, where that is sure. */
  readonly origin: ImageOrigin | undefined;
  /** What it was built on, as far as it is known. */
  readonly base: ImageBase;
  /** The rules for Dockerfiles look at that file in the same run: what stands there is said by them. */
  readonly originAudited: boolean;
  /** The Dockerfile was changed after the image was made, or nobody knows: what the image has is nothing that the file can be held against. */
  readonly isOlderThanOrigin?: boolean;
}

/**
 * Makes of an analysed image what rules look at. `project` is where its Dockerfile may be.
 * @throws UserError where the base that is named is none of the image's
 */
export function inspectImage(
  analysis: ImageAnalysis,
  vulnerabilities: readonly Vulnerability[] | undefined,
  project: Project | undefined,
  bases: NamedBases = {},
): InspectedImage {
  const { image } = analysis;
  const path = `image:${image.name}`;
  const drafts = draftSteps(analysis);
  const { platform } = image.configuration;
  const title = `# image ${image.name.replace(/\s+/g, ' ')} ${[platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')}`;
  const text = `${[title, ...drafts.map((draft) => draft.text)].join('\n')}\n`;
  const history = parseDockerfile({ path, text, encoding: 'utf-8' } satisfies Artifact);
  const byLine = new Map(history.instructions.map((instruction) => [instruction.line, instruction]));
  const noted = drafts.map((draft, index) => ({ ...draft, instruction: byLine.get(index + 2) }));
  const ofHistory = noted.filter(({ entry }) => entry !== undefined);
  const origin = project && ofHistory.length === noted.length ? originOf(project, noted) : undefined;
  let at = title.length + 1;
  const steps = noted.map(({ entry, text, layer, together, instruction }, index): ImageStep => {
    const range = { start: at, end: at + text.length };
    at = range.end + 1;
    const written = origin?.instructions.get(index);
    const step = { entry, text, range, layer, instruction, written, ofBase: origin && written === undefined };
    return together === undefined ? step : { ...step, together };
  });
  const base = baseOf(image, steps, origin, bases);
  return { path, analysis, history, steps, vulnerabilities, origin, base, originAudited: false };
}

interface DraftStep {
  readonly entry: HistoryEntry | undefined;
  readonly text: string;
  readonly form: 'buildkit' | 'classic' | 'other';
  readonly layer: number | undefined;
  readonly together?: readonly number[];
}

/** The history in order; layers that it does not tell of come first. */
function draftSteps({ image }: ImageAnalysis): DraftStep[] {
  const untold = image.layers.flatMap(({ history, digest, diffId }, index): DraftStep[] => {
    if (history !== undefined) return [];
    return [
      { entry: undefined, text: `# layer ${index + 1} ${digest ?? diffId ?? ''}`.trim(), form: 'other', layer: index },
    ];
  });
  const told = image.configuration.history.map(
    (entry): DraftStep => ({ entry, ...historyLine(entry), layer: undefined }),
  );
  giveLayers(
    told,
    image.layers.map(({ history }) => history),
  );
  return [...untold, ...told];
}

/**
 * Puts layers to the steps that made them. Buildah notes one layer at the last of all steps that it committed as one, though that be a CMD: where one of them
 * alone writes files, it made the layer.
 */
function giveLayers(steps: DraftStep[], notedAt: readonly (number | undefined)[]): void {
  let from = 0;
  for (const [layer, at] of notedAt.entries()) {
    if (at === undefined) continue;
    const wrote = writersOf(steps, from, at);
    from = at + 1;
    const step = wrote.length === 1 ? (wrote[0] ?? at) : at;
    const draft = steps[step];
    if (draft === undefined) continue;
    steps[step] = wrote.length > 1 ? { ...draft, layer, together: wrote } : { ...draft, layer };
  }
}

/**
 * The steps that may have written the files of the layer that is noted at a step: WORKDIR makes a directory and nothing in it. Docker's builders leave out the layer
 * of a RUN that changed nothing, and note it as Buildah does what it commits later: a step that may have written the layer did, unless one before it copied.
 */
function writersOf(steps: readonly DraftStep[], from: number, noted: number): number[] {
  const writers: number[] = [];
  for (let at = from; at < noted; at++) if (/^(?:RUN|COPY|ADD)\s/.test(steps[at]?.text ?? '')) writers.push(at);
  const { text = '', entry } = steps[noted] ?? {};
  if (!/^(?:RUN|COPY|ADD|#)\s/.test(text)) return writers;
  const isCommittedTogether =
    !entry?.comment?.startsWith('buildkit.') && writers.some((at) => !/^RUN\s/.test(steps[at]?.text ?? ''));
  return isCommittedTogether ? [...writers, noted] : [noted];
}

/** Where a finding stands: the Dockerfile's line where it is known, with the image beside it. */
export interface ImagePlace {
  readonly at: ReportedPlace;
  readonly also: readonly ReportedPlace[];
}

/** The place of a step; of the whole image where there is none. */
export function placeOfStep(image: InspectedImage, step: ImageStep | undefined): ImagePlace {
  if (step === undefined) return placeOfImage(image);
  const here: ReportedPlace = { path: image.path, range: step.range };
  const written = step.written ?? (image.origin && baseInstruction(image.origin));
  if (image.origin === undefined || written === undefined) return { at: here, also: [] };
  return {
    at: { path: image.origin.dockerfile.path, range: written.range },
    also: [{ ...here, note: step.written ? 'in the image' : 'in the base image' }],
  };
}

/** The place of what a layer holds. */
export function placeOfLayer(image: InspectedImage, layer: number | undefined): ImagePlace {
  const step = stepOfLayer(image, layer);
  const stage = step?.together && step.ofBase === false ? image.origin?.stage.from : undefined;
  if (step?.together === undefined || image.origin === undefined || stage === undefined)
    return placeOfStep(image, step);
  const note = `in a layer of ${step.together.length} steps`;
  return {
    at: { path: image.origin.dockerfile.path, range: stage.range },
    also: [{ path: image.path, range: step.range, note }],
  };
}

/**
 * The step that made a layer; undefined where the history does not tell. Of several that were committed as one nobody knows which wrote a
 * file: it has no instruction.
 */
export function stepOfLayer(image: InspectedImage, layer: number | undefined): ImageStep | undefined {
  const step = layer === undefined ? undefined : image.steps.find((each) => each.layer === layer);
  if (step?.together === undefined) return step;
  return { ...step, instruction: undefined, written: undefined };
}

/** The place of what is true of the whole: the FROM of the stage that ships, or the image's own line. */
export function placeOfImage(image: InspectedImage): ImagePlace {
  const here: ReportedPlace = { path: image.path, range: { start: 0, end: image.history.text.indexOf('\n') } };
  const from = image.origin?.stage.from;
  if (image.origin === undefined || from === undefined) return { at: here, also: [] };
  return {
    at: { path: image.origin.dockerfile.path, range: from.range },
    also: [{ ...here, note: 'the image' }],
  };
}

/** The place of the last instruction of that name that decides something; of the whole image where there is none. */
export function placeOfLast(image: InspectedImage, name: Instruction['name']): ImagePlace {
  return placeOfStep(
    image,
    image.steps.findLast(({ instruction }) => instruction?.name === name),
  );
}

/** The steps that its owner can change: all, where nobody tells where the base ends. */
export function ownSteps(image: InspectedImage): readonly ImageStep[] {
  return image.steps.filter(({ ofBase }) => ofBase !== true);
}

/** The steps whose notes have to be judged: those that its owner can change and that nobody judges where they are written. */
export function notedSteps(image: InspectedImage): readonly ImageStep[] {
  return ownSteps(image).filter(({ written }) => written === undefined || !image.originAudited);
}

/** The commands that a step ran, as its note tells. */
export function commandsOf(image: InspectedImage, { instruction }: ImageStep): readonly ShellCommand[] {
  return (instruction?.name === 'RUN' && image.history.script(instruction)?.commands) || [];
}

/** A project of nothing but images. Of a repository the Dockerfiles that made them are in it, for the places of findings: run only rules for images on it. */
export function imageProject(images: readonly InspectedImage[], repository: Project | undefined): Project {
  return {
    root: repository?.root ?? '',
    name: images.map(({ analysis }) => analysis.image.name).join(', '),
    dockerfiles: [...new Set(images.flatMap(({ origin }) => (origin ? [origin.dockerfile] : [])))],
    contexts: [],
    objects: [],
    workloads: [],
    composeFiles: [],
    applications: [],
    builds: [],
    otherFiles: [],
    templates: new Set(),
    problems: problemsOf(images),
    artifacts: repository?.artifacts ?? new Map(),
    images,
  };
}

/**
 * A project together with images that are audited with it.
 * @param changedAt when a file of the project was written last, in milliseconds since 1970; undefined where that is not known
 */
export function withImages(
  project: Project,
  images: readonly InspectedImage[],
  changedAt: (path: string) => number | undefined,
): Project {
  const audited = images.map((image) => ({
    ...image,
    originAudited: true,
    isOlderThanOrigin: isOlder(image, changedAt),
  }));
  return { ...project, images: audited, problems: [...project.problems, ...problemsOf(images)] };
}

/** A history notes neither FROM nor the flags of a step: only a file that is as it was when the image was made says what they were. */
function isOlder({ origin, analysis }: InspectedImage, changedAt: (path: string) => number | undefined): boolean {
  const made = Date.parse(analysis.image.configuration.created ?? '');
  const changed = origin && changedAt(origin.dockerfile.path);
  return changed === undefined || !(made >= changed);
}

function problemsOf(images: readonly InspectedImage[]): Project['problems'] {
  return images.flatMap(({ path, analysis }) =>
    analysis.gaps.map((message) => ({ path, message, remedy: 'What was read was looked at all the same.' })),
  );
}
