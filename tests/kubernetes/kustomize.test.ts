import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { setKeys } from '../../src/kubernetes/edit-yaml.ts';
import { readKustomizations } from '../../src/kubernetes/kustomize.ts';
import { workloadsOf } from '../../src/kubernetes/read-workload.ts';
import { at, textAt, type YamlNode } from '../../src/kubernetes/yaml-node.ts';

type Files = Readonly<Record<string, string>>;

const base: Files = {
  'base/kustomization.yaml': `resources: [web.yaml, service.yaml]
configMapGenerator:
  - name: settings
    literals: [LEVEL=info, "GREETING='hello'"]
`,
  'base/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: example.com/shop/web:1.0
          envFrom: [{configMapRef: {name: settings}}]
          env: [{name: A, value: "1"}, {name: B, value: "2"}]
          ports: [{containerPort: 8080}]
        - {name: proxy, image: proxy}
      volumes: [{name: tmp, emptyDir: {}}]
`,
  'base/service.yaml': `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
`,
};

const mergeSchema = `{
 "definitions": {
  "v1.App": {
   "type": "object",
   "properties": {
    "metadata": {
     "type": "object"
    },
    "spec": {
     "$ref": "#/definitions/v1.Spec"
    }
   },
   "x-kubernetes-group-version-kind": [
    {
     "group": "example.com",
     "kind": "App",
     "version": "v1"
    }
   ]
  },
  "v1.Spec": {
   "type": "object",
   "properties": {
    "template": {
     "type": "object",
     "properties": {
      "containers": {
       "type": "array",
       "items": {
        "$ref": "#/definitions/v1.Container"
       },
       "x-kubernetes-patch-merge-key": "name",
       "x-kubernetes-patch-strategy": "merge,retainKeys"
      }
     }
    },
    "noStrategy": {
     "type": "array",
     "items": {
      "type": "object"
     },
     "x-kubernetes-patch-merge-key": "name"
    },
    "other": {
     "type": "array",
     "items": {
      "type": "object"
     }
    }
   }
  },
  "v1.Container": {
   "type": "object",
   "properties": {
    "name": {
     "type": "string"
    },
    "ports": {
     "type": "array",
     "items": {
      "type": "object"
     },
     "x-kubernetes-list-map-keys": [
      "number",
      "protocol"
     ],
     "x-kubernetes-list-type": "map",
     "x-kubernetes-patch-merge-key": "number",
     "x-kubernetes-patch-strategy": "merge"
    }
   }
  }
 }
}
`;

function podOfPorts(name: string, ports: string, more = ''): string {
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: c, ports: [${ports}]${more}}]}}\n`;
}

/** An object of one's own and a Deployment, whose lists are patched. */
function schemaOverlay(fields: string, resources = 'resources: [app.yaml, deploy.yaml]\n'): Files {
  return {
    'k/kustomization.yaml': `${resources}${fields}patches: [{path: app-patch.yaml}, {path: deploy-patch.yaml}]\n`,
    'k/schema.json': mergeSchema,
    'k/app.yaml': `apiVersion: example.com/v1
kind: App
metadata: {name: a}
spec:
  template:
    containers:
    - {name: one, image: "one:1"}
    - {name: two, image: "two:1", ports: [{number: 53, protocol: UDP}, {number: 53, protocol: TCP}]}
  noStrategy: [{name: x, v: 1}, {name: z, v: 2}]
  other: [{name: x, v: 1}, {name: z, v: 2}]
`,
    'k/app-patch.yaml': `apiVersion: example.com/v1
kind: App
metadata: {name: a}
spec:
  template:
    containers:
    - {name: two, image: "two:2", ports: [{number: 53, protocol: TCP, name: dns}]}
  noStrategy: [{name: z, v: 3}]
  other: [{name: z, v: 3}]
`,
    'k/deploy.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {template: {spec: {containers: [{name: one, image: "one:1"}, {name: two, image: "two:1"}]}}}
`,
    'k/deploy-patch.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {template: {spec: {containers: [{name: two, image: "two:2"}]}}}
`,
  };
}

