import type { SourceRange } from '../../core/text.ts';
import type { Rejection } from '../dockerfile.ts';
import type { Instruction } from '../instruction.ts';

/** BuildKit's build checks that a Dockerfile alone decides. https://docs.docker.com/reference/build-checks/ */
export const buildChecks = [
  'ConsistentInstructionCasing',
  'DuplicateStageName',
  'ExposeInvalidFormat',
  'ExposeProtoCasing',
  'FromAsCasing',
  'FromPlatformFlagConstDisallowed',
  'InvalidDefaultArgInFrom',
  'InvalidDefinitionDescription',
  'JSONArgsRecommended',
  'LegacyKeyValueFormat',
  'MaintainerDeprecated',
  'MultipleInstructionsDisallowed',
  'NoEmptyContinuation',
  'RedundantTargetPlatform',
  'ReservedStageName',
  'SecretsUsedInArgOrEnv',
  'StageNameCasing',
  'UndefinedArgInFrom',
  'UndefinedVar',
  'WorkdirRelativePath',
] as const;

export type BuildCheck = (typeof buildChecks)[number];

/** One place where a build check strikes. */
export interface BuildCheckHit {
  readonly check: BuildCheck;
  /** One-based line that BuildKit names. */
  readonly line: number;
  /** The instruction that it is about. */
  readonly instruction: Instruction;
  /** What it is about: a variable, a stage, a keyword, a port. '' when the instruction says it all. */
  readonly subject: string;
  /** What was probably meant, or what it should be. */
  readonly meant: string | undefined;
  /** False when BuildKit stops at a fault before it comes to report this. */
  readonly reached: boolean;
}

/** Where a fault is found: an instruction; undefined where BuildKit names no line. */
export type FaultPlace = Instruction | undefined;

/** Collects what BuildKit would refuse and report, in its order. */
export interface Outcome {
  readonly rejections: Rejection[];
  readonly hits: BuildCheckHit[];
  /** True when no more rejections are collected. */
  isFull(): boolean;
  reject(message: string, place: FaultPlace, details?: RejectionDetails): void;
  hit(
    check: BuildCheck,
    instruction: Instruction,
    subject: string,
    more?: { meant?: string | undefined; line?: number },
  ): void;
}

interface RejectionDetails {
  readonly range?: SourceRange | undefined;
  readonly line?: number;
  readonly unlessGiven?: readonly string[];
}

/** More than this is not collected: nobody reads it, and a file of garbage has a fault on every line. */
const mostRejections = 1000;
const mostHits = 20_000;

export function newOutcome(): Outcome {
  const rejections: Rejection[] = [];
  const hits: BuildCheckHit[] = [];
  return {
    rejections,
    hits,
    isFull: () => rejections.length >= mostRejections,
    reject(message, place, { range, line, unlessGiven } = {}) {
      if (rejections.length >= mostRejections) return;
      rejections.push({
        message,
        range: range ?? place?.keyword.range ?? { start: 0, end: 0 },
        line: line ?? place?.line ?? 0,
        ...(unlessGiven !== undefined && unlessGiven.length > 0 ? { unlessGiven } : {}),
      });
    },
    hit(check, instruction, subject, { meant, line } = {}) {
      if (hits.length >= mostHits) return;
      const reached = rejections.length === 0;
      hits.push({ check, line: line ?? instruction.line, instruction, subject, meant, reached });
    },
  };
}
