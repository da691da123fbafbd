import { createHash } from 'node:crypto';
import { maskSecrets } from '../../core/mask-secrets.ts';
import type { BuildPlan, Input, PlannedStep } from '../replay/build-plan.ts';
import type { ContextDirectory } from '../replay/context-tree.ts';
import type { Commit } from '../replay/git-commits.ts';
import type { CommitBuild } from '../replay/replay.ts';
import { differingLeaves, select } from '../replay/selection.ts';

export interface CopiedFile {
  /** Of the blob. */
  readonly id: string;
  readonly bytes: number;
}

/** An instruction that makes a layer of the image. */
export interface SizedStep {
  /** One-based. */
  readonly line: number;
  /** `RUN`, `COPY`. */
  readonly name: string;
  /** As written, on one line, secrets masked. */
  readonly text: string;
  /** `copied`: its layer is files of the context and nothing else, so that git knows its size. `made`: a build tells. */
  readonly how: 'copied' | 'made';
  /** Equal where the instruction does the same. */
  readonly definition: string;
  /** Equal where it does the same from the same files. */
  readonly key: string;
  /** Of a copied one, by path from the context. */
  readonly files: ReadonlyMap<string, CopiedFile>;
  readonly bytes: number;
}

/** A commit with what is known of its image without building it. */
export interface SizedCommit {
  readonly commit: Commit;
  /** The image that it stands on in the end. */
  readonly base: string;
  /** Those of the stage that ships and of the stages it stands on, in order. */
  readonly steps: readonly SizedStep[];
  /** Of all that is copied. */
  readonly copiedBytes: number;
  /** Equal for commits whose images differ by copied files only: a build of one tells the size of all. */
  readonly undecided: string;
}

export type SizeOfBlob = (id: string) => number | undefined;

/** Ids of the blobs that a commit's build copies into its image. */
export function copiedBlobs(build: CommitBuild): string[] {
  const { plan, context } = build;
  if (plan === undefined || context === undefined) return [];
  return chainOf(plan).flatMap((step) => [...filesOf(step, context).values()]);
}

/** What git's files tell of a commit's image. Undefined for one that cannot be built. */
export function sizedCommit(
  { plan, context, commit, dockerfile, problem }: CommitBuild,
  sizeOf: SizeOfBlob,
): SizedCommit | undefined {
  if (plan === undefined || context === undefined || dockerfile === undefined || problem !== undefined)
    return undefined;
  const keys = keysOf(plan, context);
  const steps = chainOf(plan).map((step): SizedStep => {
    const { instruction } = step;
    const files = new Map(
      [...filesOf(step, context)].map(([path, id]) => [path, { id, bytes: sizeOf(id) ?? 0 }] as const),
    );
    const copied = isCopied(step, files.keys());
    const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
    return {
      line: instruction.line,
      name: instruction.name,
      text: maskSecrets(
        text
          .replace(/\\\r?\n/g, ' ')
          .replace(/\s+/g, ' ')
          .trim(),
      ).slice(0, 200),
      how: copied ? 'copied' : 'made',
      definition: step.definition,
      key: keys[step.index] ?? '',
      files: copied ? files : new Map(),
      bytes: copied ? [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0) : 0,
    };
  });
  const base = baseOf(plan);
  const made = steps.filter(({ how }) => how === 'made');
  return {
    commit,
    base,
    steps,
    copiedBytes: steps.reduce((sum, { bytes }) => sum + bytes, 0),
    undecided: hash([base, ...made.map(({ key }) => key), String(steps.length)]),
  };
}

/** The steps whose layers the image has, from its base on. What `--link` copies is laid over what was there. */
function chainOf({ stages, steps }: BuildPlan): PlannedStep[] {
  const chain: PlannedStep[] = [];
  let place = stages.at(-1)?.end;
  while (place?.kind === 'step') {
    const step = steps[place.step];
    if (step === undefined) break;
    const roots = step.inputs.flatMap((input) => (input.kind === 'root' ? [input.place] : []));
    if (step.shown) chain.push(step);
    else {
      const [, laid] = roots;
      const copied = laid?.kind === 'step' ? steps[laid.step] : undefined;
      if (copied) chain.push(copied);
    }
    place = roots[0];
  }
  return chain.reverse();
}

function baseOf({ stages, steps }: BuildPlan): string {
  let place = stages.at(-1)?.end;
  while (place?.kind === 'step') {
    const root = steps[place.step]?.inputs.find((input) => input.kind === 'root');
    place = root?.kind === 'root' ? root.place : undefined;
  }
  return place?.kind === 'image' ? place.reference : 'scratch';
}

const noContext: ContextDirectory = { kind: 'directory', name: '', path: '', entries: new Map(), digest: '' };

/** Blobs that an instruction takes from the context, by path from there. Links and submodules have no bytes. */
function filesOf({ inputs, instruction }: PlannedStep, context: ContextDirectory): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  if (instruction.name !== 'COPY' && instruction.name !== 'ADD') return files;
  for (const input of inputs) {
    if (input.kind !== 'context') continue;
    for (const [, leaf] of differingLeaves(noContext, input.sources, context, input.sources)) {
      const [kind = '', id = ''] = leaf?.digest.split(' ') ?? [];
      if (leaf && (kind === 'file' || kind === 'executable')) files.set(leaf.path, id);
    }
  }
  return files;
}

/** What ADD unpacks is larger than what git has. */
function isCopied({ instruction, inputs }: PlannedStep, paths: Iterable<string>): boolean {
  if (instruction.name !== 'COPY' && instruction.name !== 'ADD') return false;
  if (inputs.some(({ kind }) => kind !== 'context' && kind !== 'root')) return false;
  return instruction.name === 'COPY' || ![...paths].some((path) => /\.(?:tar|tgz|tbz2?|txz|tar\.\w+)$/i.test(path));
}

/** By the place of each step: what it does, from what, on what. */
function keysOf({ steps }: BuildPlan, context: ContextDirectory): readonly string[] {
  const keys: string[] = [];
  const keyOf = (input: Input): string => {
    switch (input.kind) {
      case 'root':
        return input.place.kind === 'step' ? (keys[input.place.step] ?? '') : JSON.stringify(input.place);
      case 'files':
        return `${input.place.kind === 'step' ? (keys[input.place.step] ?? '') : JSON.stringify(input.place)} ${JSON.stringify(input.sources.paths)}`;
      case 'context':
        return select(context, input.sources).digest;
      case 'remote':
        return input.address;
      case 'unknown':
        return input.reason;
    }
  };
  for (const step of steps) keys.push(hash([step.definition, ...step.inputs.map(keyOf)]));
  return keys;
}

function hash(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex');
}