const overlay: Files = {
  ...base,
  'prod/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
namePrefix: prod-
resources: [../base]
components: [../metrics]
commonLabels: {env: prod}
labels: [{pairs: {team: a}, includeTemplates: true}]
commonAnnotations: {owner: me}
images:
  - {name: example.com/shop/web, newTag: "2.0"}
  - {name: proxy, newName: example.com/proxy, digest: "sha256:0000000000000000000000000000000000000000000000000000000000000001"}
replicas: [{name: web, count: 3}]
configMapGenerator:
  - {name: settings, behavior: merge, literals: [LEVEL=warn]}
patches:
  - path: limits.yaml
  - target: {kind: Deployment, name: web}
    patch: |-
      - op: replace
        path: /spec/template/spec/containers/0/env/1/value
        value: "9"
      - op: add
        path: /spec/template/spec/containers/0/args
        value: [serve]
      - {op: remove, path: /metadata/labels/app}
  - target: {kind: Service}
    patch: |
      apiVersion: v1
      kind: Service
      metadata: {name: ignored}
      spec: {type: NodePort, ports: [{port: 80, name: http}]}
`,
  'prod/limits.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          resources: {limits: {memory: 128Mi}}
          env: [{name: B, $patch: delete}, {name: C, value: "3"}]
          envFrom: [{secretRef: {name: db}}]
        - {name: sidecar, image: "sidecar:1"}
      volumes: [{name: tmp, $patch: delete}]
      serviceAccountName: null
`,
  'metrics/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - target: {kind: Deployment}
    patch: '[{"op": "add", "path": "/spec/template/metadata/annotations", "value": {"prometheus.io/scrape": "true"}}]'
`,
};

function withVars(name: string, literal: string): Files {
  const level = `${name.toUpperCase()}_LEVEL`;
  return {
    [`${name}/kustomization.yaml`]: `resources: [pod.yaml]
namePrefix: ${name}-
configMapGenerator:
  - {name: settings, literals: [${literal}]}
generatorOptions: {disableNameSuffixHash: true}
vars:
  - {name: ${level}, objref: {apiVersion: v1, kind: ConfigMap, name: settings}, fieldref: {fieldpath: data.LEVEL}}
`,
    [`${name}/pod.yaml`]: `apiVersion: v1
kind: Pod
metadata: {name: pod}
spec: {containers: [{name: web, image: "web:1", args: [$(${level})]}]}
`,
  };
}

const lookup = (files: Files) => {
  const artifacts = new Map(
    Object.entries(files).map(([name, text]) => [name, { path: name, text, encoding: 'utf-8' as const }]),
  );
  return (wanted: string) => artifacts.get(wanted);
};
const read = (files: Files) =>
  readKustomizations(
    Object.keys(files).filter((name) => name.endsWith('kustomization.yaml')),
    lookup(files),
  );

function plain(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'sequence') return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, plain(value)]));
}

const hasKubectl = (() => {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** What kubectl's Kustomize makes of a directory, hashes taken off the names of what it generates. */
function oracle(files: Files, directory: string): unknown[] {
  const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-kustomize-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), text);
    }
    const output = execFileSync('kubectl', ['kustomize', path.join(root, directory)], { encoding: 'utf8' });
    return parseAllDocuments(output.replaceAll(/(settings[a-z-]*?)-[a-z0-9]{10}\b/g, '$1')).map((document) =>
      document.toJS(),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const sorted = (objects: readonly unknown[]) =>
  [...objects].sort((a, b) => (JSON.stringify(identity(a)) < JSON.stringify(identity(b)) ? -1 : 1));
const identity = (object: unknown) =>
  typeof object === 'object' && object !== null && 'kind' in object && 'metadata' in object
    ? [object.kind, Object(object.metadata).name]
    : object;

describe('an overlay', () => {
  const { objects, problems } = read(overlay);
  const [web] = workloadsOf(objects);
  const container = web?.containers.find(({ name }) => name === 'web');
  const textOf = (node: YamlNode | undefined) => node && overlay[node.path]?.slice(node.range.start, node.range.end);

  test('takes the place of its base', () => {
    expect(problems).toEqual([]);
    expect(objects.map(({ kind, name }) => `${kind}/${name}`).sort()).toEqual([
      'ConfigMap/prod-settings',
      'Deployment/prod-web',
      'Service/prod-web',
      'ServiceAccount/prod-web',
    ]);
    expect(web?.object).toMatchObject({
      path: 'base/web.yaml',
      namespace: 'shop',
      origin: { kind: 'kustomize', overlay: 'prod/kustomization.yaml' },
    });
  });

  test('covers every file that it reads', () => {
    expect([...read(overlay).covered].sort()).toEqual(Object.keys(overlay).sort());
  });

  test('makes the objects that kubectl kustomize makes', ({ skip }) => {
    skip(!hasKubectl, 'kubectl is not installed');
    expect(sorted(objects.map(({ node }) => plain(node)))).toEqual(sorted(oracle(overlay, 'prod')));
  });

  test.each<[string, YamlNode | undefined, string, string]>([
    ['what only the base says', container?.ports[0]?.node, 'base/web.yaml', '{containerPort: 8080}'],
    ['what a patch file says', container?.resources.limits.get('memory')?.node, 'prod/limits.yaml', '128Mi'],
    [
      'what an inline patch says',
      container?.env.find(({ name }) => name === 'A')?.value,
      'prod/kustomization.yaml',
      '"9"',
    ],
    ['a changed image', container?.image, 'prod/kustomization.yaml', '"2.0"'],
    ['changed replicas', web?.replicasNode, 'prod/kustomization.yaml', '3'],
    ['a changed name', at(web?.object.node, 'metadata', 'name'), 'base/web.yaml', 'web'],
  ])('leaves the place of %s', (_, node, file, text) => {
    expect([node?.path, textOf(node)]).toEqual([file, text]);
  });

  test('marks what is written nowhere as it is', () => {
    expect(container?.image).toMatchObject({ text: 'example.com/shop/web:2.0', derived: true });
    expect(container?.env.find(({ name }) => name === 'A')?.value).not.toHaveProperty('derived');
  });

  test('follows names that it changes', () => {
    expect(container?.envFrom.map(({ name }) => name)).toEqual(['db']);
    const config = objects.find(({ kind }) => kind === 'ConfigMap');
    expect(textAt(config?.node, 'data', 'LEVEL')).toBe('warn');
  });
});

describe('against kubectl kustomize', () => {
  test.for<[string, Files]>([
    [
      'prefix, suffix and references',
      {
        'k/kustomization.yaml': 'namePrefix: a-\nnameSuffix: -b\nresources: [all.yaml]\n',
        'k/all.yaml': `${base['base/web.yaml']}---
${base['base/service.yaml']}---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 3}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
`,
      },
    ],
    [
      'operations on what is not there: an annotation, a key that is replaced',
      {
        'k/kustomization.yaml': `resources: [all.yaml]
patches:
- target: {kind: ServiceAccount}
  patch: |-
    - {op: add, path: /metadata/annotations/owner, value: shop}
- target: {kind: Deployment}
  patch: |-
    - {op: replace, path: /spec/template/spec/serviceAccount, value: shop}
`,
        'k/all.yaml': `${base['base/web.yaml']}---\n${base['base/service.yaml']}`,
      },
    ],
    [
      'replacements',
      {
        'base/kustomization.yaml': 'namePrefix: a-\nresources: [all.yaml]\n',
        'base/all.yaml': `${base['base/web.yaml']}---
