import { execFile } from 'node:child_process';
import path from 'node:path';
import type { Artifact } from '../core/artifact.ts';
import { alignRendered } from './internal/align-rendered.ts';
import { givenValues, type ValueLookup } from './internal/given-values.ts';
import { type KubernetesObject, objectsOf } from './manifest.ts';
import type { FileLookup } from './read-compose.ts';
import { readYaml, yamlSource } from './read-yaml.ts';
import { kubernetesSchema } from './schema/read-schema.ts';
import type { YamlProblem } from './yaml-document.ts';
import { at, textAt, type YamlNode } from './yaml-node.ts';

/** A chart of the project. */
export interface ChartFiles {
  /** Relative to the project's root; '' for the root itself. */
  readonly directory: string;
  /** Paths of its files, relative to the project's root. */
  readonly files: readonly string[];
}

export interface HelmOptions {
  /** Absolute path of the project's root. */
  readonly root: string;
  readonly files: FileLookup;
  /** The program; default `helm`, from PATH. */
  readonly command?: string;
  /** For one chart, milliseconds; default 30,000. */
  readonly timeout?: number;
  /** The Kubernetes release that the chart is rendered for: `1.34`. Default: the newest that is known here, or helm's own where the chart refuses that. */
  readonly kubernetes?: string | undefined;
}

export interface RenderedChart {
  /**
   * Their nodes are all derived, and lie in the templates: on the line that they come from, as well as that can be told. Those that
   * come from the chart's values as they stand say where (`givenAt`).
   */
  readonly objects: readonly KubernetesObject[];
  readonly problems: readonly YamlProblem[];
}

const maximumOutput = 64 * 1024 * 1024;

/**
 * Renders a chart with its own default values, by `helm template`, which asks no cluster and no network. Without helm, and where
 * it fails, a problem says so. Library charts have nothing to render. Never rejects.
 */
export async function renderChart(chart: ChartFiles, options: HelmOptions): Promise<RenderedChart> {
  const chartFile = options.files(join(chart.directory, 'Chart.yaml'));
  const description = chartFile && readYaml(chartFile).documents[0]?.root;
  const name = textAt(description, 'name') ?? 'chart';
  if (textAt(description, 'type') === 'library') return { objects: [], problems: [] };
  const run = await runOnce(chart, options);
  if (run.kind === 'missing') return { objects: [], problems: [helmIsMissing(chart)] };
  if (run.kind === 'failed') return { objects: [], problems: [failure(chart, name, run.reason)] };
  return readOnce(run.output, chart, name, options.files);
}

const runs = new WeakMap<ChartFiles, Promise<HelmRun>>();

/** Helm reads the disk, which is not written while a project is read again with other texts. */
function runOnce(chart: ChartFiles, options: HelmOptions): Promise<HelmRun> {
  const run = runs.get(chart) ?? runHelm(path.join(options.root, chart.directory), options);
  runs.set(chart, run);
  return run;
}

/** What was read of a chart, and of which files. */
interface ChartReading {
  readonly rendered: RenderedChart;
  readonly looked: ReadonlyMap<string, Artifact | undefined>;
}

const readings = new WeakMap<ChartFiles, ChartReading>();

/** Reads what Helm wrote, again only where a file that was looked at has another text. */
function readOnce(output: string, chart: ChartFiles, name: string, files: FileLookup): RenderedChart {
  const known = readings.get(chart);
  if (known && [...known.looked].every(([file, artifact]) => files(file) === artifact)) return known.rendered;
  const looked = new Map<string, Artifact | undefined>();
  const rendered = readRendered(output, chart, name, (file) => {
    const artifact = files(file);
    looked.set(file, artifact);
    return artifact;
  });
  readings.set(chart, { rendered, looked });
  return rendered;
}

type HelmRun =
  | { readonly kind: 'rendered'; readonly output: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string };

/** What helm itself takes for the release depends on how it was built, down to 1.20: charts then refuse, or write APIs that are gone. */
async function runHelm(directory: string, options: HelmOptions): Promise<HelmRun> {
  const release = options.kubernetes ?? kubernetesSchema().versions.at(-1);
  const run = await helmTemplate(directory, release === undefined ? [] : ['--kube-version', `${release}.0`], options);
  // A chart for older releases only, or a helm without the flag.
  const isRefused = run.kind === 'failed' && /kube-?version/i.test(run.reason);
  return isRefused && options.kubernetes === undefined ? helmTemplate(directory, [], options) : run;
}

function helmTemplate(directory: string, flags: readonly string[], options: HelmOptions): Promise<HelmRun> {
  const timeout = options.timeout ?? 30_000;
  const parameters = ['template', 'release', directory, '--skip-tests', ...flags];
  return new Promise((resolve) => {
    execFile(
      options.command ?? 'helm',
      parameters,
      { timeout, killSignal: 'SIGKILL', maxBuffer: maximumOutput, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (!error) resolve({ kind: 'rendered', output: stdout });
        else if (error.code === 'ENOENT') resolve({ kind: 'missing' });
        else if (error.killed)
          resolve({ kind: 'failed', reason: `it took longer than ${timeout / 1000} s or wrote too much` });
        else resolve({ kind: 'failed', reason: reasonIn(stderr) });
      },
    );
  });
}

/** Helm's own words, without the warnings before them. */
function reasonIn(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const start = lines.findIndex((line) => line.startsWith('Error:'));
  const first = start === -1 ? lines.find((line) => line !== '') : lines[start];
  // A chart's own words may begin on a line of their own.
  const next = first?.endsWith(':') ? lines.slice(start + 1).find((line) => line !== '') : undefined;
  const error = first === undefined ? 'it gave no reason' : next === undefined ? first : `${first} ${next}`;
  return error.replace(/^Error:\s*/, '').slice(0, 400);
}

