/**
 * Text with its parts between an opening and the next closing mark replaced; what is never closed stays. In one pass: a pattern with
 * `[\s\S]*?` would look to the end of a file again for each mark that is not closed.
 */
export function replaceBetween(
  text: string,
  opening: RegExp,
  closing: (opening: string) => string,
  replace: (part: string) => string,
): string {
  const unclosed = new Set<string>();
  let result = '';
  let done = 0;
  for (const { index, 0: mark } of text.matchAll(opening)) {
    if (index < done) continue;
    const end = closing(mark);
    const at = unclosed.has(end) ? -1 : text.indexOf(end, index + mark.length);
    if (at === -1) {
      unclosed.add(end);
      continue;
    }
    result += text.slice(done, index) + replace(text.slice(index, at + end.length));
    done = at + end.length;
  }
  return result + text.slice(done);
}

/** XML without its comments, of which the line ends stay, so that places stay where they are. */
export function withoutComments(text: string): string {
  return replaceBetween(
    text,
    /<!--/g,
    () => '-->',
    (part) => part.replace(/[^\n]/g, ' '),
  );
}

/** What a pom.xml says of the module itself, not of what it stands on. */
export function ownPart(text: string): string {
  return replaceBetween(
    text,
    /<(?:parent|dependencies|dependencyManagement|build|profiles|plugins)>/g,
    (opening) => opening.replace('<', '</'),
    () => '',
  );
}