${base['base/service.yaml']}---
apiVersion: v1
kind: ConfigMap
metadata: {name: source, annotations: {example.com/note: see}}
data: {host: "db.example.com:5432", level: debug, count: "3", a.b: dotted}
---
apiVersion: v1
kind: Pod
metadata: {name: other, labels: {level: info}}
spec: {containers: [{name: web, image: "example.com/shop/web:1.0", args: [a, b]}], priority: 1, hostNetwork: false}
`,
        'k/more.yaml': `- source: {kind: ConfigMap, name: source, fieldPath: data.count}
  targets:
    - select: {kind: Deployment, name: web}
      fieldPaths: [spec.replicas]
    - select: {kind: Pod}
      fieldPaths: [spec.priority, "spec.containers.0.args.1"]
`,
        'k/kustomization.yaml': `namespace: shop
resources: [../base]
replacements:
  - path: more.yaml
  - source: {kind: ConfigMap, name: source, fieldPath: data.host, options: {delimiter: ":", index: 0}}
    targets:
      - select: {kind: Deployment}
        fieldPaths: ["spec.template.spec.containers.[name=web].env.[name=A].value"]
      - select: {kind: Pod}
        fieldPaths: ["spec.containers.*.image"]
        options: {delimiter: "/", index: 0}
  - source: {kind: ConfigMap, name: source, fieldPath: data.level}
    targets:
      - select: {}
        reject: [{kind: ServiceAccount}, {kind: Service}, {kind: Deployment, name: web}]
        fieldPaths: [metadata.labels.level]
        options: {create: true}
  - source: {kind: Deployment, name: web}
    targets:
      - select: {kind: Service}
        fieldPaths: ["metadata.annotations.[example.com/of]", spec.selector.for]
        options: {create: true}
  - source: {version: v1, kind: Pod, name: a-other, fieldPath: "spec.containers.[name=web].args"}
    targets:
      - select: {group: apps, version: v1, kind: Deployment}
        fieldPaths: ["spec.template.spec.containers.[name=proxy].command"]
        options: {create: true}
  - source: {kind: ConfigMap, name: source, fieldPath: 'data.a\\.b'}
    targets:
      - select: {kind: ConfigMap, namespace: shop}
        fieldPaths: ["metadata.annotations.[example.com/note]"]
        options: {delimiter: "-", index: 5}
`,
      },
    ],
    [
      'older fields',
      {
        ...base,
        'k/kustomization.yaml': `bases: [../base]
patchesStrategicMerge:
  - |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {replicas: 5, template: {spec: {containers: [{name: web, ports: [{containerPort: 9090}]}]}}}
patchesJson6902:
  - target: {group: apps, version: v1, kind: Deployment, name: web}
    patch: |-
      - {op: add, path: /spec/template/spec/containers/-, value: {name: late, image: late}}
`,
      },
    ],
    [
      'a Secret from an env file, and several overlays of overlays',
      {
        ...base,
        'mid/kustomization.yaml': 'resources: [../base]\nnamespace: mid\nnameSuffix: -mid\n',
        'k/kustomization.yaml': `resources: [../mid]
nameSuffix: -top
images: [{name: example.com/shop/web, newName: other/web}]
patches:
  - target: {name: web.*, kind: Deployment|StatefulSet, labelSelector: app=web}
    patch: |-
      - {op: replace, path: /spec/replicas, value: 7}
`,
      },
    ],
    [
      'patches for what a set of labels chooses',
      {
        ...base,
        'k/more.yaml': ['dev', 'test', 'live']
          .map(
            (stage) =>
              `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${stage}, labels: {stage: ${stage}, tier: a}}\n`,
          )
          .join('---\n'),
        'k/kustomization.yaml': `resources: [../base, more.yaml]
patches:
  - target: {labelSelector: "stage in (dev, test)"}
    patch: '[{"op": "add", "path": "/metadata/annotations", "value": {"in": "both"}}]'
  - target: {kind: ConfigMap, labelSelector: "stage notin (dev,test),tier=a"}
    patch: '[{"op": "add", "path": "/data", "value": {"notin": "both"}}]'
`,
      },
    ],
    [
      'plugins of its own in files and in place',
      {
        ...base,
        'k/kustomization.yaml': `resources: [../base]
transformers:
  - labels.yaml
  - |
    apiVersion: builtin
    kind: PatchTransformer
    metadata: {name: p}
    target: {kind: Service}
    patch: '[{"op": "replace", "path": "/spec/ports/0/port", "value": 81}]'
generators:
  - made.yaml
`,
        'k/made.yaml': `apiVersion: builtin
kind: ConfigMapGenerator
metadata: {name: settings-more}
literals: [A=1]
`,
        'k/labels.yaml': `apiVersion: builtin
kind: LabelTransformer
metadata: {name: labels}
labels: {team: a}
fieldSpecs:
  - {path: metadata/labels, create: true}
  - {kind: Deployment, path: spec/template/metadata/labels}
---
apiVersion: builtin
kind: AnnotationsTransformer
metadata: {name: annotations}
annotations: {owner: me}
fieldSpecs: [{path: metadata/annotations, create: true, kind: Service}]
---
apiVersion: builtin
kind: PrefixTransformer
metadata: {name: prefix}
prefix: a-
fieldSpecs: [{path: metadata/name}]
---
apiVersion: builtin
kind: NamespaceTransformer
metadata: {name: n, namespace: shop}
fieldSpecs: [{path: metadata/namespace, create: true}]
---
apiVersion: builtin
kind: ImageTagTransformer
metadata: {name: i}
imageTag: {name: proxy, newTag: "3"}
---
apiVersion: builtin
kind: PatchStrategicMergeTransformer
metadata: {name: s}
patches: |
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: a-web, namespace: shop}
  spec: {paused: true}
