import path from 'node:path';
import type { RebuildChange, RebuildReport, RebuildState, RebuildStep } from '../../core/rebuild-report.ts';
import type { InstalledPackage } from '../../ecosystems/installed-package.ts';
import { readLayerFiles } from '../../image/read-layer-files.ts';
import type { InspectedImage } from '../../project/inspected-image.ts';
import { distributionOwned } from '../../vulnerabilities/owned-packages.ts';
import { isAtLeast } from '../../vulnerabilities/severity-words.ts';
import { apkSystem } from './apk-system.ts';
import { buildStepsOf } from './build-steps.ts';
import { debSystem } from './deb-system.ts';
import { type LanguageOutcome, pairsOf } from './language-outcome.ts';
import { type LanguageSources, movingUnseen, predictLanguages } from './language-steps.ts';
import type { PackageSystem } from './package-system.ts';
import { type BuildStep, predictSystem, type SystemPrediction } from './predict-system.ts';
import { installedFrom, type KnownVulnerabilities, type PackagePair, rebuildChanges } from './rebuild-changes.ts';
import { rebuildVerdict } from './rebuild-verdict.ts';
import { changesPackages } from './replay-step.ts';
import { rpmSystem } from './rpm-system.ts';
import { restOf, type StepRest } from './steps-not-followed.ts';
import { isSystemFile, type SystemFiles, systemFilesByLayer } from './system-files.ts';

/** The base of an image as its name gives it now. */
export interface CurrentBase {
  readonly name: string;
  /** Whether that is another image than the one that it was built on. */
  readonly moved: boolean;
  /** The files of the whole new base, and all of its packages; absent where it did not move. */
  readonly files?: SystemFiles;
  readonly packages?: readonly InstalledPackage[];
}

export interface RebuildOptions extends LanguageSources {
  readonly now: number;
  readonly known: KnownVulnerabilities;
  /** Of what day the advisories are. */
  readonly advisories: string;
  /** Undefined where nobody tells, or it could not be asked: then `baseUnknown` says why. */
  readonly base: CurrentBase | undefined;
  readonly baseUnknown: string | undefined;
  /** Counts from this severity on. */
  readonly severity: string;
  /** Any change counts. */
  readonly any: boolean;
  /** The path of a file of the repository as the user would write it. */
  readonly pathOf: (path: string) => string;
  readonly onStep?: (text: string) => void;
}

const systems: readonly PackageSystem[] = [debSystem, apkSystem, rpmSystem];

/**
 * What a build of an image without cache would leave otherwise than it is, by step; whether that pays, and how to do it. The image must be open.
 * @throws UserError where a layer cannot be read
 */
export async function predictRebuild(image: InspectedImage, asked: RebuildOptions): Promise<RebuildReport> {
  const { analysis, base } = image;
  const read = await readLayerFiles(analysis, isSystemFile);
  const files = systemFilesByLayer(analysis, read);
  const options = { ...asked, baseUnknown: asked.baseUnknown ?? untoldLayers(image) ?? unreadDatabase(files.at(-1)) };
  const steps = buildStepsOf(image, options.pathOf);
  const predictions: SystemPrediction[] = [];
  for (const system of systems) {
    const newBase = options.base?.moved && options.base.files ? system.world(options.base.files) : undefined;
    const found = await predictSystem(system, steps, files, { ...options, newBase });
    if (found) predictions.push(found);
  }
  const languages = await predictLanguages(analysis, steps, files, options);
  const others = options.base?.moved ? otherPackagesOfBase(image, options.base.packages ?? []) : [];
  const reported = stepsOf(image, steps, predictions, others, languages, files, options);
  const behind = predictions.flatMap((each) => each.behind).map(pairOf);
  return {
    image: analysis.image.name,
    digest: analysis.image.digest,
    base: {
      name: options.base?.name ?? base.name,
      layers: base.layers,
      moved: options.base?.moved,
      behind: rebuildChanges(behind, image.vulnerabilities, options.known),
    },
    sources: predictions.flatMap((each) => each.sources),
    steps: reported.map(({ step }) => step),
    advisories: options.advisories,
    verdict: rebuildVerdict({
      steps: reported.map(({ step }) => step),
      counts: ({ severity, knownExploited }) => knownExploited || isAtLeast(bySeverity(severity), options.severity),
      pulls: (step) => reported.some((each) => each.step === step && languages.get(each.index)?.pulls === true),
      any: options.any,
      looked: image.vulnerabilities !== undefined,
      stagesOf: (some) =>
        stageNames(
          image,
          reported.filter(({ step }) => some.includes(step)).map(({ index }) => index),
        ),
      dockerfile: image.origin && options.pathOf(image.origin.dockerfile.path),
      baseUnknown: options.baseUnknown,
    }),
  };
}

