import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import type { ApplicationPlan, Choices } from '../../src/init/plan.ts';
import { repositoryOf } from '../../src/init/repository.ts';

/** What is found in files that are given as texts by path, on the day on which the tests were written. */
export function detectedIn(files: Readonly<Record<string, string>>, choices: Choices = {}) {
  const repository = repositoryOf('/shop', Object.keys(files), (file) => files[file]);
  const existing = { dockerfiles: [], manifests: false };
  return detectApplications(repository, { detectors, choices, today: '2026-11-26', within: '', existing });
}

export function plansOf(files: Readonly<Record<string, string>>, choices: Choices = {}): readonly ApplicationPlan[] {
  return detectedIn(files, choices).plans;
}

export const asks = (plan: ApplicationPlan | undefined, pattern: RegExp) =>
  plan?.questions.some(({ question }) => pattern.test(question));
