import type { Artifact } from '../core/artifact.ts';
import type { ReadProblem } from '../core/report.ts';
import type { LineIndex, SourceRange } from '../core/text.ts';
import type { YamlNode } from './yaml-node.ts';

/** A text that holds YAML or JSON; ranges of its nodes are of `text`. */
export interface YamlSource extends Artifact {
  readonly lines: LineIndex;
}

/** One document of a YAML stream. */
export interface YamlDocument {
  readonly root: YamlNode;
  readonly source: YamlSource;
  /** From its `---`, or the text's begin, to the next one, or the text's end. */
  readonly range: SourceRange;
}

/** Why a document, or a part of it, could not be read. The rest was. */
export interface YamlProblem extends ReadProblem {
  readonly range: SourceRange;
  /**
   * `template`: the text is a template of some kind and no YAML before it is filled in. `unsupported`: it would be readable
   * with something that is not there or not done here. `invalid`: it is wrong.
   */
  readonly kind: 'invalid' | 'template' | 'unsupported';
}

export interface YamlStream {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly YamlProblem[];
}