/**
 * What of a moved base no system's package manager knows: its language's runtime, and packages that it brings of one. What the image's own steps
 * took away or wrote anew is theirs.
 */
function otherPackagesOfBase({ analysis, base }: InspectedImage, coming: readonly InstalledPackage[]): PackagePair[] {
  const own = distributionOwned([...analysis.packages, ...coming]);
  const isOther = (one: InstalledPackage) => !systems.some(({ kind }) => kind === one.kind) && !own(one);
  const old = analysis.packages.filter((one) => isOther(one) && one.layer < (base.layers ?? 0));
  const there = new Set(old.map(keyOf));
  const folders = new Set(['.', ...old.map(folderOf)]);
  // A new package in a folder that the image has no more would be taken away by the same step.
  const next = coming.filter(
    (one) =>
      isOther(one) && (there.has(keyOf(one)) || folders.has(folderOf(one)) || analysis.files.find(folderOf(one))),
  );
  const overwritten = new Set(
    analysis.packages.filter((one) => one.layer >= (base.layers ?? 0)).map(({ path }) => path),
  );
  return pairsOf(
    old,
    next.filter(({ path }) => !overwritten.has(path)),
    keyOf,
  );
}

function keyOf({ kind, name }: InstalledPackage): string {
  return `${kind} ${name}`;
}

/** The folder in which a package has its own. */
function folderOf({ path: file }: InstalledPackage): string {
  return path.posix.dirname(path.posix.dirname(file));
}

/** A root file system, or an image that was imported: nobody tells what made it. */
function untoldLayers({ steps, base }: InspectedImage): string | undefined {
  const untold = steps.some(({ entry, layer }) => entry === undefined && layer !== undefined);
  return untold && base.layers === undefined ? 'its history does not tell what made its layers' : undefined;
}

/** What cannot be read may hold anything. */
function unreadDatabase(files: SystemFiles | undefined): string | undefined {
  const unread = systems.find((system) => files && system.hasDatabase(files) && system.world(files) === undefined);
  return unread && `its database of ${unread.kind} packages cannot be read`;
}

function bySeverity(severity: string) {
  const known = ['critical', 'high', 'medium', 'low', 'negligible'] as const;
  return known.find((each) => each === severity) ?? 'unknown';
}

interface ReportedStep {
  readonly step: RebuildStep;
  /** In the image's steps; -1 for the base. */
  readonly index: number;
}

