/** A comment of the account that the token is for. */
export interface OwnComment {
  /** As the host's API names it. */
  readonly id: string;
  readonly text: string;
}

/** A line of a pull request's difference that was added or changed. */
export type ChangedLine = { readonly line: number; readonly text: string };

/** A place of a file with what should stand there. */
export interface ReviewSuggestion {
  readonly path: string;
  /** One-based, both included. */
  readonly startLine: number;
  readonly endLine: number;
  /** The lines that are replaced, each with a line end. */
  readonly before: string;
  /** The lines that stand there instead, each with a line end. */
  readonly text: string;
  /** What the change does, a sentence for each fix. */
  readonly titles: readonly string[];
}

/** The comments of one pull or merge request. A further host is a function that gives one of these. */
export interface CommentHost {
  /** For messages: `github.com, pull request 7`. */
  readonly name: string;
  /** Comments of this account that contain a text, the oldest first. Those of others are never touched, whatever they contain. */
  own(marker: string): Promise<readonly OwnComment[]>;
  create(text: string): Promise<void>;
  update(id: string, text: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Puts suggestions that can be accepted with a click at lines that the request changes, each once; gives how many are new. Not every host can. */
  readonly suggest?: (suggestions: readonly ReviewSuggestion[]) => Promise<number>;
}