---
apiVersion: builtin
kind: PatchJson6902Transformer
metadata: {name: j}
target: {group: apps, version: v1, kind: Deployment, name: web}
jsonOp: '[{"op": "add", "path": "/spec/minReadySeconds", "value": 5}]'
---
apiVersion: builtin
kind: ReplacementTransformer
metadata: {name: r}
replacements:
  - source: {kind: Service, fieldPath: spec.ports.0.targetPort}
    targets: [{select: {kind: Deployment}, fieldPaths: [spec.replicas]}]
`,
      },
    ],
    [
      'fields that definitions of types add',
      {
        'base/kustomization.yaml': `resources: [all.yaml]
crds: [types.json, types.yaml]
`,
        'base/types.json': JSON.stringify({
          'example.com/v1.Bee': {
            Schema: {
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { $ref: 'k8s.io/apimachinery/pkg/apis/meta/v1.ObjectMeta' },
                spec: { $ref: 'example.com/v1.BeeSpec' },
              },
            },
          },
          'example.com/v1.BeeSpec': {
            Schema: {
              properties: {
                hive: { 'x-kubernetes-object-ref-api-version': 'v1', 'x-kubernetes-object-ref-kind': 'Service' },
                other: { 'x-kubernetes-object-ref-api-version': 'v2', 'x-kubernetes-object-ref-kind': 'Service' },
                settings: {
                  'x-kubernetes-object-ref-api-version': 'v1',
                  'x-kubernetes-object-ref-kind': 'ConfigMap',
                  'x-kubernetes-object-ref-name-key': 'config',
                },
                match: { 'x-kubernetes-label-selector': '' },
                notes: { 'x-kubernetes-annotation': '' },
              },
            },
          },
          // No object of its own: it has no metadata.
          'example.com/v1.Loose': {
            Schema: { properties: { kind: {}, apiVersion: {}, match: { 'x-kubernetes-label-selector': '' } } },
          },
        }),
        'base/types.yaml': `example.com/v1.Ant:
  schema:
    properties:
      apiVersion: {type: string}
      kind: {type: string}
      metadata: {type: object}
      match: {x-kubernetes-label-selector: ""}
`,
        'base/all.yaml': `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings-of}
data: {a: b}
---
apiVersion: example.com/v1
kind: Bee
metadata: {name: bee}
spec:
  hive: {name: web}
  other: {name: web}
  settings: {config: settings-of, name: settings-of}
  match: {a: b}
  notes: {c: d}
---
apiVersion: example.com/v1
kind: Ant
metadata: {name: ant}
match: {a: b}
---
apiVersion: example.com/v1
kind: Loose
metadata: {name: loose}
match: {a: b}
`,
        'k/kustomization.yaml': `resources: [../base]
namePrefix: my-
commonLabels: {team: shop}
commonAnnotations: {why: so}
`,
      },
    ],
    [
      'vars, and fields that configurations add',
      {
        'base/kustomization.yaml': `resources: [all.yaml]
configurations: [fields.yaml]
vars:
  - {name: WEB, objref: {apiVersion: v1, kind: Service, name: web}}
  - {name: PORT, objref: {apiVersion: v1, kind: Service, name: web}, fieldref: {fieldpath: "spec.ports[0].port"}}
`,
        'base/fields.yaml': `varReference:
  - {kind: Thing, path: spec/host}
nameReference:
  - kind: Service
    fieldSpecs: [{kind: Thing, path: spec/backends/service}]
namespace:
  - {kind: Thing, path: spec/place, create: true}
commonLabels:
  - {kind: Thing, path: spec/match, create: true}
`,
        'base/all.yaml': `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: thing, annotations: {web: "at $(WEB):$(PORT)"}}
spec: {host: $(WEB), backends: [{service: web}, {service: other}], untouched: $(WEB)}
---
apiVersion: v1
kind: Pod
metadata: {name: job}
spec:
  containers:
    - name: web
      image: web:1
      args: ["--port=$(PORT)", "$$(WEB)", "$(NONE)", $(WEB)]
      env: [{name: PORT, value: "x$(PORT)"}]
`,
        'k/kustomization.yaml': 'resources: [../base]\nnamePrefix: a-\nnamespace: shop\ncommonLabels: {app: web}\n',
      },
    ],
    [
      'vars of two bases that generate objects of one name',
      {
        ...withVars('web', 'LEVEL=info'),
        ...withVars('shop', 'LEVEL=warn'),
        'k/kustomization.yaml': 'resources: [../web, ../shop]\n',
      },
    ],
    [
      'labels and annotations of what is generated',
      {
        ...base,
        'k/kustomization.yaml': `resources: [../base]
generatorOptions: {labels: {from: all}, annotations: {note: all}}
configMapGenerator:
  - {name: settings, behavior: merge, literals: [LEVEL=warn], options: {labels: {from: one}}}
  - {name: settings-more, envs: [more.env]}
`,
        'k/more.env': 'A=1\nNAME_WITHOUT_A_VALUE\n',
      },
    ],
    [
      'a namespace, its object, and the accounts that bindings name',
      {
        ...base,
        'k/kustomization.yaml': 'resources: [../base, rbac.yaml]\nnamespace: shop\nnamePrefix: a-\n',
        'k/rbac.yaml': `apiVersion: v1
kind: Namespace
metadata: {name: system}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {kind: ServiceAccount, name: web}
  - {kind: ServiceAccount, name: default, namespace: other}
  - {kind: ServiceAccount, name: elsewhere, namespace: other}
  - {kind: Group, name: people, apiGroup: rbac.authorization.k8s.io}
`,
      },
    ],
    [
      'a patch that means an object by its first name, and webhooks of a Service',
      {
        ...base,
        'mid/kustomization.yaml': 'resources: [../base, hook.yaml]\nnamespace: mid\nnamePrefix: mid-\n',
        'mid/hook.yaml': `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: web}
webhooks:
  - {name: a.example.com, clientConfig: {service: {name: web, namespace: system, path: /}}, sideEffects: None}
