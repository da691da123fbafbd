import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { DataTransformerConfig, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  BarGaugeBuilder,
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  DataqueryBuilder,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LinesBuilder,
  PromQueryFormat,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  StatBuilder,
  TableBuilder,
  TableSortByFieldStateBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from './sdk.ts';

/** The variable by which every panel finds its Prometheus. */
export const datasource = { type: 'prometheus', uid: '${datasource}' };

/** From which value on a panel changes colour, and why just there: what is said is part of the panel's description. */
export interface Threshold {
  readonly from: number;
  readonly color: 'green' | 'yellow' | 'orange' | 'red';
  readonly why: string;
}

export interface Query {
  readonly expr: string;
  /** `{{pod}}`; unused in tables. */
  readonly legend: string;
}

export interface PanelPlan {
  readonly title: string;
  /** What it shows and what to conclude from it. */
  readonly about: string;
  /** One of Grafana's units: `bytes`, `percentunit`, `s`. */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly thresholds?: readonly Threshold[];
  /** Colour below the first threshold: green, but red where more is better. */
  readonly base?: 'green' | 'red';
  /** Of 24 columns. */
  readonly span: number;
  readonly max?: number;
}

const heights = { stat: 4, lines: 8, table: 9 };

/** One figure, as it is now. */
export function figure(plan: PanelPlan): Builder<Panel> {
  const panel = new StatBuilder()
    .graphMode(BigValueGraphMode.Area)
    .colorMode(plan.thresholds ? BigValueColorMode.Value : BigValueColorMode.None)
    .height(heights.stat);
  return finished(panel, plan, 'range');
}

/** Values over time. @param stacked where the sum of all means something */
export function lines(plan: PanelPlan, { stacked = false } = {}): Builder<Panel> {
  const panel = new LinesBuilder()
    .lineWidth(1)
    .fillOpacity(stacked ? 30 : 8)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    // A series that ends is not drawn on: a container that is gone uses nothing.
    .spanNulls(false)
    .axisSoftMin(0)
    .height(heights.lines);
  if (stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (plan.thresholds)
    panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  return finished(panel, plan, 'range');
}

/** Values side by side, the largest first. */
export function bars(plan: PanelPlan): Builder<Panel> {
  const panel = new BarGaugeBuilder()
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .height(heights.table);
  return finished(panel, plan, 'instant');
}

/** A column of a table: the label, or `Value` for what was measured, and what it is called. */
export type Columns = Readonly<Record<string, string>>;

/** One row for each series; only the named columns, in their order. */
export function rows(plan: PanelPlan, columns: Columns): Builder<Panel> {
  const names = Object.keys(columns);
  const transformation: DataTransformerConfig = {
    id: 'organize',
    options: {
      includeByName: Object.fromEntries(names.map((name) => [name, true])),
      indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
      renameByName: columns,
    },
  };
  const value = columns.Value ?? 'Value';
  const panel = new TableBuilder()
    .withTransformation(transformation)
    .sortBy([new TableSortByFieldStateBuilder().displayName(value).desc(true)])
    .filterable(true)
    .height(heights.table);
  return finished(panel, plan, 'table');
}

/** What all kinds of panels of the SDK share. */
interface AnyPanel<Self> extends Builder<Panel> {
  title(title: string): Self;
  description(description: string): Self;
  datasource(reference: typeof datasource): Self;
  unit(unit: string): Self;
  span(columns: number): Self;
  max(max: number): Self;
  noValue(text: string): Self;
  thresholds(thresholds: ThresholdsConfigBuilder): Self;
  withTarget(target: DataqueryBuilder): Self;
}

function finished<Kind extends AnyPanel<Kind>>(
  panel: Kind,
  { title, about, unit, queries, thresholds, base = 'green', span, max }: PanelPlan,
  mode: 'range' | 'instant' | 'table',
): Kind {
  const reasons = (thresholds ?? []).map(({ from, color, why }) => `${color} from ${shown(from, unit)} on: ${why}`);
  panel
    .title(title)
    .description([about, ...reasons].join('\n\n'))
    .datasource(datasource)
    .unit(unit)
    .span(span);
  panel.noValue('no data');
  if (max !== undefined) panel.max(max);
  panel.thresholds(
    new ThresholdsConfigBuilder()
      .mode(ThresholdsMode.Absolute)
      .steps([{ value: null, color: base }, ...(thresholds ?? []).map(({ from, color }) => ({ value: from, color }))]),
  );
  for (const [index, { expr, legend }] of queries.entries()) {
    const query = new DataqueryBuilder()
      .expr(expr)
      .legendFormat(legend)
      .refId(String.fromCharCode(65 + index))
      .datasource(datasource);
    if (mode === 'range') query.range();
    else query.instant();
    if (mode === 'table') query.format(PromQueryFormat.Table);
    panel.withTarget(query);
  }
  return panel;
}

function shown(value: number, unit: string): string {
  if (unit === 'percentunit') return `${Math.round(value * 100)} %`;
  if (unit === 's' && value >= 86_400) return `${value / 86_400} days`;
  return unit === 's' ? `${value} s` : String(value);
}
