import type { Assumption, AssumptionState } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import {
  declaredFrontend,
  type FrontendFeature,
  frontendFeatures,
  provenFrontend,
  versionKnows,
} from '../dockerfile/frontend-version.ts';
import type { Project } from './project.ts';

/**
 * Whether a fix may write a feature into a Dockerfile: by its `# syntax` line, else by what it uses already and by the oldest
 * front end that the project declares (`frontend` in plimsoll.yaml). `unknown` where nothing tells which front end builds it.
 */
export function mayUse(project: Project, dockerfile: Dockerfile, feature: FrontendFeature): AssumptionState {
  if (frontendFeatures[feature].since === 0) return 'holds';
  const declared = declaredFrontend(dockerfile);
  if (declared !== undefined && declared !== 'unknown') return versionKnows(declared, feature) ? 'holds' : 'fails';
  const { minimumFrontend } = project;
  if (minimumFrontend && versionKnows(minimumFrontend, feature)) return 'holds';
  // A file that is built today has a front end that knows what stands in it.
  if (versionKnows(provenFrontend(dockerfile), feature)) return 'holds';
  // Nothing newer than the project declares: that a newer one may be there is no reason to need it.
  return minimumFrontend && declared === undefined ? 'fails' : 'unknown';
}

/** {@link mayUse} as an assumption of a fix. */
export function frontendKnows(project: Project, dockerfile: Dockerfile, feature: FrontendFeature): Assumption {
  const { since } = frontendFeatures[feature];
  const statement = `The front end that builds the file knows ${wordsFor(feature)} (Dockerfile 1.${since}).`;
  const state = mayUse(project, dockerfile, feature);
  if (state !== 'unknown') return { statement, state };
  const question = `Is the image built with BuildKit and a Dockerfile front end of version 1.${since} or later? «frontend: "1.${since}"» in plimsoll.yaml says so for all files.`;
  return { statement, state, question };
}

function wordsFor(feature: FrontendFeature): string {
  switch (feature) {
    case 'here-document':
      return 'here-documents';
    case 'COPY --chmod=symbolic':
      return 'COPY --chmod with a mode in letters';
    case 'ARG of several':
      return 'ARG with several variables';
    case 'pattern in variable':
      return 'patterns in variables';
    default:
      return feature;
  }
}
