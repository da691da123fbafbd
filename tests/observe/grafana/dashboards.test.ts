import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { jsonObjectOf } from '../../../src/core/json-object.ts';
import { auditFamilies } from '../../../src/observe/exporter/audit-families.ts';
import { imageFamilies } from '../../../src/observe/exporter/image-families.ts';
import { httpRecords } from '../../../src/observe/prometheus/http-metrics.ts';
import { containerRecords, logRecords } from '../../../src/observe/prometheus/recording.ts';
import { droppedByCadvisor, keptOfKubelet } from '../../../src/observe/prometheus/scrape.ts';
import { planOf } from '../observe-choices.ts';
import { panelsOf, queriesOf, variableQueriesOf, withValues, writtenDashboards } from './dashboard-queries.ts';

const dashboards = writtenDashboards();
const queries = queriesOf(dashboards);
const promtool = path.resolve('.cache/bin/promtool');

const values = { namespace: 'shop', workload: 'web', container: '.+', target: '.+' };

describe.each([...dashboards])('the dashboard %s', (name, dashboard) => {
  const panels = panelsOf(dashboard);

  it('has an address of its own, a version of the model that Grafana migrates from, and is read-only', () => {
    expect(dashboard.uid).toBe(`plimsoll-${name}`);
    // Grafana takes addresses of up to 40 characters.
    expect(dashboard.uid?.length).toBeLessThanOrEqual(40);
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36);
    expect(dashboard.editable).toBe(false);
    expect(dashboard.id).toBeUndefined();
  });

  it('lays its panels side by side: within 24 columns, none over another, each with a number of its own', () => {
    const places = panels.map(({ gridPos }) => jsonObjectOf(gridPos));
    const taken = new Set<string>();
    for (const { x, y, w, h } of places) {
      expect(Number(x) + Number(w)).toBeLessThanOrEqual(24);
      for (let column = Number(x); column < Number(x) + Number(w); column++)
        for (let row = Number(y); row < Number(y) + Number(h); row++) {
          expect(taken.has(`${column} ${row}`)).toBe(false);
          taken.add(`${column} ${row}`);
        }
    }
    const ids = (dashboard.panels ?? []).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of each panel what it shows, in which unit, and of each threshold why', () => {
    for (const panel of panels) {
      const { unit, thresholds } = jsonObjectOf(jsonObjectOf(panel.fieldConfig).defaults);
      expect(String(panel.description).length, String(panel.title)).toBeGreaterThan(10);
      expect(unit, String(panel.title)).toMatch(/^\w+$/);
      const { steps } = jsonObjectOf(thresholds);
      const above = Array.isArray(steps) ? steps.map(jsonObjectOf).filter(({ value }) => value !== null) : [];
      for (const { color } of above) expect(panel.description).toMatch(new RegExp(`${String(color)} from .+ on: .+`));
      const from = above.map(({ value }) => Number(value));
      expect([...from].sort((one, other) => one - other)).toEqual(from);
    }
  });

  it('asks the Prometheus that is chosen, with variables that are there', () => {
    const known = ['__rate_interval', ...(dashboard.templating?.list ?? []).map((variable) => variable.name)];
    for (const panel of panels) expect(panel.datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
    for (const { expr } of queriesOf(new Map([[name, dashboard]])))
      for (const [, variable] of expr.matchAll(/\$(\w+)/g)) expect(known).toContain(variable);
  });
});

