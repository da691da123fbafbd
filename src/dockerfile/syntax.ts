import type { SourceRange } from '../core/text.ts';

/** What continues a line and takes the meaning from the next character. */
export type EscapeCharacter = '\\' | '`';

/**
 * The concrete syntax of a Dockerfile: `items` are contiguous and cover the whole text, so that printing them gives the
 * same text, whatever it holds. Follows https://docs.docker.com/reference/dockerfile/#format and BuildKit's parser.
 */
export interface DockerfileSyntax {
  readonly text: string;
  /** The line continuation character that is in force: backslash or, after an `escape` directive, backtick. */
  readonly escape: EscapeCharacter;
  readonly directives: readonly DirectiveItem[];
  readonly items: readonly SyntaxItem[];
}

export type SyntaxItem = BlankItem | CommentItem | DirectiveItem | InstructionItem;

/** White space only, or the byte order mark. With the line's end. */
export interface BlankItem {
  readonly kind: 'blank';
  readonly range: SourceRange;
}

/** A whole-line comment outside of any instruction, with its line's end. */
export interface CommentItem {
  readonly kind: 'comment';
  readonly range: SourceRange;
}

/** A parser directive, `# name=value`, at the top of the file. */
export interface DirectiveItem {
  readonly kind: 'directive';
  readonly range: SourceRange;
  /** Lower case: `syntax`, `escape`, `check`. An unknown name is a plain comment and ends the directives. */
  readonly name: string;
  readonly value: string;
  readonly valueRange: SourceRange;
}

/** One instruction with its continuation lines, the comments and empty lines between them, and its here-documents. */
export interface InstructionItem {
  readonly kind: 'instruction';
  /** From the start of the first line to the end of the last one, line ends and here-documents included. */
  readonly range: SourceRange;
  /** From the keyword to the last character that belongs to the instruction (no trailing white space or line end). */
  readonly trimmed: SourceRange;
  /** One-based first and last line, as BuildKit's parser gives them (the last line of its here-documents, if any). */
  readonly startLine: number;
  readonly endLine: number;
  /** As written. */
  readonly keyword: Token;
  /** Everything after the keyword and the white space behind it, as one line: continuations, comment lines and empty lines taken out. */
  readonly rest: MappedText;
  readonly heredocs: readonly Heredoc[];
  /** Comment lines between continuation lines. */
  readonly innerComments: readonly SourceRange[];
  /** Lines that are empty between continuation lines (BuildKit: NoEmptyContinuation). */
  readonly emptyContinuations: readonly SourceRange[];
}

/** A piece of the source with the value it stands for. */
export interface Token {
  /** As BuildKit takes it: quotes removed where it removes them, variables not expanded. */
  readonly value: string;
  readonly range: SourceRange;
  /** The word with its quotes and escapes, which is what is expanded; absent when it is the same as `value`. */
  readonly raw?: string;
}

/** A text of which every character is known to come from a place in the source. */
export interface MappedText {
  readonly text: string;
  /** Source offset of the character at `index` of `text`; for `text.length`, the offset behind the last character. */
  sourceOffset(index: number): number;
}

/** A here-document of RUN, COPY or ADD. https://docs.docker.com/reference/dockerfile/#here-documents */
export interface Heredoc {
  readonly name: string;
  /** False when the delimiter is quoted: no variable is expanded in the content. */
  readonly expand: boolean;
  /** `<<-`: leading tabs are removed. */
  readonly chomp: boolean;
  readonly fileDescriptor: number;
  /** As the program receives it before expansion: tabs removed for `<<-`. */
  readonly content: string;
  /** The content's lines in the source, without the closing delimiter's line. */
  readonly contentRange: SourceRange;
  /**
   * False when the file ends before the delimiter. BuildKit rejects that; here the content is empty then, and the lines
   * that follow are read as instructions.
   */
  readonly terminated: boolean;
}
