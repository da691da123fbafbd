import type { Artifact } from '../core/artifact.ts';
import type { LineIndex, SourceRange } from '../core/text.ts';
import type { Instruction, InstructionName, InstructionNamed } from './instruction.ts';
import type { ShellCommand, ShellScript } from './shell.ts';
import type { Stage, StageGraph } from './stage.ts';
import type { DockerfileSyntax } from './syntax.ts';

/** Why the reference parser would refuse the file, and where. */
export interface Rejection {
  /** One sentence of our own: what is wrong. */
  readonly message: string;
  readonly range: SourceRange;
  /** One-based line that BuildKit names, 0 when it names none. */
  readonly line: number;
  /** Build arguments without which BuildKit refuses the file; with values for them it may take it. */
  readonly unlessGiven?: readonly string[];
}

/** A command in a RUN, CMD, ENTRYPOINT or HEALTHCHECK with what it stands in. */
export interface PlacedCommand {
  readonly command: ShellCommand;
  readonly instruction: Instruction;
  /** Undefined only for what stands before the first FROM. */
  readonly stage: Stage | undefined;
}

/** A Dockerfile, read. Everything that costs is computed on first use and kept. */
export interface Dockerfile extends Artifact, StageGraph {
  readonly kind: 'dockerfile';
  readonly lines: LineIndex;
  readonly syntax: DockerfileSyntax;
  /** All, in order, those before the first FROM too. */
  readonly instructions: readonly Instruction[];
  /** What BuildKit would refuse; the first one is where BuildKit itself stops. */
  readonly rejections: readonly Rejection[];
  /** All instructions of one kind, ONBUILD triggers included, with their stages. */
  instructionsNamed<Name extends InstructionName>(
    name: Name,
  ): readonly { readonly instruction: InstructionNamed<Name>; readonly stage: Stage | undefined }[];
  /** The shell view of what an instruction runs; undefined when it runs nothing. */
  script(instruction: Instruction): ShellScript | undefined;
  /** Every command of every RUN (ONBUILD's too) whose program has that base name, in order. Constant time when there is none. */
  commandsNamed(...names: readonly string[]): readonly PlacedCommand[];
  /** Every command of every RUN, in order. */
  readonly commands: readonly PlacedCommand[];
  /**
   * Lets go of all that was computed; what is asked for later is computed anew, as other objects. For who looks at thousands
   * of files, one after the other, and holds on to nothing of them.
   */
  forget(): void;
}
