import type { GeneratedFile, ObservePart, ObservePlan } from '../observe-plan.ts';
import { kustomization } from './kustomization.ts';
import { rbac } from './rbac.ts';
import { ruleTexts, runbookTexts, testTexts } from './rule-text.ts';
import { scrapeConfiguration } from './scrape.ts';

/** Scrape configuration, rules and the right to read, for Prometheus. */
export const prometheusPart: ObservePart = {
  name: 'prometheus',
  summary: 'Prometheus: scrape configuration, recording and alert rules with their tests and runbooks, RBAC',
  write(plan) {
    const files = plan.choices.stack === 'operator' ? [] : configuration(plan);
    const all = [rbac(plan.choices), ...files, ...testTexts(plan), ...runbookTexts(plan)];
    return [kustomization(plan, all), ...all];
  },
};

function configuration(plan: ObservePlan): readonly GeneratedFile[] {
  return [scrapeConfiguration(plan), ...ruleTexts(plan)];
}
