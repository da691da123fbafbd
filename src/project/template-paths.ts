import path from 'node:path';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { DiscoveredFiles } from './discover.ts';

/**
 * Maven puts its properties into resources that it copies (https://maven.apache.org/plugins/maven-resources-plugin/examples/filter.html). Their names hold
 * dots, as no name does that Docker or a shell replaces.
 */
const mavenProperty = /\$\{[A-Za-z][\w-]*(?:\.[\w-]+)+\}/;

const engineMark = /\{\{|\}\}|\{%|%\}|<%|%>|@@|%%[A-Za-z]\w*%%/;

/** Whether an instruction of a template holds something that an engine fills in. */
export function holdsTemplateMark(text: string): boolean {
  return engineMark.test(text) || mavenProperty.test(text);
}

/** The Dockerfiles that an engine fills in first: by their names, or by what engines leave where Docker takes nothing like it. */
export function templatePaths(dockerfiles: readonly Dockerfile[], found: DiscoveredFiles): ReadonlySet<string> {
  const named = new Set(found.files.filter(({ template }) => template).map((file) => file.path));
  return new Set(
    dockerfiles
      .filter(({ path: file, text }) => named.has(file) || isFilledIn(text) || isFilteredByMaven(file, text, found))
      .map((file) => file.path),
  );
}

function isFilledIn(text: string): boolean {
  // Most texts hold none of these, and the expression looks at every line.
  return (
    ['{{', '{%', '<%', '@@', '%%'].some((mark) => text.includes(mark)) &&
    /^[ \t]*(?:\{\{|\{%|<%|@@|%%[A-Za-z])|^[ \t]*(?:FROM|ARG|ENV)\b.*(?:\{\{|\{%|<%|%%[A-Za-z]\w*%%)/im.test(text)
  );
}

function isFilteredByMaven(file: string, text: string, { applicationFiles }: DiscoveredFiles): boolean {
  if (!text.includes('.') || !mavenProperty.test(text)) return false;
  const around = new Set(directoriesAbove(file));
  return applicationFiles.some(
    (each) => path.posix.basename(each) === 'pom.xml' && around.has(path.posix.dirname(each)),
  );
}

function directoriesAbove(file: string): string[] {
  const directory = path.posix.dirname(file);
  return directory === '.' || directory === '/' ? [directory] : [directory, ...directoriesAbove(directory)];
}
