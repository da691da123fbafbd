import type { ResponseMode, ResponsePolicy } from '../../kubernetes/response/response-policy.ts';
import { yamlScalar } from '../../kubernetes/yaml-text.ts';
import type { GeneratedFile } from '../observe-plan.ts';
import { containerSecurity, podSecurity } from '../pod-security.ts';
import { labels, responderName as name, responderPort as port, selector } from './names.ts';
import { policyMounts } from './policy-mounts.ts';
import { rbac } from './rbac.ts';

/** What the manifests are made from. */
export interface ResponderChoices {
  readonly policy: ResponsePolicy;
  readonly policyText: string;
  readonly namespace: string;
  readonly image: string;
  /** For the comment beside the image. */
  readonly imageNote: string;
  /** `--act` or `--dry-run`; undefined leaves it to the policy. */
  readonly mode: ResponseMode | undefined;
  readonly keda: boolean;
}

/** What runs the responder, what it may do, and who may ask it. */
export function responderManifests(choices: ResponderChoices): readonly GeneratedFile[] {
  const file = (path: string, text: string): GeneratedFile => ({ path: `base/respond/${path}`, owner: 'base', text });
  const { policy, namespace, keda } = choices;
  return [
    file('serviceaccount.yaml', serviceAccount(namespace)),
    file('rbac.yaml', rbac(policy, namespace, keda)),
    file('policy.yaml', policyMap(choices)),
    file('deployment.yaml', deployment(choices)),
    file('service.yaml', service(namespace)),
    file('disruption-budget.yaml', disruptionBudget(namespace)),
    file('networkpolicy.yaml', networkPolicy(choices)),
  ];
}

function serviceAccount(namespace: string): string {
  return `# The account by which the responder acts: rbac.yaml says what it may.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: ${yamlScalar(namespace)}
  labels:
${labels('    ')}# Its pod asks for the token itself: nothing else that may run as this account gets one unasked.
automountServiceAccountToken: false
`;
}

function policyMap({ namespace, policyText }: ResponderChoices): string {
  const lines = policyText.replace(/\n*$/, '\n').split('\n').slice(0, -1);
  // A block's depth is that of its first line, unless it is said.
  const indented = /^\s/.test(lines.find((line) => line.trim() !== '') ?? '');
  return `# The policy. A changed one is in force about a minute after it was applied; one with a mistake is told of in the log and by the alert
# PlimsollResponderPolicyInvalid, and the old one stays in force. RBAC has to be made anew where it covers more than before.
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}-policy
  namespace: ${yamlScalar(namespace)}
  labels:
${labels('    ')}data:
  policy.yaml: |${indented ? '2' : ''}
${lines.map((line) => (line === '' ? '\n' : `    ${line}\n`)).join('')}`;
}

