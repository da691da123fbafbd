import { absolutePath } from '../../project/copied-files.ts';
import { fileCopiedTo } from '../../project/copied-script.ts';
import { buildsOf } from '../../project/project.ts';
import { builtApplications } from './reads-files.ts';
import type { SplitSubject } from './split-plan.ts';

/** Calls of Go that read files by the names they are given. */
const reading =
  /\b(?:os\.(?:Open|OpenFile|ReadFile|ReadDir|DirFS)|ioutil\.(?:ReadFile|ReadDir)|http\.(?:Dir|ServeFile)|Parse(?:Files|Glob)|LoadHTML(?:Files|Glob)|filepath\.(?:Walk|WalkDir|Glob))\(([^()]{0,400})/g;
const literal = /"([^"\\\n]{1,200})"|`([^`\n]{1,200})`/g;

/** Files of a context that are looked at for one name. */
const mostFiles = 200;

/**
 * Files and directories of the image, absolute, that the sources of a Go program name as what they read, relative to where it runs, and that
 * COPY puts there. Of a deeper name its first directory: what lies beside is mostly read by it, too.
 */
export function filesBeside(subject: SplitSubject): readonly string[] {
  const { directory } = subject;
  if (directory === undefined) return [];
  const tops = new Set<string>();
  for (const application of builtApplications(subject, 'go'))
    for (const path of application.sourcePaths)
      for (const [, words = ''] of (application.artifact(path)?.text ?? '').matchAll(reading))
        for (const [, quoted, raw] of words.matchAll(literal)) {
          const top = topOf(quoted ?? raw ?? '');
          if (top !== undefined && isCopied(subject, directory, top)) tops.add(top);
        }
  return [...tops].sort().flatMap((top) => absolutePath(directory, top) ?? []);
}

/** `templates` of `./templates/*.html`; undefined for what lies elsewhere, or may be anything. */
function topOf(name: string): string | undefined {
  const [top = ''] = name.replace(/^(?:\.\/)+/, '').split('/');
  return name.startsWith('/') || top === '' || top.startsWith('.') || !/^[\w.@+-]+$/.test(top) ? undefined : top;
}

/** Whether a COPY puts a file of that name, or one below a directory of that name, into the working directory. */
function isCopied({ project, dockerfile, stage }: SplitSubject, directory: string, top: string): boolean {
  for (const { context } of buildsOf(project, dockerfile)) {
    if (!context) continue;
    const named = context.index.entries.filter(({ path, kind }) => kind === 'file' && `/${path}/`.includes(`/${top}/`));
    for (const { path } of named.slice(0, mostFiles)) {
      const at = `/${path}/`.indexOf(`/${top}/`);
      const place = absolutePath(directory, path.slice(at));
      if (place !== undefined && fileCopiedTo(context, dockerfile, stage, place) === path) return true;
    }
  }
  return false;
}
