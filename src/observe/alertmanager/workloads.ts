import type { GeneratedFile, ObserveChoices } from '../observe-plan.ts';
import { ownLabels, ownSelector } from '../own-labels.ts';
import { containerSecurity, nobody, podSecurity } from '../pod-security.ts';
import { secretName, secretPath } from './secret-files.ts';

/** The version that the configuration is written for, and tested with. https://github.com/prometheus/alertmanager/releases */
export const alertmanagerVersion = '0.34.1';

/** The name of the ConfigMap with configuration and templates. */
export const configMapName = 'alertmanager-config';

const labels = (indent: string) => ownLabels('alertmanager', indent);
const selector = (indent: string) => ownSelector('alertmanager', indent);

/** What runs Alertmanager: two of them, which tell each other what was sent. */
export function writeWorkloads(choices: ObserveChoices): GeneratedFile[] {
  const file = (name: string, text: string): GeneratedFile => ({
    path: `base/alertmanager/${name}`,
    owner: 'base',
    text,
  });
  return [
    file('serviceaccount.yaml', serviceAccount(choices)),
    file('service.yaml', services(choices)),
    file('statefulset.yaml', statefulSet(choices)),
    file('pdb.yaml', disruptionBudget(choices)),
    file('networkpolicy.yaml', networkPolicy(choices)),
  ];
}

function serviceAccount({ namespace }: ObserveChoices): string {
  return `# An account of its own without rights: Alertmanager does not call the Kubernetes API.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: alertmanager
  namespace: ${namespace}
  labels:
${labels('    ')}automountServiceAccountToken: false
`;
}

function services({ namespace }: ObserveChoices): string {
  return `# «alertmanager» is for people and amtool. Prometheus has to send each alert to every Alertmanager, not to one that a Service chooses:
# they tell each other what they have sent, not what they were told. It finds them by the names of «alertmanager-peers».
# https://prometheus.io/docs/alerting/latest/high_availability/
apiVersion: v1
kind: Service
metadata:
  name: alertmanager
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  selector:
${selector('    ')}  ports:
    - name: web
      port: 9093
      targetPort: web
---
apiVersion: v1
kind: Service
metadata:
  name: alertmanager-peers
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  clusterIP: None
  # They have to find each other before they are ready.
  publishNotReadyAddresses: true
  selector:
${selector('    ')}  ports:
    - name: web
      port: 9093
      targetPort: web
    - name: cluster
      port: 9094
      targetPort: cluster
    - name: cluster-udp
      port: 9094
      protocol: UDP
      targetPort: cluster-udp
`;
}

