import type { Instruction } from '../instruction.ts';
import type { EscapeCharacter } from '../syntax.ts';
import type { Outcome } from './outcome.ts';
import type { Statement } from './statement.ts';

/** A stage, or an image that a COPY or a mount takes files from, on its way through BuildKit's conversion. */
export interface BuildState {
  /** Lower case; '' for one without a name. */
  readonly name: string;
  /** What FROM or `--from` names, variables expanded. */
  readonly baseName: string;
  /** The FROM that begins it; for an image that is only taken from: what takes from it. Undefined where BuildKit keeps no place. */
  readonly place: Instruction | undefined;
  readonly base: BuildState | undefined;
  /** False for an image that is only taken from. */
  readonly isStage: boolean;
  /** Names that a build can set and that decide `baseName`. */
  readonly decidedBy: readonly string[];
  steps: BuildStep[];
  /** What it takes files from, each with the last step that does. */
  takesFrom: Map<BuildState, BuildStep> | undefined;
  /** `linux` or what `--platform` says. */
  system: string;
  /** Whether later steps can take files from it. */
  dispatched: boolean;
  /** Shared with the base until a step of its own is run. */
  variables: Map<string, string>;
  /** ARG names, inherited ones too. */
  declared: Set<string>;
  /** How many directories below the root WORKDIR is. */
  depth: number;
  workdirSet: boolean;
  shellSet: boolean;
}

/** One instruction of a stage. */
export interface BuildStep {
  readonly statement: Statement;
  /** For COPY --from its source, for RUN the source of each mount. */
  readonly sources: readonly BuildState[];
}

/** What the whole conversion works on. */
export interface Conversion {
  readonly outcome: Outcome;
  readonly escapeCharacter: EscapeCharacter;
  /** Values of ARGs before the first FROM and of the platform's variables. */
  readonly globals: ReadonlyMap<string, string>;
  /** Names of ARGs before the first FROM, those without a value too. */
  readonly globalNames: ReadonlySet<string>;
  /** In BuildKit's order: stages, then what is only taken from. */
  readonly states: BuildState[];
  readonly byName: Map<string, BuildState>;
  /** What is only taken from, by its name. */
  readonly images: Map<string, BuildState>;
  /** What was spent so far. */
  readonly bounds: { expanded: number; inherited: number; triggers: number };
}

/** Never written to: a state with steps gets its own before they run. */
const noVariables = new Map<string, string>([['PATH', '/usr/bin:/bin']]);
const noNames = new Set<string>();

export function newState(
  given: Pick<BuildState, 'name' | 'baseName' | 'place' | 'base' | 'isStage' | 'decidedBy'>,
): BuildState {
  const { name, baseName, place, base, isStage, decidedBy } = given;
  return {
    name,
    baseName,
    place,
    base,
    isStage,
    decidedBy,
    steps: [],
    takesFrom: undefined,
    system: 'linux',
    // BuildKit can take files from an image at any time, from a stage only when it came before.
    dispatched: !isStage,
    variables: noVariables,
    declared: noNames,
    depth: 0,
    workdirSet: false,
    shellSet: false,
  };
}
