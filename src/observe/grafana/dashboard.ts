import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from './panels.ts';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from './sdk.ts';

export interface DashboardRow {
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
}

export interface DashboardPlan {
  /** In its address and its file's name; never changed, since links go there. */
  readonly uid: string;
  readonly title: string;
  readonly about: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly rows: readonly DashboardRow[];
  /** How far back it looks at first: `now-6h`. */
  readonly from: string;
}

/** Its tag: by it the dashboards link to each other. */
const tag = 'plimsoll';

/**
 * A dashboard as Grafana's file provisioning reads it (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/). It
 * is read-only in the page: what is changed there would be lost with the next version.
 */
export function dashboardOf({ uid, title, about, variables, rows, from }: DashboardPlan): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(about)
    .tags([tag])
    .readonly()
    .timezone('browser')
    .time({ from, to: 'now' })
    // As often as most of it is measured.
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(prometheusVariable())
    .link(
      new DashboardLinkBuilder('Plimsoll')
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true)
        .targetBlank(false),
    );
  for (const variable of variables) builder.withVariable(variable);
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panel);
  }
  const dashboard = builder.build();
  // The SDK leaves the numbers out, and Grafana would give others with each load: links to a panel would break.
  const panels = (dashboard.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 }));
  return { ...dashboard, panels };
}

function prometheusVariable(): Builder<VariableModel> {
  return new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus');
}

/**
 * A choice among the values that a label has. @param series selects the series that are asked: `metric{namespace="$namespace"}`
 */
export function labelVariable(name: string, title: string, series: string, { label = name, all = false } = {}) {
  const query = `label_values(${series}, ${label})`;
  const variable = new QueryVariableBuilder(name)
    .label(title)
    .query({ query, refId: `variable-${name}` })
    .definition(query)
    .datasource(datasource)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
  // «.+» and not «.*»: a series without the label is of something larger, and would be counted twice.
  return all ? variable.multi(true).includeAll(true).allValue('.+') : variable;
}

/** The dashboard's file. */
export function dashboardText(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