function statefulSet({ namespace, receivers }: ObserveChoices): string {
  const aws = receivers.includes('sms-sns')
    ? `            # Read by the AWS SDK; where the pod has a role instead, the file may be missing.
            - name: AWS_SHARED_CREDENTIALS_FILE
              value: ${secretPath('aws-credentials')}
`
    : '';
  return `# Two, so that alerts are told while a node is drained. Its state (silences, what was sent) is kept: without it, every restart would send
# all notifications again and forget the silences.
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: alertmanager
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  replicas: 2
  serviceName: alertmanager-peers
  # Both at once: the first does not wait for the second, which it would otherwise look for in vain.
  podManagementPolicy: Parallel
  selector:
    matchLabels:
${selector('      ')}  template:
    metadata:
      labels:
${labels('        ')}      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9093"
        prometheus.io/path: /metrics
    spec:
      serviceAccountName: alertmanager
      automountServiceAccountToken: false
      enableServiceLinks: false
      # Sends what it has still to send, and writes its state.
      terminationGracePeriodSeconds: 60
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
${selector('              ')}${podSecurity({ user: nobody, volumes: true, why: '«nobody» of the image.' }, '      ')}      containers:
        - name: alertmanager
          # The current release (https://github.com/prometheus/alertmanager/releases). The messages to an SMS gateway need 0.34.
          image: quay.io/prometheus/alertmanager:v${alertmanagerVersion}
          imagePullPolicy: IfNotPresent
          args:
            - --config.file=/etc/alertmanager/alertmanager.yaml
            - --storage.path=/alertmanager
            # Longer than the longest repeat_interval (24 h), or what was sent is forgotten and sent again.
            - --data.retention=120h
            - --cluster.listen-address=0.0.0.0:9094
            - --cluster.advertise-address=$(POD_IP):9094
            - --cluster.peer=alertmanager-0.alertmanager-peers.${namespace}.svc:9094
            - --cluster.peer=alertmanager-1.alertmanager-peers.${namespace}.svc:9094
          env:
            - name: POD_IP
              valueFrom:
                fieldRef:
                  fieldPath: status.podIP
${aws}          ports:
            - name: web
              containerPort: 9093
            - name: cluster
              containerPort: 9094
            - name: cluster-udp
              containerPort: 9094
              protocol: UDP
          startupProbe:
            httpGet:
              path: /-/ready
              port: web
            # It loads its state first: up to a minute.
            periodSeconds: 2
            failureThreshold: 30
          readinessProbe:
            httpGet:
              path: /-/ready
              port: web
            periodSeconds: 10
            timeoutSeconds: 3
            failureThreshold: 3
          livenessProbe:
            httpGet:
              path: /-/healthy
              port: web
            # More patient than readiness: a restart is for a program that hangs.
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 6
          resources:
            # Some 30 MiB without alerts, some 10 KiB an alert: enough for thousands.
            requests:
              cpu: 20m
              memory: 64Mi
              ephemeral-storage: 16Mi
            limits:
              memory: 192Mi
              ephemeral-storage: 128Mi
${containerSecurity('          ')}          volumeMounts:
            - name: config
              mountPath: /etc/alertmanager
              readOnly: true
            - name: secrets
              mountPath: /etc/alertmanager/secrets
              readOnly: true
            - name: data
              mountPath: /alertmanager
      volumes:
        - name: config
          configMap:
            name: ${configMapName}
            items:
              - key: alertmanager.yaml
                path: alertmanager.yaml
              - key: plimsoll.tmpl
                path: templates/plimsoll.tmpl
        - name: secrets
          secret:
            # Made by you: secret.yaml.template.
            secretName: ${secretName}
            defaultMode: 0440
  volumeClaimTemplates:
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: data
      spec:
        accessModes:
          - ReadWriteOnce
        resources:
          requests:
            # Silences and the log of notifications: a few MiB; most provisioners give no less than 1 GiB.
            storage: 1Gi
`;
}

function disruptionBudget({ namespace }: ObserveChoices): string {
  return `# One of the two at a time: a drain of nodes must not make alerting silent.
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: alertmanager
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  maxUnavailable: 1
  # One that is broken anyway does not hold up a drain.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
${selector('      ')}`;
}

function networkPolicy({ namespace, receivers }: ObserveChoices): string {
  const mail = receivers.includes('email') ? '        - port: 587\n        - port: 465\n' : '';
  const program = receivers.includes('webhook')
    ? `    # The program that answers.
    - to:
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: plimsoll-respond
`
    : '';
  return `# In: Prometheus of this namespace, and its peers; whoever looks at the web page comes through kubectl port-forward. Out: names, peers,
# and the receivers, which are anywhere.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: alertmanager
  namespace: ${namespace}
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
              app.kubernetes.io/name: prometheus
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: grafana
      ports:
        - port: 9093
    - from:
        - podSelector:
            matchLabels:
${selector('              ')}      ports:
        - port: 9094
        - port: 9094
          protocol: UDP
  egress:
    - ports:
        - port: 53
        - port: 53
          protocol: UDP
    - to:
        - podSelector:
            matchLabels:
${selector('              ')}      ports:
        - port: 9094
        - port: 9094
          protocol: UDP
${program}    - to:
        - ipBlock:
            cidr: 0.0.0.0/0
        - ipBlock:
            cidr: ::/0
      ports:
        - port: 443
${mail}`;
}
