import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadProject } from '../project/load-project.ts';
import type { Project } from '../project/project.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { readTarget } from './read-target.ts';

/** What `--dockerfile` names, else a Dockerfile of the working directory: only where it surely made the image it counts. */
export async function repositoryFrom(parsed: ParsedArguments, terminal: Terminal): Promise<Project | undefined> {
  const named = parsed.value('dockerfile');
  if (named === undefined && !existsSync(path.join(terminal.cwd, 'Dockerfile'))) return undefined;
  return loadProject(await readTarget([named ?? 'Dockerfile'], undefined, terminal), {});
}
