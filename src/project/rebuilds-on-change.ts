import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { startedCommands } from './started-commands.ts';

/** Programs that build again, and start what was built, when a source changes: they call the compiler in the container. */
export const rebuilders = /^(?:air|reflex|watchexec|CompileDaemon|gow|realize|cargo-watch)$/;

/** The program of ENTRYPOINT or CMD that builds in the container; undefined where none does. */
export function rebuilderOf(dockerfile: Dockerfile, stage: Stage): string | undefined {
  return startedCommands(dockerfile, stage).find(({ name }) => rebuilders.test(name))?.name;
}