`,
        'k/kustomization.yaml': `resources: [../mid]
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec: {replicas: 4}
`,
      },
    ],
    [
      'a patch of one of several webhooks',
      {
        'k/hooks.yaml': `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: hooks}
webhooks:
  - {name: a.example.com, admissionReviewVersions: [v1], clientConfig: {url: "https://a"}, sideEffects: None}
  - {name: b.example.com, admissionReviewVersions: [v1], clientConfig: {url: "https://b"}, sideEffects: None}
`,
        'k/kustomization.yaml': `resources: [hooks.yaml]
patches:
  - patch: |
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingWebhookConfiguration
      metadata: {name: hooks}
      webhooks:
        - name: b.example.com
          namespaceSelector: {matchLabels: {team: web}}
          matchConditions: [{name: x, expression: "true"}]
`,
      },
    ],
    [
      'a name of the base in a patch of the overlay, and one that two objects have had',
      {
        ...base,
        'mid/kustomization.yaml': 'resources: [../base]\nnamespace: mid\nnamePrefix: mid-\n',
        'other/kustomization.yaml': `resources: [web.yaml]
nameSuffix: -other
configMapGenerator: [{name: settings, literals: [A=1]}]
`,
        'other/web.yaml': `apiVersion: v1
kind: Pod
metadata: {name: other}
spec:
  serviceAccountName: web
  priorityClassName: high
  containers: [{name: a, image: a, envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: settings}}]}]
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1
`,
        'k/kustomization.yaml': `namespace: shop
resources: [../mid, ../other]
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: mid-web, namespace: mid}
      spec:
        template:
          spec:
            containers:
              - {name: late, image: late, envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: mid-settings}}]}
`,
      },
    ],
    [
      'names in kinds that Kustomize does not know, and in annotations, rules and bindings',
      {
        'k/kustomization.yaml': 'namePrefix: p-\nnamespace: shop\nresources: [all.yaml]\n',
        'k/all.yaml': `apiVersion: example.com/v1
kind: Thing
metadata: {name: thing}
spec: {secretName: s, secret: {name: s}, configMapRef: {name: c}, serviceAccountName: a, subjects: [{kind: ServiceAccount, name: a}]}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: a}
imagePullSecrets: [{name: s}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, annotations: {nginx.ingress.kubernetes.io/auth-secret: s, example.com/secret: s}}
spec: {tls: [{secretName: s}], defaultBackend: {service: {name: s, port: {number: 80}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [s, c, other], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: r}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: a}, {kind: ServiceAccount, name: a, namespace: elsewhere}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: r}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
`,
      },
    ],
    [
      'words that are booleans to YAML 1.1',
      {
        'k/kustomization.yaml': `resources: [pod.yaml]
commonLabels: {quoted: "no"}
patches:
  - patch: |
      apiVersion: v1
      kind: Pod
      metadata: {name: p, labels: {patched: yes, x: on}}
`,
        'k/pod.yaml': `apiVersion: v1
kind: Pod
metadata: {name: p, labels: {x: yes, y: "yes", z: off}, annotations: {n: y}}
spec: {hostNetwork: yes, hostPID: True, containers: [{name: a, image: a, args: [yes, 0644]}]}
`,
      },
    ],
    ...(['allServiceAccounts', 'none', 'defaultOnly'] as const).map((mode): [string, Files] => [
      `a plugin that puts a namespace only where none is, and on accounts: ${mode}`,
      {
        'k/kustomization.yaml': 'resources: [all.yaml]\ntransformers: [place.yaml]\n',
        'k/place.yaml': `apiVersion: builtin
kind: NamespaceTransformer
metadata: {name: n, namespace: shop}
unsetOnly: ${mode !== 'none'}
setRoleBindingSubjects: ${mode}
fieldSpecs: [{path: spec/place, kind: Thing, create: true}]
`,
        'k/all.yaml': `apiVersion: example.com/v1
kind: Thing
metadata: {name: t}
spec: {}
---
apiVersion: v1
kind: Namespace
metadata: {name: other}
---
apiVersion: v1
kind: Pod
metadata: {name: placed, namespace: other}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: rb}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}
subjects:
  - {kind: ServiceAccount, name: default}
  - {kind: ServiceAccount, name: a}
  - {kind: ServiceAccount, name: b, namespace: z}
  - {kind: User, name: u}
`,
      },
    ]),
    [
      'deleting and replacing',
      {
        ...base,
        'k/kustomization.yaml': `resources: [../base]
patches:
  - patch: |
      $patch: delete
      apiVersion: v1
      kind: ServiceAccount
      metadata: {name: web}
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec: {template: {spec: {containers: [{$patch: replace}, {name: only, image: only}]}}}
  - patch: |
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {$patch: replace, clusterIP: None}
`,
      },
    ],
    [
      'lists whose items two keys tell apart',
      {
        'k/kustomization.yaml': 'resources: [all.yaml]\npatches: [{path: patch.yaml}, {path: spread.yaml}]\n',
        'k/all.yaml': `apiVersion: v1
kind: Service
metadata: {name: dns}
spec: {ports: [{name: udp, port: 53, protocol: UDP}, {name: tcp, port: 53, protocol: TCP}, {port: 9153}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: dns}
spec:
  template:
    spec:
      containers:
      - {name: dns, image: dns, ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53, protocol: TCP}]}
      topologySpreadConstraints:
      - {topologyKey: zone, whenUnsatisfiable: DoNotSchedule, maxSkew: 1}
      - {topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, maxSkew: 1}
`,
        'k/patch.yaml': `apiVersion: v1
