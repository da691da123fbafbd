import type { SourceRange } from '../core/text.ts';
import type { Heredoc, InstructionItem, MappedText, Token } from './syntax.ts';

/** `--name=value` or `--name` between the keyword and the arguments. */
export interface Flag {
  /** Lower case or as written: flags are case-sensitive. Without dashes. */
  readonly name: string;
  /** Absent for a flag without `=`. */
  readonly value: Token | undefined;
  readonly range: SourceRange;
}

/** What every instruction has. */
export interface InstructionBase {
  readonly syntax: InstructionItem;
  /** From keyword to last character, here-documents included: `syntax.trimmed`. For an ONBUILD trigger: of the trigger. */
  readonly range: SourceRange;
  /** Keyword as written; its range begins the instruction. Compare `name` for which instruction it is. */
  readonly keyword: Token;
  readonly flags: readonly Flag[];
  readonly heredocs: readonly Heredoc[];
  /** One-based line of the keyword, as BuildKit reports findings on it. */
  readonly line: number;
}

export interface FromInstruction extends InstructionBase {
  readonly name: 'FROM';
  /** The image reference or stage name, variables not expanded. Absent when nothing is there. */
  readonly image: Token | undefined;
  readonly platform: Token | undefined;
  readonly asKeyword: Token | undefined;
  /** The stage's name as written. */
  readonly alias: Token | undefined;
}

/** What RUN, CMD, ENTRYPOINT, HEALTHCHECK CMD and SHELL run. BuildKit falls back to the shell form when the JSON is not valid. */
export type CommandForm =
  | {
      readonly form: 'shell';
      /** For RUN with a here-document as its whole command: the here-document's content is in `heredocs`. */
      readonly command: MappedText;
      /** True when the text begins with `[` as if JSON were meant, but is none. */
      readonly failedJson: boolean;
    }
  | { readonly form: 'exec'; readonly words: readonly Token[] };

/** One `--mount` of RUN. https://docs.docker.com/reference/dockerfile/#run---mount */
export interface Mount {
  /** `bind` when not given. */
  readonly type: string;
  /** Every key with its value as written; a key alone (`required`, `ro`) has the value 'true'. Keys in lower case. */
  readonly options: ReadonlyMap<string, string>;
  readonly range: SourceRange;
}

export interface RunInstruction extends InstructionBase {
  readonly name: 'RUN';
  readonly command: CommandForm;
  readonly mounts: readonly Mount[];
  readonly network: Token | undefined;
  readonly security: Token | undefined;
}

export interface CmdInstruction extends InstructionBase {
  readonly name: 'CMD';
  readonly command: CommandForm;
}

export interface EntrypointInstruction extends InstructionBase {
  readonly name: 'ENTRYPOINT';
  readonly command: CommandForm;
}

export interface HealthcheckInstruction extends InstructionBase {
  readonly name: 'HEALTHCHECK';
  /** `none`, or `cmd` with its command; `invalid` when neither is there. */
  readonly check: { readonly kind: 'none' | 'invalid' } | { readonly kind: 'cmd'; readonly command: CommandForm };
}

export interface ShellInstruction extends InstructionBase {
  readonly name: 'SHELL';
  readonly command: CommandForm;
}

export interface CopyInstruction extends InstructionBase {
  readonly name: 'COPY' | 'ADD';
  /** Paths, URLs and globs; here-documents are in `heredocs` and not repeated here. */
  readonly sources: readonly Token[];
  readonly destination: Token | undefined;
  readonly form: 'shell' | 'exec';
  readonly from: Token | undefined;
  readonly chown: Token | undefined;
  readonly chmod: Token | undefined;
  readonly link: boolean;
  readonly parents: boolean;
  readonly excludes: readonly Token[];
  /** ADD only. */
  readonly checksum: Token | undefined;
  readonly keepGitDir: boolean;
}

export interface KeyValue {
  readonly key: Token;
  /** Absent for `ARG NAME`. */
  readonly value: Token | undefined;
  readonly range: SourceRange;
}

export interface EnvInstruction extends InstructionBase {
  readonly name: 'ENV' | 'LABEL';
  readonly pairs: readonly KeyValue[];
  /** `ENV key value`, without `=`. */
  readonly legacy: boolean;
}

export interface ArgInstruction extends InstructionBase {
  readonly name: 'ARG';
  readonly pairs: readonly KeyValue[];
}

export interface ExposeInstruction extends InstructionBase {
  readonly name: 'EXPOSE';
  readonly ports: readonly Token[];
}

export interface VolumeInstruction extends InstructionBase {
  readonly name: 'VOLUME';
  readonly form: 'shell' | 'exec';
  readonly paths: readonly Token[];
}

/** USER, WORKDIR, STOPSIGNAL and MAINTAINER: one value, the whole rest of the line. */
export interface ValueInstruction extends InstructionBase {
  readonly name: 'USER' | 'WORKDIR' | 'STOPSIGNAL' | 'MAINTAINER';
  readonly value: Token;
}

export interface OnbuildInstruction extends InstructionBase {
  readonly name: 'ONBUILD';
  /** The instruction that is run later; absent when nothing is there. */
  readonly trigger: Instruction | undefined;
}

export interface UnknownInstruction extends InstructionBase {
  readonly name: 'UNKNOWN';
}

export type Instruction =
  | FromInstruction
  | RunInstruction
  | CmdInstruction
  | EntrypointInstruction
  | HealthcheckInstruction
  | ShellInstruction
  | CopyInstruction
  | EnvInstruction
  | ArgInstruction
  | ExposeInstruction
  | VolumeInstruction
  | ValueInstruction
  | OnbuildInstruction
  | UnknownInstruction;

export type InstructionName = Instruction['name'];

/** The variant that can have that name: `InstructionNamed<'RUN'>` is {@link RunInstruction}, `<'ADD'>` is {@link CopyInstruction}. */
export type InstructionNamed<Name extends InstructionName> = Instruction extends infer Each
  ? Each extends { readonly name: string }
    ? Name extends Each['name']
      ? Each
      : never
    : never
  : never;
