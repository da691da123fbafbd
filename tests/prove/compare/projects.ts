import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadProject } from '../../../src/project/load-project.ts';
import type { ImageBuild, Project } from '../../../src/project/project.ts';

export interface ProjectsOnDisk {
  /** A project of these files, with its first build. */
  load(files: Readonly<Record<string, string>>): Promise<{ readonly project: Project; readonly build: ImageBuild }>;
  remove(): void;
}

export function projectsOnDisk(): ProjectsOnDisk {
  const top = mkdtempSync(path.join(tmpdir(), 'plimsoll-compare-'));
  let count = 0;
  return {
    async load(files) {
      const root = path.join(top, String(count++));
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
        writeFileSync(path.join(root, file), text);
      }
      const project = await loadProject({ kind: 'directory', path: root });
      const [build] = project.builds;
      if (build === undefined) throw new Error('the files build no image');
      return { project, build };
    },
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}
