import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { renderChart } from '../../src/kubernetes/helm.ts';
import { workloadsOf } from '../../src/kubernetes/read-workload.ts';

const files: Readonly<Record<string, string>> = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: shop-web\nversion: 0.1.0\n',
  'charts/web/values.yaml': `image: {repository: example.com/web, tag: latest}
resources:
  limits: {memory: 1Gi}
names: [one, two]
`,
  'charts/web/templates/_helpers.tpl': '{{- define "labels" }}\napp: web\n{{- end }}\n',
  'charts/web/templates/deploy.yaml': `{{- if .Values.image }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
  labels: {{- include "labels" . | nindent 4 }}
spec:
  template:
    spec:
      containers:
        - name: web
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          imagePullPolicy: Always
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
{{- end }}
`,
  'charts/web/templates/service.yaml': `{{- range .Values.names }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ . }}
spec: {}
{{- end }}
`,
  'broken/Chart.yaml': 'apiVersion: v2\nname: broken\nversion: 0.1.0\n',
  'broken/templates/a.yaml': 'a: 1\nb: {{ required "a value is needed" .Values.b }}\n',
  'library/Chart.yaml': 'apiVersion: v2\nname: library\nversion: 0.1.0\ntype: library\n',
};

const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-helm-'));
for (const [name, text] of Object.entries(files)) {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  writeFileSync(path.join(root, name), text);
}
afterAll(() => rmSync(root, { recursive: true, force: true }));

const built = path.resolve('.cache/bin/helm');
const command = existsSync(built) ? built : 'helm';
const hasHelm = (() => {
  try {
    execFileSync(command, ['version', '--short'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const render = (directory: string, helm = command) =>
  renderChart(
    { directory, files: Object.keys(files).filter((name) => name.startsWith(`${directory}/`)) },
    {
      root,
      command: helm,
      files: (name) =>
        existsSync(path.join(root, name))
          ? { path: name, text: readFileSync(path.join(root, name), 'utf8'), encoding: 'utf-8' }
          : undefined,
    },
  );

describe('a chart', () => {
  test('is rendered, and its nodes lie on the lines of the templates', async ({ skip }) => {
    skip(!hasHelm, 'helm is not installed');
    const { objects, problems } = await render('charts/web');
    expect(problems).toEqual([]);
    expect(objects.map(({ kind, name }) => `${kind}/${name}`).sort()).toEqual([
      'Deployment/release-web',
      'Service/one',
      'Service/two',
    ]);
    const container = workloadsOf(objects)[0]?.containers[0];
    const line = (node: { path: string; range: { start: number; end: number } } | undefined) =>
      node && files[node.path]?.slice(node.range.start, node.range.end);
    expect(container?.image).toMatchObject({
      text: 'example.com/web:latest',
      path: 'charts/web/templates/deploy.yaml',
      derived: true,
    });
    expect(line(container?.image)).toBe('image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"');
    expect(line(container?.imagePullPolicy)).toBe('Always');
    expect(line(container?.resources.limits.get('memory')?.node)).toBe('resources:');
    expect(objects[0]?.origin).toEqual({ kind: 'helm', chart: 'charts/web' });
  });

  test('that cannot be rendered is named with the place that Helm names', async ({ skip }) => {
    skip(!hasHelm, 'helm is not installed');
    const { objects, problems } = await render('broken');
    expect(objects).toEqual([]);
    expect(problems).toMatchObject([{ path: 'broken/templates/a.yaml', position: { line: 2 }, kind: 'unsupported' }]);
    expect(problems[0]?.message).toContain('a value is needed');
  });

  test('is named when helm is not there', async () => {
    const { objects, problems } = await render('charts/web', path.join(root, 'no-helm'));
    expect(objects).toEqual([]);
    expect(problems).toMatchObject([
      {
        path: 'charts/web/Chart.yaml',
        message: 'the 2 templates of this chart need Helm to be read, and helm is not installed',
      },
    ]);
  });

  test('that is a library has nothing to render', async () => {
    expect(await render('library', path.join(root, 'no-helm'))).toEqual({ objects: [], problems: [] });
  });
});
