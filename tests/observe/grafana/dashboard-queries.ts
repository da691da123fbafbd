import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { isJsonObject, type JsonObject, jsonObjectOf } from '../../../src/core/json-object.ts';
import { allDashboards } from '../../../src/observe/grafana/all-dashboards.ts';
import { plainChoices } from '../observe-choices.ts';

export interface DashboardQuery {
  /** `images: Largest images: A`. */
  readonly where: string;
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
  readonly legend: string;
}

/** The dashboards as Grafana reads them: from their JSON. */
export function writtenDashboards(): ReadonlyMap<string, Dashboard> {
  const copies = [...allDashboards(plainChoices)].map(([name, dashboard]): [string, Dashboard] => [
    name,
    JSON.parse(JSON.stringify(dashboard)),
  ]);
  return new Map(copies);
}

/** Its panels, without the rows. */
export function panelsOf(dashboard: Dashboard): JsonObject[] {
  const panels: unknown[] = dashboard.panels ?? [];
  return panels.filter(isJsonObject).filter(({ type }) => type !== 'row');
}

export function queriesOf(dashboards: ReadonlyMap<string, Dashboard>): DashboardQuery[] {
  return [...dashboards].flatMap(([name, dashboard]) =>
    panelsOf(dashboard).flatMap((panel) => {
      const targets = Array.isArray(panel.targets) ? panel.targets.map(jsonObjectOf) : [];
      return targets.map(({ expr, legendFormat, refId }) => ({
        where: `${name}: ${String(panel.title)}: ${String(refId)}`,
        dashboard: name,
        panel: String(panel.title),
        expr: String(expr),
        legend: String(legendFormat),
      }));
    }),
  );
}

/** The queries by which the variables get their values. */
export function variableQueriesOf(dashboards: ReadonlyMap<string, Dashboard>) {
  return [...dashboards].flatMap(([name, { templating }]) =>
    (templating?.list ?? []).flatMap((variable) => {
      const { query } = jsonObjectOf(variable.query);
      const found = /^label_values\((.+), (\w+)\)$/.exec(String(query));
      return found ? [{ where: `${name}: $${variable.name}`, series: found[1] ?? '', label: found[2] ?? '' }] : [];
    }),
  );
}

/** With the values that a person chose, as Grafana puts them in. */
export function withValues(expr: string, values: Readonly<Record<string, string>>): string {
  return expr
    .replace(/\$__rate_interval/g, values.__rate_interval ?? '2m')
    .replace(/\$(\w+)/g, (_, name: string) => values[name] ?? raise(`no value for $${name}`));
}

function raise(message: string): never {
  throw new Error(message);
}
