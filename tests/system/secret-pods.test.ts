import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startContainerEngine } from './container-engine.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// Pods of a real node start from the Secrets into which «plimsoll fix» moved their literals, and their program has the values that it had.

const missing = !hasNodeParts();
const reason = 'parts of a Kubernetes node are missing: scripts/system-parts node';
const image = 'plimsoll-pods/secrets:1';

/** Tells each value as the program has it, from the variable or from the file that the variable with _FILE names. */
const program = `#!/bin/sh
for name in DB_PASSWORD LOGIN_PASSWORD SIGNING_KEY_PASSWORD; do
  eval "value=\\$$name file=\\$\${name}_FILE"
  [ -z "$file" ] || value=$(cat "$file")
  printf '%s=%s\\n' "$name" "$value"
done
`;

/** Quotes, a backslash, a comment's sign, and dollars that only a literal of a workload has to double. */
const manifest = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  LOGIN_PASSWORD: 'orange"lantern"#7'
  LEVEL: info
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: signing
data:
  SIGNING_KEY_PASSWORD: purple-lantern-7
---
apiVersion: v1
kind: Pod
metadata:
  name: shop
spec:
  restartPolicy: Never
  containers:
    - name: shop
      image: ${image}
      imagePullPolicy: Never
      envFrom:
        - configMapRef:
            name: signing
      env:
        # of the shop's own database
        - name: DB_PASSWORD
          value: "tide 'and' $$(ANCHOR) #41"
        - name: LOGIN_PASSWORD
          valueFrom:
            configMapKeyRef:
              name: settings
              key: LOGIN_PASSWORD
`;

describe('pods start from the Secrets that literals moved into', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-secret-pods-'));
  let node: KubernetesNode;
  beforeAll(async () => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    const engine = startContainerEngine(['busybox']);
    const context = path.join(directory, 'image');
    mkdirSync(context);
    writeFileSync(path.join(context, 'tell'), program);
    writeFileSync(
      path.join(context, 'Dockerfile'),
      'FROM busybox:1\nCOPY --chmod=755 tell /bin/tell\nCMD ["/bin/tell"]\n',
    );
    await engine.build(context, image, { cache: true });
    await engine.save(image, path.join(directory, 'image.tar'));
    node = startKubernetesNode();
    node.load(path.join(directory, 'image.tar'));
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    node?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it.each([
    ['variables', []],
    ['files', ['--secrets-as', 'files']],
  ] as const)(
    'as %s',
    async (name, flags) => {
      const original = written(`${name}-before`);
      const fixed = written(`${name}-after`);
      const { status, stderr } = runPlimsoll([
        ...['fix', fixed, '--review', '--write', '--allow-dirty', ...flags],
        ...['--rule', 'secrets/plain-env-secret'],
      ]);
      expect(status, stderr).toBe(0);
      const text = readFileSync(path.join(fixed, 'shop.yaml'), 'utf8');
      expect(text).not.toMatch(/tide|lantern/);
      expect(text.includes('DB_PASSWORD_FILE')).toBe(name === 'files');
      expect(readdirSync(fixed).some((file) => file.endsWith('-secret.local.yaml'))).toBe(true);
      const told = await toldBy(node, `${path.basename(directory)}-${name}-before`, original);
      expect(told).toContain("DB_PASSWORD=tide 'and' $(ANCHOR) #41\n");
      expect(await toldBy(node, `${path.basename(directory)}-${name}-after`, fixed)).toBe(told);
    },
    300_000,
  );

  function written(name: string): string {
    const place = path.join(directory, name);
    mkdirSync(place);
    writeFileSync(path.join(place, 'shop.yaml'), manifest);
    execFileSync('git', ['init', '-q'], { cwd: place });
    return place;
  }
});

/** Applies what a directory holds to a namespace of its own and gives the log of its pod, once that has ended. */
async function toldBy(node: KubernetesNode, name: string, directory: string): Promise<string> {
  const namespace = name.toLowerCase();
  node.kubectl(['create', 'namespace', namespace]);
  try {
    node.kubectl(['apply', '--namespace', namespace, '--filename', directory]);
    node.kubectl([
      ...['wait', '--namespace', namespace, 'pod/shop', '--timeout', '120s'],
      '--for=jsonpath={.status.phase}=Succeeded',
    ]);
    return node.kubectl(['logs', '--namespace', namespace, 'pod/shop']);
  } finally {
    node.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  }
}