kind: Service
metadata: {name: dns}
spec: {ports: [{port: 53, protocol: TCP, targetPort: 1053}, {port: 9153, name: metrics}]}
`,
        'k/spread.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: dns}
spec:
  template:
    spec:
      containers:
      - {name: dns, ports: [{containerPort: 53, protocol: UDP, name: dns}]}
      topologySpreadConstraints:
      - {topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, maxSkew: 2}
`,
      },
    ],
    [
      'ports that have a protocol in the base or in the patch alone',
      {
        'k/kustomization.yaml': 'resources: [all.yaml]\npatches: [{path: patch.yaml}]\n',
        'k/all.yaml': [
          podOfPorts('a', '{containerPort: 80}', ', image: x'),
          podOfPorts('b', '{containerPort: 80, protocol: TCP}', ', image: x'),
          podOfPorts('c', '{containerPort: 80}', ', image: x'),
          podOfPorts('d', '{containerPort: 80, protocol: TCP}, {containerPort: 90}', ', image: x'),
          podOfPorts('e', '{containerPort: 80, protocol: TCP}', ', image: x'),
        ].join('---\n'),
        'k/patch.yaml': [
          podOfPorts('a', '{containerPort: 80, protocol: TCP, name: web}'),
          podOfPorts('b', '{containerPort: 80, name: web}'),
          podOfPorts('c', '{containerPort: 90, protocol: TCP, name: web}'),
          podOfPorts('d', '{containerPort: 90, name: web}'),
          podOfPorts('e', '{containerPort: 80, protocol: UDP}, {containerPort: 1}'),
        ].join('---\n'),
      },
    ],
    [
      'the schema of openapi, which stands for what Kustomize knows itself',
      schemaOverlay('openapi: {path: schema.json}\n'),
    ],
    ['a version of the schema that Kustomize brings', schemaOverlay('openapi: {version: v1.21.2}\n')],
    [
      'the schema of a base, where what uses it has none',
      {
        'base/kustomization.yaml': 'resources: [empty]\nopenapi: {path: schema.json}\n',
        'base/empty/kustomization.yaml': 'namePrefix: a-\n',
        'base/schema.json': mergeSchema,
        ...schemaOverlay('resources: [../base, app.yaml, deploy.yaml]\n', ''),
      },
    ],
    [
      'the schema at the top before that of a base',
      {
        'base/kustomization.yaml': 'openapi: {path: schema.json}\n',
        'base/schema.json': '{"definitions": {}}',
        ...schemaOverlay('resources: [../base, app.yaml, deploy.yaml]\nopenapi: {path: schema.json}\n', ''),
      },
    ],
  ])('%s', ([, files], { skip }) => {
    skip(!hasKubectl, 'kubectl is not installed');
    const { objects, problems } = read(files);
    expect(problems).toEqual([]);
    expect(sorted(objects.map(({ node }) => plain(node)))).toEqual(sorted(oracle(files, 'k')));
  });
});

test('files that are no texts are binary data of a ConfigMap', ({ skip }) => {
  skip(!hasKubectl, 'kubectl is not installed');
  const kustomization = `generatorOptions: {disableNameSuffixHash: true}
configMapGenerator:
  - {name: a, files: [blob, k=blob, plain.txt]}
  - {name: b, files: [plain.txt]}
  - {name: b, behavior: merge, files: [blob]}
  - {name: c, files: [blob]}
  - {name: c, behavior: replace, literals: [A=b]}
secretGenerator:
  - {name: s, files: [blob, plain.txt]}
`;
  const blob = Buffer.from([0xff, 0xfe, 0x00, 0x61]);
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-kustomize-'));
  const written = { 'kustomization.yaml': kustomization, blob, 'plain.txt': 'text' };
  for (const [name, content] of Object.entries(written)) writeFileSync(path.join(directory, name), content);
  const output = execFileSync('kubectl', ['kustomize', directory], { encoding: 'utf8' });
  rmSync(directory, { recursive: true, force: true });
  const { objects } = readKustomizations(['kustomization.yaml'], (wanted) => {
    const content = Object.entries(written).find(([name]) => name === wanted)?.[1];
    return content === undefined ? undefined : decodeArtifact(wanted, Buffer.from(content));
  });
  const keysOf = (object: unknown) =>
    ['data', 'stringData', 'binaryData'].map((field) => Object.keys(Object(Object(object)[field])).sort());
  const expected = parseAllDocuments(output).map((document) => document.toJS());
  expect(sorted(objects.map(({ node }) => plain(node))).map(keysOf)).toEqual(
    // A Secret's data is kept as it is written.
    sorted(expected).map((object) => {
      const [data = [], text = [], binary = []] = keysOf(object);
      return Object(object).kind === 'Secret' ? [text, data, binary] : [data, text, binary];
    }),
  );
});

test('a var means an object of its own kustomization, whatever others are called', () => {
  const { objects, problems } = read({
    ...withVars('web', 'LEVEL=info'),
    ...withVars('shop', 'LEVEL=warn'),
    'k/kustomization.yaml': 'resources: [../web, ../shop]\n',
  });
  expect(problems).toEqual([]);
  const pods = objects.filter(({ kind }) => kind === 'Pod');
  expect(pods.map(({ node }) => textAt(node, 'spec', 'containers', 0, 'args', 0))).toEqual(['info', 'warn']);
});

describe('what a patch changed or took away is not written into the base a second time', () => {
  test.each([
    ['merged null', '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {set: null}}'],
    ['another value', '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {set: 2}}'],
    ['removed', '[{op: remove, path: /spec/set}]'],
    ['removed and added', '[{op: remove, path: /spec/set}, {op: add, path: /spec/set, value: 2}]'],
  ])('%s', (_, patch) => {
    const files: Files = {
      'base/a.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  set: 1\n',
      'base/kustomization.yaml': 'resources: [a.yaml]\n',
      'k/patch.yaml': patch,
      'k/kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml, target: {kind: Pod}}]\n',
    };
    const spec = at(read(files).objects[0]?.node, 'spec');
    const artifact = lookup(files)('base/a.yaml');
    if (spec?.kind !== 'map' || !artifact) throw new Error('the base was not read');
    expect(spec.path).toBe('base/a.yaml');
    expect(setKeys(artifact, spec, { set: 3 })).toBeUndefined();
    expect(setKeys(artifact, spec, { other: 3 })).toHaveLength(1);
  });
});

