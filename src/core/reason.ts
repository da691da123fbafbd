/** Words that agree, refuse, or say that something is meant so or left for later: not why. */
const sayNothing: ReadonlySet<string> = new Set(
  [
    'no nope not yes yep yeah on off true false none null ok okay okey fine good sure right na nb',
    'needed need needs required require requires necessary mandatory wanted want intended intentional intentionally purpose deliberate',
    'ignore ignored ignoring skip skipped disable disabled enable enabled allow allowed accept accepted suppress suppressed',
    'todo tbd fixme xxx hack wip later reason because why here this that it is the by for now must be see note comment',
  ].flatMap((words) => words.split(' ')),
);

/** A number of an issue, which tells why. */
const issue = /(?:^|\s)#\d/;

/** True where words, without the mark of a comment, say why something is as it is: `needs the socket`, `#512`, but not `no`, `ok`, `-` or `required`. */
export function isReason(words: string): boolean {
  if (issue.test(words)) return true;
  // A single ideograph is a word, a single letter is none.
  return (words.toLowerCase().match(/\p{Lo}|\p{L}{2,}/gu) ?? []).some((word) => !sayNothing.has(word));
}
