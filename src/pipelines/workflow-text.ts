/** A value of a project in YAML: JSON's strings are YAML's double-quoted ones. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Lines behind `|`, each indented. */
export function block(lines: readonly string[], indent: number): string {
  return lines.map((line) => `${' '.repeat(indent)}${line}`.trimEnd()).join('\n');
}

/** The first lines: who wrote it, how its choices are made again, how it is changed. */
export function head(command: string, note: readonly string[], mark: '#' | '//' = '#'): string {
  const lines = [
    'Written by Plimsoll. A later run of the command brings a newer version, and leaves this file alone where you changed it.',
    'What stands between «plimsoll:keep» and «plimsoll:end» is yours and is always kept.',
    `$ plimsoll ci init ${command}`,
    ...note,
    // A change of theirs would be one by hand, by which this file would get no newer version any more.
    ...(mark === '#'
      ? ['', 'plimsoll ignore-file=bases/newer,bases/moved -- a newer version of this file names newer images']
      : []),
  ];
  return `${lines.map((line) => `${mark} ${line}`.trimEnd()).join('\n')}\n`;
}
