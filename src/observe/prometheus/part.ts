import type { GeneratedFile, ObservePart, ObservePlan } from '../observe-plan.ts';
import { kustomization } from './kustomization.ts';
import { operatorObjects } from './operator.ts';
import { operatorInstance } from './operator-instance.ts';
import { rbac } from './rbac.ts';
import { ruleTexts, runbookTexts, testTexts } from './rule-text.ts';
import { scrapeConfiguration } from './scrape.ts';
import { workloads } from './workloads.ts';

/** Scrape configuration, rules and the right to read, for Prometheus. */
export const prometheusPart: ObservePart = {
  name: 'prometheus',
  summary: 'Prometheus: scrape configuration, recording and alert rules with their tests and runbooks, RBAC',
  write(plan) {
    const { stack } = plan.choices;
    const files =
      stack === 'operator' ? [...operatorObjects(plan), ...operatorInstance(plan.choices)] : configuration(plan);
    const running = stack === 'full' ? workloads(plan) : [];
    // promtool tries files of rules, not objects of the Operator; the groups are the same.
    const tests = stack === 'operator' ? [] : testTexts(plan);
    const all = [rbac(plan.choices), ...files, ...running, ...tests, ...runbookTexts(plan)];
    return [kustomization(plan, all), ...all];
  },
};

function configuration(plan: ObservePlan): readonly GeneratedFile[] {
  return [scrapeConfiguration(plan), ...ruleTexts(plan)];
}
