import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { ObserveChoices } from '../observe-plan.ts';
import { auditsDashboard } from './dashboards/audits.ts';
import { clusterDashboard } from './dashboards/cluster.ts';
import { containerDashboard } from './dashboards/container.ts';
import { imagesDashboard } from './dashboards/images.ts';
import { namespaceDashboard } from './dashboards/namespace.ts';
import { workloadDashboard } from './dashboards/workload.ts';

/** Every dashboard, by the name of its file. */
export function allDashboards({ imageAgeDays }: ObserveChoices): ReadonlyMap<string, Dashboard> {
  return new Map([
    ['cluster', clusterDashboard()],
    ['namespace', namespaceDashboard()],
    ['workload', workloadDashboard()],
    ['container', containerDashboard()],
    ['images', imagesDashboard(imageAgeDays)],
    ['audits', auditsDashboard()],
  ]);
}
