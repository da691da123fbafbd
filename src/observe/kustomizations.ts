import type { GeneratedFile, ObservePlan, PartName } from './observe-plan.ts';

/**
 * The root of the base, which lists the parts that have a kustomization, and the overlay over it.
 * @param command how the files were asked for, written into the base: a later run without choices takes them from there
 */
export function rootKustomizations(
  { choices }: ObservePlan,
  files: readonly GeneratedFile[],
  parts: readonly PartName[],
  command: string,
): readonly GeneratedFile[] {
  const listed = parts.filter((name) => files.some(({ path }) => path === `base/${name}/kustomization.yaml`));
  const namespace = choices.stack === 'full' ? [namespaceFile(choices.namespace)] : [];
  const resources = [...namespace.map(() => 'namespace.yaml'), ...listed];
  const base = `# What plimsoll observe wrote, part by part. Files below base/ are written anew on each run; your changes go into ../overlay, or between
# marks: «# plimsoll:keep NAME» and «# plimsoll:end». The last line of each file is its digest: a file that was changed by hand is
# recognised by it, and left alone.
# A run without choices takes those of this line:
# $ ${command}
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:${resources.length === 0 ? ' []' : ''}
${resources.map((name) => `  - ${name}\n`).join('')}`;
  return [
    { path: 'base/kustomization.yaml', text: base, owner: 'base' },
    ...namespace,
    { path: 'overlay/kustomization.yaml', text: overlay, owner: 'overlay' },
  ];
}

const overlay = `# Yours: written once, never again. kubectl apply --server-side --kustomize overlay/
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../base
# What differs from base/, as patches: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
patches: []
`;

function namespaceFile(name: string): GeneratedFile {
  return {
    path: 'base/namespace.yaml',
    owner: 'base',
    text: `# What observes lives apart from what is observed. «privileged» is enforced because node-exporter and the log agent read the node's own
# files (hostPath), which «baseline» refuses; whatever else is not as strict as «restricted» is warned of when it is applied.
# https://kubernetes.io/docs/concepts/security/pod-security-standards/
apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
  labels:
    pod-security.kubernetes.io/enforce: privileged
    pod-security.kubernetes.io/warn: restricted
    pod-security.kubernetes.io/warn-version: latest
`,
  };
}
