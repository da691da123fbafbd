import type { Project } from './project.ts';

/** Renovate reads Dockerfiles unasked; Dependabot only where it is told to; a pipeline may run a tool of its own. */
export function updatesImages({ otherFiles, artifacts }: Project): boolean {
  return otherFiles.some(({ path, kind }) => {
    const text = artifacts.get(path)?.text ?? '';
    if (kind === 'ci')
      return /renovate|updatecli|dependabot|base-image-update|docker-lock|\bcrane digest\b/i.test(text);
    if (/dependabot\.ya?ml$/.test(path))
      return /package-ecosystem:\s{0,4}["']?docker(?:-compose)?["']?\s*$/m.test(text);
    return true;
  });
}
