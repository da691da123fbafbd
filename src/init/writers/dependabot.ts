/** Where Dependabot looks. */
export const dependabotPath = '.github/dependabot.yml';

/** The configuration of Dependabot for directories with a Dockerfile: base images are then kept current. */
export function writeDependabot(directories: readonly string[]): string {
  return `# Base images get fixes under new tags only: without this they are as old as the Dockerfile.
version: 2
updates:
${entries(directories, '  ')}`;
}

/** What is added to a configuration that tells of other dependencies; undefined where its form does not allow lines at its end. */
export function addToDependabot(text: string, directories: readonly string[]): string | undefined {
  const keys = [...text.matchAll(/^([A-Za-z][\w-]*):/gm)];
  const item = /^updates:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*([ \t]*)- /m.exec(text);
  if (keys.at(-1)?.[1] !== 'updates' || item === null) return undefined;
  const added = `# Base images get fixes under new tags only: without this they are as old as the Dockerfile.\n`;
  const indent = item[1] ?? '';
  const lines = `${indent}${added}${entries(directories, indent)}`;
  return (text.endsWith('\n') ? '' : '\n') + (text.includes('\r\n') ? lines.replace(/\n/g, '\r\n') : lines);
}

function entries(directories: readonly string[], indent: string): string {
  return directories
    .map(
      (directory) => `${indent}- package-ecosystem: docker
${indent}  directory: /${directory}
${indent}  schedule:
${indent}    interval: weekly
`,
    )
    .join('');
}