function deployment(choices: ResponderChoices): string {
  const { namespace, image, imageNote, mode, policy } = choices;
  const approval = policy.rules.some((rule) => rule.approval);
  const { mounts, volumes, secretKeys } = policyMounts(policy);
  const files = ['webhook-token', 'approval-key', ...secretKeys].map((key) => `--from-file=${key}`).join(' ');
  return `# Two pods: one acts, by its Lease, the other stands by and takes over within 15 seconds.
# The image: ${imageNote}
apiVersion: apps/v1
kind: Deployment
metadata:
  # plimsoll ignore=alerting/no-alert-rules -- what goes wrong with it are alerts of ../prometheus (rules/responder.yaml)
  name: ${name}
  namespace: ${yamlScalar(namespace)}
  labels:
${labels('    ')}spec:
  replicas: 2
  # More than three old ReplicaSets are of no use: the manifests are in version control.
  revisionHistoryLimit: 3
  strategy:
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
${selector('      ')}  template:
    metadata:
      labels:
${labels('        ')}      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "${port}"
    spec:
      serviceAccountName: ${name}
      # It reads and patches workloads: rbac.yaml.
      automountServiceAccountToken: true
      enableServiceLinks: false
      # What is begun is ended: a request takes at most 5 s.
      terminationGracePeriodSeconds: 30
${podSecurity({ user: 65532, volumes: true, why: '«nonroot» of the distroless image.' }, '      ')}      topologySpreadConstraints:
        # A node that fails takes one of them only.
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
${selector('              ')}      containers:
        - name: respond
          image: ${yamlScalar(image)}
          imagePullPolicy: IfNotPresent
          args:
            - respond
            - --policy=/policy/policy.yaml
            - --listen=:${port}
            - --token-file=/secrets/webhook-token
${approval ? '            - --approval-key-file=/secrets/approval-key\n' : ''}${mode === undefined ? '' : `            - --${mode}\n`}            # plimsoll:keep arguments
            # plimsoll:end
          env:
            # Whose lease it is: the same after a restart of the container, so that it goes on at once.
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
          ports:
            - name: http
              containerPort: ${port}
          startupProbe:
            httpGet:
              path: /readyz
              port: http
            periodSeconds: 1
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: /readyz
              port: http
            periodSeconds: 5
            timeoutSeconds: 3
            failureThreshold: 3
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            # More patient than readiness: a restart is for a program that hangs.
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 6
          resources:
            # docs/respond.md: 1,000 webhooks a second need about half a core and 150 MiB.
            requests:
              cpu: 50m
              memory: 128Mi
              ephemeral-storage: 16Mi
            limits:
              memory: 256Mi
              ephemeral-storage: 64Mi
${containerSecurity('          ')}          volumeMounts:
            - name: policy
              mountPath: /policy
              readOnly: true
            - name: secrets
              mountPath: /secrets
              readOnly: true
${mounts}      volumes:
        - name: policy
          configMap:
            name: ${name}-policy
            defaultMode: 0444
        - name: secrets
          secret:
            # Made by you, never a file that is committed:
            #   head -c 32 /dev/urandom | base64 > webhook-token
            #   head -c 32 /dev/urandom | base64 > approval-key
            #   kubectl -n ${namespace} create secret generic ${name} ${files}
            # Alertmanager sends the same webhook-token. To renew it, put the new one into a second line, tell Alertmanager, drop the first.
            secretName: ${name}
            defaultMode: 0440
${volumes}`;
}

function service(namespace: string): string {
  return `# Where Alertmanager sends webhooks: http://${name}.${namespace}.svc:${port}/alerts. The pod that stands by answers with 503, and Alertmanager
# tries again: the connection is closed, so that the next one may meet the pod that acts.
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${yamlScalar(namespace)}
  labels:
${labels('    ')}spec:
  selector:
${selector('    ')}  ports:
    - name: http
      port: ${port}
      targetPort: http
`;
}

function disruptionBudget(namespace: string): string {
  return `# A drain takes one at a time.
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: ${name}
  namespace: ${yamlScalar(namespace)}
  labels:
${labels('    ')}spec:
  maxUnavailable: 1
  # One that is broken anyway does not hold up a drain.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
${selector('      ')}`;
}

function networkPolicy({ namespace, policy }: ResponderChoices): string {
  const asked = [policy.evidence.prometheus, policy.notify.alertmanager].flatMap((address) => {
    const url = address === undefined ? undefined : new URL(address);
    return url === undefined ? [] : [url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)];
  });
  const ports = [...new Set([443, 6443, ...asked])];
  return `# In: Alertmanager and Prometheus${policy.approval ? ', and whatever leads people to approval links: add your ingress controller in the overlay' : ''}. Out: names, the API server (6443 is where most listen
# behind their Service, and a policy sees that port)${asked.length > 0 ? ', Prometheus for evidence and Alertmanager for notifications' : ''}.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: ${yamlScalar(namespace)}
  labels:
${labels('    ')}spec:
  podSelector:
    matchLabels:
${selector('      ')}  policyTypes:
    - Ingress
    - Egress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: alertmanager
        - namespaceSelector: {}
          podSelector:
            matchLabels:
              app.kubernetes.io/name: prometheus
      ports:
        - port: ${port}
  egress:
    - ports:
        - port: 53
        - port: 53
          protocol: UDP
    - ports:
${ports.map((each) => `        - port: ${each}\n`).join('')}`;
}
