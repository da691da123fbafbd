/**
 * The part of Grafana's SDK that is called. Its modules load each other whole (CommonJS), half a megabyte of them: the build puts this file beside
 * the bundle (scripts/build.mjs), so that only `plimsoll observe` reads it.
 */
export { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
export {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
export {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
export { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
export { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
export { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
export { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
