import type { Application } from '../project/application.ts';
import type { ImageBuild, Project } from '../project/project.ts';
import { startedWords } from '../project/started-commands.ts';
import { saidOfContainers } from './started-files.ts';

/** Where programs lie that people start by hand, and not the service. */
const ofCommands = /(?:^|\/)(?:cli|commands?|scripts?|tools?|bin|manage)(?:\/|\.py$)/;

/**
 * Whether the containers of some builds run a file of a Python application: it is what they start, or what that imports by name. Where nothing that they start is a
 * file of the application, by a script for instance, a file counts that does not lie among commands.
 */
export function runsPythonFile(
  project: Project,
  application: Application,
  builds: readonly ImageBuild[],
  path: string,
): boolean {
  const words = new Set(
    builds.flatMap(({ dockerfile, stage }) =>
      stage === undefined
        ? []
        : [
            ...startedWords(stage),
            // As a list, and in one text for a shell.
            ...saidOfContainers(project, dockerfile, stage).split(/[\s"'=;&|]+/),
          ],
    ),
  );
  const files = [...words].flatMap(filesNamed);
  const started = application.sourcePaths.filter((each) =>
    files.some((file) => each === file || each.endsWith(`/${file}`)),
  );
  if (started.length === 0) return !ofCommands.test(path);
  const module = path.replace(/(?:\/__init__)?\.py$/, '').replace(/^.*\//, '');
  const imports = new RegExp(`^[ \\t]*(?:from|import)[ \\t][^\\n#]*\\b${module.replace(/\W/g, '')}\\b`, 'm');
  return started.some((each) => each === path || imports.test(application.artifact(each)?.text ?? ''));
}

/** `/app/src/app.py` by its end, `shop.main:app` and `shop.main` as the files of that module. */
function filesNamed(word: string): readonly string[] {
  if (/\.py$/.test(word)) return [word.replace(/^(?:\.?\/)+/, ''), word.replace(/^.*\//, '')];
  const module = /^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?::[\w.()]+)?$/.exec(word)?.[1]?.replaceAll('.', '/');
  return module === undefined ? [] : [`${module}.py`, `${module}/__init__.py`, `${module}/__main__.py`];
}
