import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { renderChart, templatesOf } from '../../src/kubernetes/helm.ts';
import { workloadsOf } from '../../src/kubernetes/read-workload.ts';
import { at, type YamlNode } from '../../src/kubernetes/yaml-node.ts';

const releaseMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Capabilities.KubeVersion.Minor }}}\n';

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
  'values/Chart.yaml': 'apiVersion: v2\nname: values\nversion: 0.1.0\nappVersion: "1.4"\n',
  'values/values.yaml': `image:
  repository: example.com/web
  pullPolicy: Never
replicas: 1
port: 8080
other: 8080
empty: ""
web:
  resources:
    limits: {memory: 1Gi}
    requests: {memory: 1Gi}
security:
  privileged: true
args: [one, two]
words: {first: sun}
sub:
  level: from-parent
`,
  'values/templates/deploy.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: "{{ .Release.Name }}"
  labels:
    first: {{ .Values.words.first | upper }}
    second: {{ .Values.empty | default "x" }}
spec:
  replicas: {{ .Values.replicas }}   # how many
  template:
    spec:
      containers:
        - name: web
          image: "{{ .Values.image.repository }}:{{ .Chart.AppVersion }}"
          imagePullPolicy: {{ .Values.image.pullPolicy | default "Always" | quote }}
          ports:
            - containerPort: {{ .Values.port }}
            - containerPort: {{ .Values.other }}
          {{- with .Values.web.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          securityContext: {{- toYaml .Values.security | nindent 12 }}
          args:
            {{- range $.Values.args }}
            - {{ . }}
            {{- end }}
          command:
            - {{ .Values.words.first }}
`,
  'values/charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 0.1.0\n',
  'values/charts/sub/values.yaml': 'level: own\nmode: own\n',
  'values/charts/sub/templates/map.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: sub}
data:
  level: {{ .Values.level }}
  mode: {{ .Values.mode }}
`,
  'broken/Chart.yaml': 'apiVersion: v2\nname: broken\nversion: 0.1.0\n',
  'broken/templates/a.yaml': 'a: 1\nb: {{ required "a value is needed" .Values.b }}\n',
  'newer/Chart.yaml': 'apiVersion: v2\nname: newer\nversion: 0.1.0\nkubeVersion: ">=1.30.0-0"\n',
  'newer/templates/a.yaml': releaseMap,
  'older/Chart.yaml': 'apiVersion: v2\nname: older\nversion: 0.1.0\nkubeVersion: "<1.30.0-0"\n',
  'older/templates/a.yaml': releaseMap,
  'refusing/Chart.yaml': 'apiVersion: v2\nname: refusing\nversion: 0.1.0\n',
  'refusing/templates/a.yaml': '{{ fail "\\nThe value legacy is gone.\\n" }}\n',
  'placed/Chart.yaml': 'apiVersion: v2\nname: placed\nversion: 0.1.0\n',
  'placed/templates/a.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: release, namespace: {{ .Release.Namespace | quote }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: fixed, namespace: kube-system}
`,
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

const render = (directory: string, helm = command, kubernetes?: string) =>
  renderChart(
    { directory, files: Object.keys(files).filter((name) => name.startsWith(`${directory}/`)) },
    {
      root,
      command: helm,
      kubernetes,
      files: (name) =>
        existsSync(path.join(root, name))
          ? { path: name, text: readFileSync(path.join(root, name), 'utf8'), encoding: 'utf-8' }
          : undefined,
    },
  );

const container = ['spec', 'template', 'spec', 'containers', 0];
let once: ReturnType<typeof renderChart> | undefined;
const rendered = () => {
  once ??= render('values');
  return once;
};

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

  test('is made for the namespace that it is installed in, which is not known', async ({ skip }) => {
    skip(!hasHelm, 'helm is not installed');
    const { objects } = await render('placed');
    expect(objects.map(({ name, namespace }) => [name, namespace]).sort()).toEqual([
      ['fixed', 'kube-system'],
      ['release', undefined],
    ]);
  });

  test('says why it cannot be rendered, on whatever line', async ({ skip }) => {
    skip(!hasHelm, 'helm is not installed');
    const { problems } = await render('refusing');
    expect(problems[0]?.message).toContain('The value legacy is gone.');
  });

  const given = (node: YamlNode | undefined) =>
    node?.givenAt?.map(
      ({ path: file = '', range, note }) => `${file} ${note}: ${files[file]?.slice(range.start, range.end)}`,
    );
  test.each<[string, readonly (string | number)[], string[] | undefined]>([
    ['a value alone', ['spec', 'replicas'], ['values/values.yaml .Values.replicas: 1']],
    [
      'a text made of two',
      [...container, 'image'],
      ['values/values.yaml .Values.image.repository: example.com/web', 'values/Chart.yaml .Chart.AppVersion: "1.4"'],
    ],
    [
      'a value with a default that is not used',
      [...container, 'imagePullPolicy'],
      ['values/values.yaml .Values.image.pullPolicy: Never'],
    ],
    [
      'a map as it is, inside of with',
      [...container, 'resources', 'limits', 'memory'],
      ['values/values.yaml .Values.web.resources: 1Gi'],
    ],
    [
      'a map behind its key',
      [...container, 'securityContext', 'privileged'],
      ['values/values.yaml .Values.security: true'],
    ],
    ['an item without a key', [...container, 'command', 0], undefined],
    ['two values that are the same are not told apart', [...container, 'ports', 0, 'containerPort'], undefined],
    ['a value that is changed', ['metadata', 'labels', 'first'], undefined],
    ['a default that is used', ['metadata', 'labels', 'second'], undefined],
    ['what a loop writes', [...container, 'args', 0], undefined],
    ['what Helm itself gives', ['metadata', 'name'], undefined],
  ])('says where the values lie: %s', async (_, steps, expected) => {
    const { objects } = await rendered();
    const node = objects.find(({ kind }) => kind === 'Deployment')?.node;
    expect(at(node, ...steps)).toBeDefined();
    expect(given(at(node, ...steps))).toEqual(expected);
  });

  test('within a chart takes the values of the chart around it first', async () => {
    const { objects } = await rendered();
    const node = objects.find(({ kind }) => kind === 'ConfigMap')?.node;
    expect(given(at(node, 'data', 'level'))).toEqual(['values/values.yaml .Values.level: from-parent']);
    expect(given(at(node, 'data', 'mode'))).toEqual(['values/charts/sub/values.yaml .Values.mode: own']);
  });

  test.for<[string, string, string | undefined, RegExp]>([
    ['for the newest release that is known', 'newer', undefined, /^3[7-9]|[4-9]\d$/],
    ['for the release that the configuration names', 'newer', '1.31', /^31$/],
    ["for helm's own where it refuses the newest", 'older', undefined, /^\d+$/],
  ])('is rendered %s', async ([, directory, kubernetes, minor], { skip }) => {
    skip(!hasHelm, 'helm is not installed');
    const { objects, problems } = await render(directory, command, kubernetes);
    // Which release helm itself takes depends on how it was built.
    if (directory === 'older' && problems.length > 0) return;
    expect(problems).toEqual([]);
    expect(objects[0]?.name).toMatch(minor);
  });

  test('that refuses the release that the configuration names is named', async ({ skip }) => {
    skip(!hasHelm, 'helm is not installed');
    const { problems } = await render('older', command, '1.31');
    expect(problems[0]?.message).toContain('chart requires kubeVersion: <1.30.0-0');
  });

  test('that cannot be rendered is named with the place that Helm names', async ({ skip }) => {
    skip(!hasHelm, 'helm is not installed');
    const { objects, problems } = await render('broken');
    expect(objects).toEqual([]);
    expect(problems).toMatchObject([{ path: 'broken/templates/a.yaml', position: { line: 2 }, kind: 'unsupported' }]);
    expect(problems[0]?.message).toContain('a value is needed');
  });

  test('is rendered once while its repository is read again, and its values are looked up in what they are then', async () => {
    const counting = path.join(root, 'counting-helm');
    const calls = path.join(root, 'calls');
    const template =
      '# Source: values/templates/deploy.yaml\napiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 1\n';
    writeFileSync(counting, `#!/bin/sh\necho called >> ${calls}\ncat <<'END'\n---\n${template}END\n`, { mode: 0o755 });
    const chart = {
      directory: 'values',
      files: ['values/Chart.yaml', 'values/values.yaml', 'values/templates/deploy.yaml'],
    };
    const texts = new Map(
      chart.files.map((file) => [
        file,
        { path: file, text: readFileSync(path.join(root, file), 'utf8'), encoding: 'utf-8' as const },
      ]),
    );
    const read = () => renderChart(chart, { root, command: counting, files: (file) => texts.get(file) });
    const first = await read();
    expect(await read()).toBe(first);
    const values = texts.get('values/values.yaml');
    if (values) texts.set(values.path, { ...values, text: `# moved\n${values.text}` });
    const [then] = (await read()).objects;
    expect(readFileSync(calls, 'utf8')).toBe('called\n');
    const before = at(first.objects[0]?.node, 'spec', 'replicas')?.givenAt?.[0]?.range.start;
    const behind = at(then?.node, 'spec', 'replicas')?.givenAt?.[0]?.range.start;
    expect((behind ?? 0) - (before ?? 0)).toBe('# moved\n'.length);
  });

  test('is named when helm is not there', async () => {
    const { objects, problems } = await render('charts/web', path.join(root, 'no-helm'));
    expect(objects).toEqual([]);
    expect(problems).toMatchObject([
      {
        path: 'charts/web/Chart.yaml',
        message: 'the 2 templates of this chart need Helm to be read, and helm is not installed',
        templates: [
          expect.stringMatching(/^charts\/web\/templates\//),
          expect.stringMatching(/^charts\/web\/templates\//),
        ],
      },
    ]);
  });

  test('that is a library has nothing to render', async () => {
    expect(await render('library', path.join(root, 'no-helm'))).toEqual({ objects: [], problems: [] });
  });
});

test('Templates are the files that make objects: those whose names begin with a line below only help', () => {
  const made = ['web/templates/a.yaml', 'web/templates/deep/b.yml', 'web/charts/db/templates/c.yaml'];
  const others = [
    'web/templates/_helpers.yaml',
    'web/templates/deep/_more.yml',
    'web/values.yaml',
    'web/templates/a.txt',
  ];
  expect(templatesOf({ directory: 'web', files: [...others, ...made] })).toEqual(made);
});