describe('what cannot be done is said', () => {
  test.each<[string, string, string, string]>([
    [
      'resources: [https://example.com/base?ref=v1]',
      'unsupported',
      'https://example.com/base?ref=v1 lies elsewhere and is not fetched',
      '1:13',
    ],
    ['resources: [gone.yaml]', 'invalid', 'gone.yaml is not among the files of the project', '1:13'],
    ['vars: [{name: A}]', 'invalid', 'the var A is of an object or a field that is not among the resources', '1:8'],
    ['openapi: {path: schema.json}', 'invalid', 'there is no file schema.json', '1:17'],
    ['openapi: {path: a.yaml}', 'invalid', 'a.yaml is no OpenAPI schema: it has no definitions', '1:17'],
    [
      'openapi: {path: "https://example.com/schema.json"}',
      'unsupported',
      'https://example.com/schema.json lies elsewhere and is not fetched',
      '1:17',
    ],
    ['crds: [types.json]', 'invalid', 'there is no file types.json', '1:8'],
    [
      'crds: [https://example.com/types.json]',
      'unsupported',
      'https://example.com/types.json lies elsewhere and is not fetched',
      '1:8',
    ],
    [
      'crds: [kustomization.yaml]',
      'invalid',
      'kustomization.yaml is no OpenAPI definition of types: crds is none',
      '1:8',
    ],
    [
      'transformers:\n- |\n  apiVersion: builtin\n  kind: NamespaceTransformer\n  metadata: {name: a, namespace: b}\n  setRoleBindingSubjects: some\n',
      'invalid',
      'setRoleBindingSubjects is one of defaultOnly, none and allServiceAccounts, not some',
      '6:27',
    ],
    [
      'transformers:\n- |\n  apiVersion: builtin\n  kind: ImageTagTransformer\n  metadata: {name: a}\n  imageTag: {name: a, newTag: b}\n  fieldSpecs: [{path: spec/image}]\n',
      'unsupported',
      'the field spec/image of ImageTagTransformer is not applied here',
      '7:15',
    ],
    ['helmCharts: [{name: a}]', 'unsupported', 'helmCharts is not applied here', '1:1'],
    ['transformers: [plugins]', 'unsupported', 'plugins of transformers is no file, and is not applied here', '1:16'],
    [
      'transformers:\n- |\n  apiVersion: example.com/v1\n  kind: Mine\n  metadata: {name: a}\n',
      'unsupported',
      'Mine of transformers is not applied here',
      '2:3',
    ],
    ['configurations: [c.yaml]', 'unsupported', 'images of c.yaml is not applied here', '1:18'],
    ['replacements: [{path: r.yaml}]', 'invalid', 'there is no file r.yaml', '1:23'],
    [
      'resources: [a.yaml]\nreplacements:\n- source: {kind: Secret}\n',
      'invalid',
      'the replacement cannot be done: its source is not among the resources',
      '3:11',
    ],
    [
      'resources: [a.yaml]\nreplacements:\n- source: {kind: Pod}\n  targets: [{select: {kind: Pod}, fieldPaths: [spec.x]}]\n',
      'invalid',
      'the replacement cannot be done: there is no spec.x',
      '4:48',
    ],
    ['resources: [../k]', 'invalid', 'the kustomization uses itself', '1:1'],
    ['resources: [a.yaml]\npatches: [{path: no.yaml}]', 'invalid', 'there is no file no.yaml', '2:18'],
    [
      "resources: [a.yaml]\npatches: [{patch: '{kind: Pod, metadata: {name: b}}'}]",
      'invalid',
      'the patch is for Pod b, which is not among the resources',
      '2:19',
    ],
    [
      'resources: [a.yaml]\npatches:\n- target: {kind: Pod}\n  patch: |\n    - op: remove\n      path: /spec/x\n',
      'invalid',
      'the patch cannot be applied: there is nothing at x',
      '5:7',
    ],
    [
      'resources: [a.yaml]\npatches: [{target: {name: "a+"}, patch: "[]"}]',
      'unsupported',
      "the patch's target holds a regular expression or a selector that is not evaluated here",
      '2:20',
    ],
    ...['stage in (dev', 'stage=dev)', '(stage=dev)', 'stage In (dev)', 'stage=dev,'].map(
      (selector): [string, string, string, string] => [
        `resources: [a.yaml]\npatches: [{target: {labelSelector: "${selector}"}, patch: "[]"}]`,
        'unsupported',
        "the patch's target holds a regular expression or a selector that is not evaluated here",
        '2:20',
      ],
    ),
  ])('%j', (text, kind, message, place) => {
    const files = {
      'k/kustomization.yaml': text,
      'k/a.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n',
      'k/c.yaml': 'varReference: []\nimages: [{path: spec/image, kind: Thing}]\n',
    };
    const [problem] = read(files).problems;
    expect(problem).toMatchObject({ kind, message });
    expect(`${problem?.position?.line}:${problem?.position?.column}`).toBe(place);
  });

  test('once: what a patch is for may be in the part that could not be had', () => {
    const { problems } = read({
      'k/kustomization.yaml':
        "resources: [https://example.com/base]\npatches: [{patch: '{kind: Pod, metadata: {name: b}}'}]",
    });
    expect(problems).toHaveLength(1);
  });

  test('types of «crds» that lead to each other are bounded, and that is said', () => {
    const own = { kind: {}, apiVersion: {}, metadata: {}, spec: { $ref: 'wide' } };
    const fields = Array.from({ length: 1000 }, (_, i) => [`f${i}`, { 'x-kubernetes-annotation': '' }]);
    const types = Array.from({ length: 1000 }, (_, i) => [`example.com/v1.T${i}`, { Schema: { properties: own } }]);
    const started = performance.now();
    const { problems } = read({
      'k/kustomization.yaml': 'resources: [a.yaml]\ncrds: [crd.json]\ncommonAnnotations: {owner: me}\n',
      'k/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
      'k/crd.json': JSON.stringify({
        ...Object.fromEntries(types),
        wide: { Schema: { properties: Object.fromEntries(fields) } },
      }),
    });
    expect(problems.map(({ message }) => message)).toEqual([
      'crd.json leads to more than 50000 fields: the others are not followed here',
    ]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test("Flux's object of the same name is left to be read as a manifest", () => {
    const text = 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n';
    const { objects, covered } = read({ 'k/kustomization.yaml': text });
    expect(objects).toEqual([]);
    expect(covered.size).toBe(0);
  });

  test('kustomizations that multiply are bounded', () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [
        `k${i}/kustomization.yaml`,
        `resources: [../k${i + 1}, ../k${i + 1}]${i > 26 ? `\nvars: [{name: V${i}}]\nconfigurations: [../c.yaml]\n` : ''}`,
      ]),
    );
    files['c.yaml'] = 'varReference: [{path: spec/a}]\n';
    const started = performance.now();
    expect(read(files).objects).toEqual([]);
    expect(performance.now() - started).toBeLessThan(60_000);
  });

  test('vars that multiply are bounded', () => {
    const { objects, problems } = read({
      'k/kustomization.yaml':
        'resources: [a.yaml]\nvars: [{name: A, objref: {kind: Pod, name: a, apiVersion: v1}, fieldref: {fieldpath: spec.large}}]\n',
      'k/a.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {b: "${'$(A)'.repeat(20_000)}"}}\nspec: {large: "${'x'.repeat(200_000)}"}\n`,
    });
    expect(problems).toMatchObject([{ message: 'vars add more than 1048576 characters: not all are put in' }]);
    expect(textAt(objects[0]?.node, 'metadata', 'annotations', 'b')?.length).toBeLessThan(1_200_000);
  });
});