function stepsOf(
  image: InspectedImage,
  steps: readonly BuildStep[],
  predictions: readonly SystemPrediction[],
  ofMovedBase: readonly PackagePair[],
  languages: ReadonlyMap<number, LanguageOutcome>,
  files: readonly SystemFiles[],
  options: RebuildOptions,
): ReportedStep[] {
  const pairs: (PackagePair & { readonly step: number | undefined })[] = [
    ...ofMovedBase.map((pair) => ({ ...pair, step: undefined })),
    ...predictions.flatMap(({ changes }) => changes.map((change) => ({ ...pairOf(change), step: change.step }))),
    ...[...languages].flatMap(([step, { changes }]) => changes.map((pair) => ({ ...pair, step }))),
  ];
  const changes = rebuildChanges(pairs, image.vulnerabilities, options.known);
  const changesOf = (index: number | undefined) => changes.filter((_, at) => pairs[at]?.step === index);
  const ofBase: RebuildStep = {
    text: options.base?.name ?? image.base.name ?? 'the base image',
    isBase: true,
    place: undefined,
    layer: undefined,
    state: stateOf(undefined, options.baseUnknown === undefined ? [] : [options.baseUnknown], changesOf(undefined)),
    reasons: options.baseUnknown === undefined ? [] : [options.baseUnknown],
    changes: changesOf(undefined),
  };
  const own = [...steps.entries()].flatMap(([index, step]): ReportedStep[] => {
    const { text, place, layer, fetcher } = step;
    const ofLanguage = languages.get(index);
    const rest = restOfStep(image, step, index, predictions, ofLanguage, files);
    const outcomes = [
      ...predictions.flatMap((each) => each.steps.get(index) ?? []),
      ...(ofLanguage ? [{ fails: undefined, unknown: ofLanguage.unknown }] : []),
      ...(fetcher ? [{ fails: undefined, unknown: [`what ${fetcher} fetches is not asked for`] }] : []),
      ...(rest.unknown.length > 0 ? [{ fails: undefined, unknown: rest.unknown }] : []),
    ];
    const changed = changesOf(index);
    if (outcomes.length === 0 && changed.length === 0 && !rest.ofContext) return [];
    const fails = outcomes.find((each) => each.fails !== undefined)?.fails;
    const reasons = [...(fails === undefined ? [] : [fails]), ...outcomes.flatMap(({ unknown }) => unknown)];
    const layerNumber = layer === undefined ? undefined : layer + 1;
    const told = stateOf(fails, reasons, changed);
    const state = told === 'same' && rest.ofContext ? 'as the sources say' : told;
    return [{ step: { text, isBase: false, place, layer: layerNumber, state, reasons, changes: changed }, index }];
  });
  const isAsked = options.base !== undefined || options.baseUnknown !== undefined || ofBase.changes.length > 0;
  return [...(isAsked ? [{ step: ofBase, index: -1 }] : []), ...own];
}

/** Why a step is not known beside what was predicted of its packages. */
function restOfStep(
  image: InspectedImage,
  step: BuildStep,
  index: number,
  predictions: readonly SystemPrediction[],
  ofLanguage: LanguageOutcome | undefined,
  files: readonly SystemFiles[],
): StepRest {
  const imageStep = image.steps[index];
  if (step.isBase || imageStep === undefined) return { unknown: [], ofContext: false };
  const rest = restOf(image, imageStep);
  // What a stage brought of packages was looked at, with the stage's commands.
  const isCopied = step.copies?.kind === 'stage' && ofLanguage !== undefined && step.copies.commands.length > 0;
  const unasked = step.commands
    .filter(changesPackages)
    .map(({ read }) => read)
    .filter(({ ecosystem }) => systems.some((system) => system.ecosystem === ecosystem))
    .filter(
      ({ ecosystem }) => !predictions.some(({ system, steps }) => system.ecosystem === ecosystem && steps.has(index)),
    )
    .map(
      ({ tool, subcommand }) =>
        `what ${tool} ${subcommand?.value ?? ''} would bring now is not known: its database cannot be read`,
    );
  const unseen = movingUnseen(step, files, ofLanguage !== undefined);
  return { ...rest, unknown: [...new Set([...(isCopied ? [] : rest.unknown), ...unasked, ...unseen])] };
}

function stateOf(
  fails: string | undefined,
  reasons: readonly string[],
  changes: readonly RebuildChange[],
): RebuildState {
  if (fails !== undefined) return 'fails';
  if (reasons.length > 0) return 'unknown';
  return changes.length > 0 ? 'changes' : 'same';
}

function pairOf({ before, after }: Pick<SystemPrediction['changes'][number], 'before' | 'after'>): PackagePair {
  return { before: before && installedFrom(before), after: after && installedFrom(after) };
}

/** Undefined where the Dockerfile is not known or a stage has no name. */
function stageNames({ origin, steps }: InspectedImage, indexes: readonly number[]): string[] | undefined {
  if (origin === undefined) return undefined;
  const names = new Set<string>();
  for (const index of indexes) {
    const written = steps[index]?.written;
    const stage = origin.dockerfile.stages.find(({ instructions }) => written && instructions.includes(written));
    if (stage?.name === undefined) return undefined;
    names.add(stage.name);
  }
  return [...names];
}