describe('the queries', () => {
  const recorded = [...containerRecords, ...logRecords, ...httpRecords(planOf([{}], {}))].map(({ record }) => record);
  const noFacts = { containers: [], nodeImages: [], pulls: new Map(), registry: new Map() };
  const exported = [...imageFamilies(noFacts, 0), ...auditFamilies([])].map(({ name }) => name);
  /** Of cAdvisor, the kubelet and Prometheus itself; the system test sees each of them. */
  const measured =
    /^(?:container_(?:cpu_(?:usage|user|system)_seconds_total|memory_(?:rss|cache|working_set_bytes)|threads|network_(?:receive|transmit)_bytes_total|fs_(?:usage|limit)_bytes)|machine_(?:cpu_cores|memory_bytes)|kubelet_(?:volume_stats_(?:used|capacity)_bytes|container_log_filesystem_used_bytes)|up|ALERTS|scrape_samples_post_metric_relabeling)$/;
  /** Names that stand before a selector, or alone between operators. */
  const metricsIn = (expr: string) =>
    [
      ...expr
        .replace(/"[^"]*"/g, '""')
        .replace(/\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|group_left|group_right|without) ?\([^)]*\)/g, ' ')
        .matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\()\b(?!\s*\()/g),
    ]
      .map(([word]) => word)
      .filter((word) => !['or', 'and', 'unless', 'bool', 'offset', 'group_left'].includes(word));

  it.each(queries)('$where: of metrics that are recorded, exported or measured, and kept', ({ expr }) => {
    const names = metricsIn(expr);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const known = recorded.includes(name) || exported.includes(name) || measured.test(name);
      expect(known, name).toBe(true);
      expect(name).not.toMatch(new RegExp(`^(?:${droppedByCadvisor})$`));
      if (name.startsWith('kubelet_')) expect(name).toMatch(new RegExp(`^(?:${keptOfKubelet})$`));
    }
  });

  it.each(queries)('$where: counts no pod or node twice by an empty container label', ({ expr }) => {
    for (const [, metric = '', labels = ''] of expr.matchAll(/\b(container_\w+)\{([^}]*)\}/g)) {
      const ofNode = /\bid="\/"/.test(labels);
      const ofPodNetwork = metric.startsWith('container_network_') && /pod!=""/.test(labels);
      const ofContainers = /container!=""/.test(labels) && /container!="POD"/.test(labels);
      expect(ofNode || ofPodNetwork || ofContainers, `${metric}{${labels}}`).toBe(true);
    }
  });

  it.skipIf(!existsSync(promtool))('are PromQL, as promtool reads it', () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-queries-'));
    const file = path.join(directory, 'rules.yaml');
    const all = [
      ...queries.map(({ where, expr }) => ({ where, expr })),
      ...variableQueriesOf(dashboards).map(({ where, series }) => ({ where, expr: series })),
    ];
    const rules = all.map(({ where, expr }, index) => ({
      alert: `Query${index}`,
      expr: withValues(expr, values),
      annotations: { where: where.replace(/[{}$]/g, '') },
    }));
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'rules', '--lint=none', file], {
      encoding: 'utf8',
    });
    rmSync(directory, { recursive: true });
    expect(`${stdout}${stderr}`).toContain(`${all.length} rules found`);
    expect(status).toBe(0);
  });
});

it('the JSON has the types of Grafana’s SDK', { timeout: 60_000 }, () => {
  // Below the repository, where the SDK is found.
  mkdirSync('.cache', { recursive: true });
  const directory = mkdtempSync(path.resolve('.cache/dashboards-'));
  try {
    const text = [...dashboards].map(
      ([name, dashboard]) => `export const ${name} = typed(${JSON.stringify(dashboard)});`,
    );
    writeFileSync(
      path.join(directory, 'dashboards.ts'),
      `import { type Dashboard, type Panel, type RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { type Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
// Enumerations are texts in JSON; everything else has to be as the type says.
type Loose<Type> = Type extends (infer Item)[] ? Loose<Item>[] : Type extends string ? string extends Type ? string : \`\${Type}\` : Type extends object ? { [Key in keyof Type]: Loose<Type[Key]> } : Type;
// Every query is one of Prometheus; the SDK marks kinds of queries by a function that no JSON has.
type Query = Omit<Loose<Dataquery>, '_implementsDataqueryVariant'>;
type Drawn = Omit<Loose<Panel>, 'targets'> & { targets: Query[] };
type Known = Omit<Loose<Dashboard>, 'panels'> & { panels?: (Drawn | Loose<RowPanel>)[] };
function typed(dashboard: Known): Known { return dashboard; }
${text.join('\n')}\n`,
    );
    writeFileSync(
      path.join(directory, 'tsconfig.json'),
      JSON.stringify({
        extends: path.resolve('tsconfig.json'),
        compilerOptions: { exactOptionalPropertyTypes: false, types: [] },
        include: ['dashboards.ts'],
      }),
    );
    const { stdout } = spawnSync('npx', ['tsc', '--noEmit', '-p', directory], { encoding: 'utf8' });
    expect(stdout).toBe('');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
