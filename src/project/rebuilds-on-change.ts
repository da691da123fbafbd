import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { startedCommands } from './started-commands.ts';

/** Programs that build again, and start what was built, when a source changes: they call the compiler in the container. */
export const rebuilders = /^(?:air|reflex|watchexec|CompileDaemon|gow|realize|cargo-watch)$/;

/** The program of ENTRYPOINT or CMD that builds in the container; undefined where none does. */
export function rebuilderOf(dockerfile: Dockerfile, stage: Stage): string | undefined {
  for (const { name, arguments: words } of startedCommands(dockerfile, stage)) {
    if (rebuilders.test(name) && !isBuiltHere(dockerfile, name)) return name;
    // What `cargo install cargo-watch` brings, and dotnet's own.
    const verb = words.find(({ value }) => !/^[+-]/.test(value))?.value;
    if (/^(?:cargo|dotnet)$/.test(name) && verb === 'watch') return `${name} watch`;
  }
  return undefined;
}

/** True for a program that the file has Go build under that name, `go build -o /usr/bin/air .`: no known tool, but one's own. */
export function isBuiltHere(dockerfile: Dockerfile, name: string): boolean {
  return dockerfile.commandsNamed('go').some(({ command }) => {
    const words = command.arguments.map(({ value }) => value);
    return (
      /^(?:build|install)$/.test(words[0] ?? '') &&
      words.some((word, at) => {
        const isPlace = /^(?:--?o=|[./])/.test(word) || /^--?o$/.test(words[at - 1] ?? '');
        return isPlace && word.replace(/^(?:--?o=)?(?:.*\/)?/, '') === name;
      })
    );
  });
}
