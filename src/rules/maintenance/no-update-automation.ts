import type { ReportedPlace } from '../../core/rule.ts';
import type { Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';
import { updatesImages } from '../../project/update-automation.ts';

export const rule = projectRule({
  severity: 'note',
  summary: 'nothing keeps base images current',
  why: 'A tag or digest in FROM is as old as the day on which somebody last changed it, and fixes of the base image arrive only when somebody remembers.',
  remedy: 'Let Renovate or Dependabot open a pull request when a base image has a newer version.',
  peers: [],
  check({ project }, { report }) {
    // Without CI files this is a part of a repository, whose root may hold the configuration.
    if (!project.otherFiles.some(({ kind }) => kind === 'ci')) return;
    const place = firstBase(project);
    if (!place || updatesImages(project)) return;
    const dependabot = dependabotFile(project);
    if (dependabot)
      report({
        at: { path: dependabot, range: { start: 0, end: 0 } },
        message: 'Dependabot is told of other dependencies, and not of Dockerfiles.',
        remedy: 'Add an entry with package-ecosystem: docker.',
        also: [place],
      });
    else report({ at: place, message: 'Neither Renovate nor Dependabot nor another tool keeps base images current.' });
  },
});

/** The first FROM that names an image with a tag or digest of its own. */
function firstBase({ dockerfiles }: Project): ReportedPlace | undefined {
  for (const { path, stages } of dockerfiles)
    for (const { base, from } of stages)
      if (base.kind === 'image' && from?.image) return { path, range: from.image.range };
  return undefined;
}

function dependabotFile({ otherFiles }: Project): string | undefined {
  return otherFiles.find(({ path }) => /(?:^|\/)dependabot\.ya?ml$/.test(path))?.path;
}
