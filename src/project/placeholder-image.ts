/** The name of an image that a script puts in before the build: `FROM BASEIMAGE`, `FROM REPLACE-ME`, `{{ … }}`, `@IMAGE@`. */
export function isPlaceholderImage(name: string): boolean {
  return /^[A-Z][A-Z0-9_-]*$|\{\{|@@|%%|<%|^[@%].*[@%]$/.test(name);
}

/** The cause of all that is found of the name in a FROM that BuildKit refuses as it stands. */
export function refusedBase(line: number): string {
  return `refused-base:${line}`;
}
