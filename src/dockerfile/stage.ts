import type { ArgInstruction, FromInstruction, Instruction } from './instruction.ts';

/** What a FROM or a `--from` names, once variables with known values are expanded. */
export type StageReference =
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'scratch' }
  /** `reference` as written after expansion, for instance `node:20-alpine`. `complete` is false when a variable in it has no known value. */
  | { readonly kind: 'image'; readonly reference: string; readonly complete: boolean }
  /** Nothing is named, or it cannot be known. */
  | { readonly kind: 'unknown' };

/** One build stage: a FROM and what follows it. A fragment without FROM is one stage with `from` absent. */
export interface Stage {
  readonly index: number;
  /** Lower case, as BuildKit compares it; absent for an unnamed stage. */
  readonly name: string | undefined;
  readonly from: FromInstruction | undefined;
  readonly base: StageReference;
  /** After FROM, in order. ONBUILD triggers are inside their ONBUILD. */
  readonly instructions: readonly Instruction[];
  /** Stages that this one takes files from or builds on, each once: FROM, COPY --from, RUN --mount from=. */
  readonly dependsOn: readonly Stage[];
}

/** The stages of a file and what is declared before the first FROM. */
export interface StageGraph {
  readonly stages: readonly Stage[];
  /** ARG instructions before the first FROM. */
  readonly globalArgs: readonly ArgInstruction[];
  /** The stage that is built when none is named: the last. */
  readonly final: Stage | undefined;
}