describe('an object may be a part where something that was to change it could not be had', () => {
  const objects = {
    'base/kustomization.yaml': 'resources: [a.yaml]\n',
    'base/a.yaml': ['Deployment', 'Service', 'ConfigMap']
      .map((kind) => `apiVersion: ${kind === 'Deployment' ? 'apps/v1' : 'v1'}\nkind: ${kind}\nmetadata: {name: a}\n`)
      .join('---\n'),
    'o/broken.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [}\n',
  };
  const parts = (files: Files) =>
    read({ ...objects, ...files })
      .objects.filter(({ origin }) => origin.kind === 'kustomize' && origin.partly)
      .map(({ kind, name }) => (name === 'a' ? kind : `${kind} ${name}`));
  const all = ['Deployment', 'Service', 'ConfigMap'];
  const operations = '[{op: remove, path: /spec/x}]';

  test.each<[string, string, readonly string[]]>([
    ['nothing is missing', '', []],
    ['a patch with a target is not there', 'patches: [{path: gone.yaml, target: {kind: ConfigMap}}]', ['ConfigMap']],
    ['a patch without a target is not there', 'patches: [{path: gone.yaml}]', all],
    ['a strategic merge patch is not there', 'patchesStrategicMerge: [gone.yaml]', all],
    ['a patch is broken', 'patches: [{path: broken.yaml, target: {kind: Service}}]', ['Service']],
    ['its operations fail', `patches: [{target: {kind: Service}, patch: "${operations}"}]`, ['Service']],
    [
      'operations have a target that is not evaluated',
      'patches: [{target: {kind: Service|ConfigMap, name: "a+"}, patch: "[]"}]',
      ['Service', 'ConfigMap'],
    ],
    [
      'a patch has such a target',
      'patches: [{target: {kind: Service, name: "a+"}, patch: "{kind: Service, metadata: {name: a}}"}]',
      ['Service'],
    ],
    ['a component is not there', 'components: [../gone]', all],
  ])('%s', (_, more, expected) => {
    expect(parts({ 'o/kustomization.yaml': `resources: [../base]\n${more}\n` })).toEqual(expected);
  });

  test('and an overlay beside it is whole', () => {
    const files = {
      'o/kustomization.yaml': 'resources: [../base]\nnameSuffix: -o\npatches: [{path: gone.yaml}]\n',
      'p/kustomization.yaml': 'resources: [../base]\nnameSuffix: -p\n',
    };
    expect(parts(files)).toEqual(all.map((kind) => `${kind} a-o`));
  });

  test('and so is what comes behind it', () => {
    const files = {
      'o/kustomization.yaml': 'resources: [../base, ../more]\n',
      'more/kustomization.yaml': 'resources: [b.yaml]\npatches: [{path: gone.yaml}]\n',
      'more/b.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: b}\n',
    };
    expect(parts(files)).toEqual(['Service b']);
  });
});

test('what a replacement writes lies where its source does', () => {
  const files: Files = {
    'k/kustomization.yaml': `resources: [web.yaml, settings.yaml]
replacements:
  - source: {kind: ConfigMap, fieldPath: data.image}
    targets: [{select: {kind: Deployment}, fieldPaths: ["spec.template.spec.containers.[name=web].image"]}]
`,
    'k/web.yaml': base['base/web.yaml'] ?? '',
    'k/settings.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata: {image: "example.com/web:latest"}\n',
  };
  const image = workloadsOf(read(files).objects)[0]?.containers[0]?.image;
  expect(image).toMatchObject({ text: 'example.com/web:latest', path: 'k/settings.yaml', derived: true });
});
