/** Words of constraints that hold in the image. */
const holds = /^(?:linux|unix|amd64|arm64|gc|cgo|go1\.\d+)$/;

const otherSystems =
  /_(?:aix|android|darwin|dragonfly|freebsd|illumos|ios|js|netbsd|openbsd|plan9|solaris|wasip1|windows)(?:_\w+)?\.go$/;

/**
 * Whether `go build` takes a file for Linux without any tag: what its name and its constraint ask for. Tags of a project's own do not hold.
 * https://pkg.go.dev/cmd/go#hdr-Build_constraints
 */
export function isBuiltOnLinux(path: string, text: string): boolean {
  if (otherSystems.test(path)) return false;
  const head = text.slice(0, /^package\s/m.exec(text)?.index ?? text.length);
  const written = /^\/\/go:build[ \t]+(.+)$/m.exec(head)?.[1];
  if (written !== undefined) return isTrue(written);
  // The older form: words of a line are alternatives, commas join, and every line must hold.
  return [...head.matchAll(/^\/\/[ \t]*\+build[ \t]+(.+)$/gm)].every(([, line = '']) =>
    line
      .trim()
      .split(/\s+/)
      .some((word) => isTrue(word.replaceAll(',', '&&'))),
  );
}

/** Go refuses larger ones: https://pkg.go.dev/go/build/constraint */
const mostWords = 1000;

/** Of an expression of words, `!`, `&&`, `||` and parentheses. One that is none, or too large, constrains nothing. */
function isTrue(expression: string): boolean {
  const words = expression.match(/[\w.]+|&&|\|\||[!()]/g) ?? [];
  if (words.length > mostWords) return true;
  let at = 0;
  const any = (): boolean => {
    let value = all();
    while (words[at] === '||') {
      at++;
      value = all() || value;
    }
    return value;
  };
  const all = (): boolean => {
    let value = one();
    while (words[at] === '&&') {
      at++;
      value = one() && value;
    }
    return value;
  };
  const one = (): boolean => {
    const word = words[at++] ?? '';
    if (word === '!') return !one();
    if (word !== '(') return holds.test(word);
    const value = any();
    at++;
    return value;
  };
  return words.length === 0 || any();
}
