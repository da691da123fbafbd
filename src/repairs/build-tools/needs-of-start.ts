import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { parseScriptFile } from '../../dockerfile/parse-script.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import type { PackageArgument } from '../../ecosystems/package-command.ts';
import type { Project } from '../../project/project.ts';
import { isOtherLanguage, saidOfContainers, startedFiles } from '../started-files.ts';
import { compilerCalled } from './uses-of-tools.ts';

/** A compiler as the first word of a line of shell, or of a string. */
const compilerFirst =
  /(?:^|["';&|(])[ \t]*(?:exec[ \t]+)?(?:[\w./-]*\/)?(gcc|g\+\+|cc|clang|make|cmake|javac|jar|jshell|jcmd|jmap|jps|jstack|jstat|go|cargo|rustc|mvn|gradle|\.\/gradlew|\.\/mvnw)(?=["' \t,;]|$)/m;
/** What programs of other languages start others with. */
const starts = /subprocess|popen|exec|spawn|system|\brun\(|\bcall\(|`/i;

/** What the container starts, as far as the project tells, and that calls a compiler or one of the tools. A clause. */
export function needOfStart(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  tools: readonly PackageArgument[],
): string | undefined {
  const names = new Set(tools.map(({ name }) => name));
  for (const { path, text } of startedFiles(project, dockerfile, stage)) {
    const called = isOtherLanguage(path) ? calledByProgram(text) : calledByScript(text, names);
    if (called !== undefined) return `the container starts ${path}, which calls ${called}`;
  }
  const said = compilerFirst.exec(saidOfContainers(project, dockerfile, stage));
  return said?.[1] === undefined ? undefined : `a manifest that runs the image says ${said[1]}`;
}

function calledByScript(text: string, tools: ReadonlySet<string>): string | undefined {
  const { commands, errors, dialect } = parseScriptFile(text);
  for (const { name, arguments: words } of commands) {
    const called = compilerCalled(
      name,
      words.map(({ value }) => value),
    );
    if (called !== undefined) return called;
    if (tools.has(name)) return name;
  }
  if (dialect === 'unknown') return calledByProgram(text);
  return errors.length > 0 ? compilerFirst.exec(text)?.[1] : undefined;
}

/** A compiler as a string, in a line that starts something. */
function calledByProgram(text: string): string | undefined {
  return text
    .split('\n')
    .filter((line) => starts.test(line))
    .map((line) => compilerFirst.exec(line)?.[1])
    .find((called) => called !== undefined);
}