/** Those that make objects; what begins with `_` holds definitions for others. */
export function templatesOf(chart: ChartFiles): readonly string[] {
  return chart.files.filter((file) => /(?:^|\/)templates\/(?:.*\/)?[^_/][^/]*\.ya?ml$/.test(file));
}

function helmIsMissing(chart: ChartFiles): YamlProblem {
  const templates = templatesOf(chart);
  const subject = templates.length === 0 ? 'what this chart depends on needs' : templatesNeed(templates.length);
  return {
    path: join(chart.directory, 'Chart.yaml'),
    message: `${subject} Helm to be read, and helm is not installed`,
    remedy: `Install helm, or exclude ${chart.directory || 'the chart'} in plimsoll.yaml; everything else was read.`,
    templates,
    range: { start: 0, end: 0 },
    kind: 'unsupported',
  };
}

function templatesNeed(count: number): string {
  return count === 1 ? 'the template of this chart needs' : `the ${count} templates of this chart need`;
}

function failure(chart: ChartFiles, name: string, reason: string): YamlProblem {
  const place = /([\w./-]+\.(?:ya?ml|tpl|txt)):([0-9]{1,7})(?::([0-9]{1,7}))?/.exec(reason);
  const template = place?.[1] === undefined ? undefined : templatePath(chart, name, place[1]);
  return {
    path: template ?? join(chart.directory, 'Chart.yaml'),
    ...(template !== undefined && { position: { line: Number(place?.[2] ?? 1), column: Number(place?.[3] ?? 0) + 1 } }),
    message: `helm cannot render this chart with its own values: ${reason}`,
    remedy: `Give the chart values that it renders with, or exclude ${chart.directory || 'it'} in plimsoll.yaml; everything else was read.`,
    range: { start: 0, end: 0 },
    kind: 'unsupported',
  };
}

/** The file that Helm calls `NAME/templates/x.yaml`; undefined when it is none of the chart's, as in a packed dependency. */
function templatePath(chart: ChartFiles, name: string, source: string): string | undefined {
  if (!source.startsWith(`${name}/`)) return undefined;
  const file = join(chart.directory, source.slice(name.length + 1));
  return chart.files.includes(file) ? file : undefined;
}

function join(directory: string, file: string): string {
  return directory === '' ? file : `${directory}/${file}`;
}

function readRendered(output: string, chart: ChartFiles, name: string, files: FileLookup): RenderedChart {
  const chartFile = files(join(chart.directory, 'Chart.yaml'));
  const objects: KubernetesObject[] = [];
  const problems: YamlProblem[] = [];
  const valuesOf = valueLookup(chart, files);
  for (const { source, text } of renderedFiles(output)) {
    const file = templatePath(chart, name, source);
    const template = (file === undefined ? undefined : files(file)) ?? chartFile;
    if (!template) continue;
    const aligned = template === chartFile ? () => ({ start: 0, end: 0 }) : alignRendered(text, template.text);
    const origin = { source: yamlSource(template), derived: true, rangeOf: aligned };
    const read = readYaml({ path: template.path, text, encoding: 'utf-8' }, origin);
    problems.push(...read.problems);
    const withValues = template === chartFile ? undefined : givenValues(template.text, valuesOf(source));
    for (const document of read.documents) {
      const root = withValues ? withValues(document.root) : document.root;
      objects.push(...objectsOf({ ...document, root }, { kind: 'helm', chart: chart.directory }));
    }
  }
  return { objects, problems };
}

/**
 * The values that a template of the chart, or of a chart within it, is rendered with: those of the chart around it win
 * (https://helm.sh/docs/chart_template_guide/subcharts_and_globals/).
 */
function valueLookup(chart: ChartFiles, files: FileLookup): (source: string) => ValueLookup {
  const read = new Map<string, YamlNode | undefined>();
  const rootOf = (file: string) => {
    const path = join(chart.directory, file);
    if (!read.has(path)) {
      const artifact = chart.files.includes(path) ? files(path) : undefined;
      read.set(path, artifact && readYaml(artifact).documents[0]?.root);
    }
    return read.get(path);
  };
  return (source) => {
    const charts = [...source.matchAll(/(?<=\/)charts\/([^/]+)(?=\/)/g)].map(([, name = '']) => name);
    const folder = (depth: number) =>
      charts
        .slice(0, depth)
        .map((name) => `charts/${name}/`)
        .join('');
    return ({ of, path: steps }) => {
      if (of === 'Chart') {
        const [name = ''] = steps;
        return at(rootOf(`${folder(charts.length)}Chart.yaml`), name.charAt(0).toLowerCase() + name.slice(1));
      }
      for (let depth = 0; depth <= charts.length; depth++) {
        const values = rootOf(`${folder(depth)}values.yaml`);
        const found =
          at(values, ...charts.slice(depth), ...steps) ?? (steps[0] === 'global' ? at(values, ...steps) : undefined);
        if (found) return found;
      }
      return undefined;
    };
  };
}

/** What Helm wrote, by the template that it says each document comes from. */
function* renderedFiles(output: string): Generator<{ readonly source: string; readonly text: string }> {
  const marker = /^# Source: (.+)$/gm;
  const marks = [...output.matchAll(marker)];
  for (const [index, mark] of marks.entries()) {
    const start = mark.index + mark[0].length;
    const text = output.slice(start, marks[index + 1]?.index ?? output.length);
    // The `---` before the next mark belongs to that one.
    yield { source: (mark[1] ?? '').trim(), text: text.replace(/\n---\s*$/, '\n') };
  }
}
