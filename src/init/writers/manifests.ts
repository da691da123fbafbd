import {
  type ApplicationPlan,
  isSingle,
  keepsData,
  type PlannedFile,
  type PlannedVariable,
  secretsOf,
  settingsOf,
} from '../plan.ts';
import { join } from '../repository.ts';
import { writeDeployment } from './deployment.ts';

/** The Kubernetes manifests of a plan, one object a file, in `k8s/` of the application's directory. */
export function writeManifests(plan: ApplicationPlan): PlannedFile[] {
  const file = (name: string, text: string): PlannedFile => ({ path: join(plan.directory, `k8s/${name}`), text });
  const serves = plan.run.port !== undefined;
  const scales = serves && !isSingle(plan);
  return [
    file('deployment.yaml', writeDeployment(plan)),
    file('serviceaccount.yaml', serviceAccount(plan)),
    ...(serves ? [file('service.yaml', service(plan))] : []),
    ...(scales ? [file('hpa.yaml', autoscaler(plan)), file('pdb.yaml', disruptionBudget(plan))] : []),
    ...(keepsData(plan) ? [file('volume.yaml', volume(plan))] : []),
    file('networkpolicy.yaml', networkPolicy(plan)),
    ...(settingsOf(plan).length > 0 ? [file('configmap.yaml', configMap(plan))] : []),
    ...(secretsOf(plan).length > 0 ? [file('secret.yaml.template', secret(plan))] : []),
    ...(plan.metrics ? [file('alerts.yaml', alerts(plan))] : []),
  ];
}

function head({ name }: ApplicationPlan, apiVersion: string, kind: string, suffix = ''): string {
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${name}${suffix}
  labels:
    app.kubernetes.io/name: ${name}
`;
}

function service(plan: ApplicationPlan): string {
  return `# One address inside of the cluster for all pods: http://${plan.name}
${head(plan, 'v1', 'Service')}spec:
  selector:
    app.kubernetes.io/name: ${plan.name}
  ports:
    - name: http
      port: 80
      targetPort: http
`;
}

function serviceAccount(plan: ApplicationPlan): string {
  return `# An identity of its own, so that rights can be given to this program alone. It needs none of the Kubernetes API, and gets no token.
${head(plan, 'v1', 'ServiceAccount')}automountServiceAccountToken: false
`;
}

function autoscaler(plan: ApplicationPlan): string {
  return `# At least two pods, so that one can go while the other serves; more when they are busy. Needs metrics-server in the cluster.
${head(plan, 'autoscaling/v2', 'HorizontalPodAutoscaler')}spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: ${plan.name}
  minReplicas: 2
  # A bound for what a burst of traffic may cost; the database behind it may set a lower one.
  maxReplicas: 6
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          # Of what the container requests: it leaves room for the time that a new pod takes to start.
          averageUtilization: 75
`;
}

function volume(plan: ApplicationPlan): string {
  const paths = plan.run.writable.filter(({ lasts }) => lasts).map(({ path }) => path);
  return `# What outlives the pods: ${paths.join(', ')}. Back it up. It is of the cluster's default storage class unless storageClassName names another.
${head(plan, 'v1', 'PersistentVolumeClaim', '-data')}spec:
  accessModes:
    - ReadWriteOnce
  resources:
    requests:
      # A starting point: most storage classes let it grow, none lets it shrink.
      storage: 1Gi
`;
}

function disruptionBudget(plan: ApplicationPlan): string {
  return `# A drained node takes one pod at a time, and never all of them.
${head(plan, 'policy/v1', 'PodDisruptionBudget')}spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: ${plan.name}
`;
}

function networkPolicy(plan: ApplicationPlan): string {
  const { port } = plan.run;
  const ingress =
    port === undefined
      ? '  # Nothing connects to it.\n  ingress: []\n'
      : `  ingress:
    # Only the port that it serves on. Add «from» with the namespace of your ingress controller to say who may connect.
    - ports:
        - port: http
          protocol: TCP
`;
  return `# Who may connect. What the program connects to itself is left open: what it needs is not known from its sources.
${head(plan, 'networking.k8s.io/v1', 'NetworkPolicy')}spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${plan.name}
  policyTypes:
    - Ingress
${ingress}`;
}

function configMap(plan: ApplicationPlan): string {
  const settings = settingsOf(plan);
  // What is empty unless it is set needs no line that sets it so.
  const isSet = ({ value, required }: PlannedVariable) => (value !== undefined && value !== '') || required;
  const set = settings.filter(isSet);
  const unset = settings.filter((each) => !isSet(each));
  const lines = [
    ...set.flatMap(({ name, value, required, evidence }) => [
      `  # ${required ? 'Required' : 'Its default'}: ${evidence}${value === undefined ? '. Fill it in.' : isOwnAddress(value) ? '. That is the pod itself: name the service that is meant.' : ''}`,
      `  ${name}: ${JSON.stringify(value ?? '')}`,
    ]),
    ...unset.flatMap(({ name, evidence }) => [`  # Optional: ${evidence}`, `  # ${name}: ""`]),
  ];
  return `# What differs between environments and is no secret. The pods read it when they start: restart them after a change.
${head(plan, 'v1', 'ConfigMap')}data:${set.length === 0 ? ' {}' : ''}
${lines.join('\n')}
`;
}

/** Where a developer's own machine has a database, a pod has none. */
function isOwnAddress(value: string): boolean {
  return /^(?:[a-z][\w+.-]*:\/\/)?(?:localhost|127\.0\.0\.1|\[?::1\]?)(?::\d+)?(?:\/|$)/i.test(value);
}

function secret(plan: ApplicationPlan): string {
  const lines = secretsOf(plan).flatMap(({ name, required, evidence }) => [
    `  # ${required ? 'Required' : 'Read'}: ${evidence}`,
    `  ${name}: ""`,
  ]);
  return `# A template, without values: copy it to secret.yaml, which .gitignore covers, fill in what is needed, take out what is not, and
# kubectl apply --filename secret.yaml. Better still, let External Secrets, Sealed Secrets or your pipeline make the Secret.
${head(plan, 'v1', 'Secret')}type: Opaque
stringData:
${lines.join('\n')}
`;
}

function alerts(plan: ApplicationPlan): string {
  return `# Rules for Prometheus: mount this where its rule_files look, or take the groups into a PrometheusRule.
${head(plan, 'v1', 'ConfigMap', '-alerts')}data:
  ${plan.name}.yaml: |
    groups:
      - name: ${plan.name}
        rules:
          - alert: ${camelCase(plan.name)}Down
            expr: absent(up{app_kubernetes_io_name="${plan.name}"} == 1)
            for: 5m
            labels:
              severity: critical
            annotations:
              summary: No pod of ${plan.name} answers the scrape of its metrics.
          - alert: ${camelCase(plan.name)}Restarts
            expr: increase(kube_pod_container_status_restarts_total{container="${plan.name}"}[15m]) > 3
            for: 5m
            labels:
              severity: warning
            annotations:
              summary: A pod of ${plan.name} restarts again and again.
`;
}

function camelCase(name: string): string {
  return name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
