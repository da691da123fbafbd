import type { ObservePart } from '../observe-plan.ts';

/** Scrape configuration, rules and the right to read, for Prometheus. */
export const prometheusPart: ObservePart = {
  name: 'prometheus',
  summary: 'Prometheus: scrape configuration, recording and alert rules, RBAC',
  write: () => [],
};
