/** What Kubernetes asks of a name; its words are those of https://kubernetes.io/docs/concepts/overview/working-with-objects/names/. */
export type NameForm = 'label' | 'subdomain' | 'path segment';

interface NameRule {
  readonly form: NameForm;
  readonly longest: number;
}

const subdomain: NameRule = { form: 'subdomain', longest: 253 };
const label: NameRule = { form: 'label', longest: 63 };
const segment: NameRule = { form: 'path segment', longest: Number.POSITIVE_INFINITY };

/** By `group/kind`, as the API server of 1.37 judges them (tests/system/object-names.test.ts asks it). */
const ruleOfKind: Readonly<Record<string, NameRule>> = {
  '/ConfigMap': subdomain,
  '/Endpoints': subdomain,
  '/LimitRange': subdomain,
  '/Namespace': label,
  '/PersistentVolume': subdomain,
  '/PersistentVolumeClaim': subdomain,
  '/Pod': subdomain,
  '/PodTemplate': subdomain,
  '/ReplicationController': subdomain,
  '/ResourceQuota': subdomain,
  '/Secret': subdomain,
  '/Service': label,
  '/ServiceAccount': subdomain,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': subdomain,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': subdomain,
  'apps/DaemonSet': subdomain,
  'apps/Deployment': subdomain,
  'apps/ReplicaSet': subdomain,
  'apps/StatefulSet': label,
  'autoscaling/HorizontalPodAutoscaler': subdomain,
  // Eleven characters are for the time in the names of its Jobs.
  'batch/CronJob': { form: 'subdomain', longest: 52 },
  // Its name becomes the value of a label.
  'batch/Job': { form: 'subdomain', longest: 63 },
  'coordination.k8s.io/Lease': subdomain,
  'discovery.k8s.io/EndpointSlice': subdomain,
  'networking.k8s.io/Ingress': subdomain,
  'networking.k8s.io/IngressClass': subdomain,
  'networking.k8s.io/NetworkPolicy': subdomain,
  'node.k8s.io/RuntimeClass': subdomain,
  'policy/PodDisruptionBudget': segment,
  'rbac.authorization.k8s.io/ClusterRole': segment,
  'rbac.authorization.k8s.io/ClusterRoleBinding': segment,
  'rbac.authorization.k8s.io/Role': segment,
  'rbac.authorization.k8s.io/RoleBinding': segment,
  'scheduling.k8s.io/PriorityClass': subdomain,
  'storage.k8s.io/CSIDriver': subdomain,
  'storage.k8s.io/StorageClass': subdomain,
};

/** What is wrong with the name of an object, as the end of a sentence; undefined where nothing is, or nothing is known of its kind. */
export function objectNameFault(group: string, kind: string, name: string): string | undefined {
  const isCustom = group.includes('.') && !group.endsWith('.k8s.io');
  const rule = ruleOfKind[`${group}/${kind}`] ?? (isCustom ? subdomain : undefined);
  return rule && nameFault(name, rule);
}

/** What is wrong with the name of a container, a volume or a namespace. */
export function labelNameFault(name: string): string | undefined {
  return nameFault(name, label);
}

function nameFault(name: string, { form, longest }: NameRule): string | undefined {
  if (name.length > longest) return `has ${name.length} characters: ${longest} are allowed`;
  if (form === 'path segment')
    return name === '.' || name === '..' || /[/%]/.test(name) ? 'may have no / and no %, and be no dots' : undefined;
  if (form === 'label' && name.includes('.') && isSubdomain(name)) return 'has a dot where none may be';
  if (form === 'label' ? isLabel(name) : isSubdomain(name)) return undefined;
  if (/[A-Z]/.test(name)) return 'has capital letters: only small ones are allowed';
  if (name.includes('_')) return 'has an underscore: only small letters, digits and dashes are allowed';
  return `may have small letters, digits${form === 'label' ? ' and dashes' : ', dashes and dots'}, with a letter or digit at both ends${
    form === 'label' ? '' : ' and beside each dot'
  }`;
}

function isLabel(text: string): boolean {
  return /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text);
}

function isSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every(isLabel);
}

/**
 * What is wrong with the key of a label or an annotation
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set). The prefix of an annotation's key
 * may have capital letters: the API server compares it in small ones.
 */
export function keyFault(key: string, of: 'label' | 'annotation'): string | undefined {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  const prefix = slash === -1 ? undefined : key.slice(0, slash);
  if (name.includes('/')) return 'has more than one slash';
  if (prefix !== undefined && !isSubdomain(of === 'annotation' ? prefix.toLowerCase() : prefix))
    return 'has no domain name before its slash';
  if (name.length > 63) return `has a name of ${name.length} characters: 63 are allowed`;
  if (!/^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name))
    return 'may have letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and one slash behind a domain name';
  return undefined;
}

/** What is wrong with a key of a ConfigMap or Secret (https://pkg.go.dev/k8s.io/apimachinery/pkg/util/validation#IsConfigMapKey). */
export function dataKeyFault(key: string): string | undefined {
  if (key.length > 253) return `has ${key.length} characters: 253 are allowed`;
  if (key === '.' || key.startsWith('..')) return 'may not begin with two dots, nor be one';
  return /^[-._a-zA-Z0-9]+$/.test(key) ? undefined : 'may have letters, digits, dashes, underscores and dots only';
}
