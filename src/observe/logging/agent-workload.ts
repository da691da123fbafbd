import type { ObserveChoices } from '../observe-plan.ts';
import { partOf } from '../own-labels.ts';
import { containerSecurity, podSecurity } from '../pod-security.ts';
import type { Agent } from './agents.ts';
import { storeAddress } from './store.ts';

/** Who the agent runs as: not root, but with root's group, which may read the log files. */
const user = 10001;

/** Account and rights. */
export function agentAccess({ namespace }: ObserveChoices, { name, rbac }: Agent): string {
  return `# The account of the log agent: it adds the names and labels of pods to their lines, and may read nothing else.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: ${namespace}
# Only the pod mounts its token, where it says so.
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: plimsoll-${name}
rules:
${rbac}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: plimsoll-${name}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: plimsoll-${name}
subjects:
  - kind: ServiceAccount
    name: ${name}
    namespace: ${namespace}
`;
}

/** One agent a node. */
export function agentDaemonSet(choices: ObserveChoices, agent: Agent): string {
  const { name, stateDirectory, configurationDirectory, port } = agent;
  const { secure } = storeAddress(choices);
  return `# One ${name} on each node reads the log files of its containers.
#
# Why not as root, and why with root's group: the kubelet makes /var/log/pods with mode 0750 and the files in it with mode 0640, owner and
# group root. Group 0 may read them, and may write nothing. What it writes itself (positions, buffers) lies in a directory of the node that
# an init container gives to user ${user}: that one has to be root, with the one capability to give files away.
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: ${name}
  namespace: ${choices.namespace}
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/component: log-agent
    ${partOf}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  updateStrategy:
    type: RollingUpdate
    rollingUpdate:
      # Two agents on one node would read the same files and hold the same positions.
      maxUnavailable: 10%
      maxSurge: 0
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
        app.kubernetes.io/component: log-agent
        ${partOf}
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "${port}"
        prometheus.io/path: ${agent.metricsPath}
    spec:
      serviceAccountName: ${name}
      # The names and labels of pods come from the API server.
      automountServiceAccountToken: true
      # Where logs are needed most: full nodes, control planes, nodes that are being drained.
      tolerations:
        - operator: Exists
      nodeSelector:
        kubernetes.io/os: linux
      # Logs of the last seconds are delivered first; the rest waits on disk.
      terminationGracePeriodSeconds: 30
${podSecurity({ user, group: 0, why: 'Not root, but of its group, which may read the kubelet’s log files; see above.' }, '      ')}      initContainers:
        # plimsoll ignore=security/workload-root-user -- a directory of the node is root's until root gives it away; runs once, with CHOWN alone
        - name: own-state
          image: busybox:1.37.0
          imagePullPolicy: IfNotPresent
          command: [chown, "${user}:0", ${stateDirectory}]
          securityContext:
            runAsUser: 0
            runAsNonRoot: false
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
              add: [CHOWN]
          resources:
            requests:
              cpu: 10m
              memory: 16Mi
            limits:
              memory: 16Mi
          volumeMounts:
            - name: state
              mountPath: ${stateDirectory}
      containers:
        - name: ${name}
          # The newest release when this was written.
          image: ${agent.image(choices.logStore)}
          imagePullPolicy: IfNotPresent
          args: ${JSON.stringify(agent.arguments)}
          env:
            - name: POD_IP
              valueFrom:
                fieldRef:
                  fieldPath: status.podIP
            - name: POD_NAMESPACE
              valueFrom:
                fieldRef:
                  fieldPath: metadata.namespace
            - name: NODE_NAME
              valueFrom:
                fieldRef:
                  fieldPath: spec.nodeName
${secure ? login : ''}          ports:
            - name: metrics
              containerPort: ${port}
${otherPort(agent.ready)}          startupProbe:
${probe(agent, agent.live)}
            # Up to a minute, for a backlog on disk.
            periodSeconds: 5
            failureThreshold: 12
          # Whether it listens at all: that the store does not answer is no reason to restart the agent.
          livenessProbe:
            tcpSocket:
              port: ${/^:(\d+)/.exec(agent.live)?.[1] ?? port}
            periodSeconds: 30
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe:
${probe(agent, agent.ready)}
            periodSeconds: 30
            timeoutSeconds: 5
          resources:
${agent.resources}
${containerSecurity('          ')}          volumeMounts:
            - name: configuration
              mountPath: ${configurationDirectory}
              readOnly: true
            - name: containers
              mountPath: /var/log/containers
              readOnly: true
            # What the links in /var/log/containers point to.
            - name: pods
              mountPath: /var/log/pods
              readOnly: true
            - name: state
              mountPath: ${stateDirectory}
            - name: tmp
              mountPath: /tmp
${secure ? `            - name: authority\n              mountPath: ${agent.authorityDirectory}\n              readOnly: true\n` : ''}      volumes:
        - name: configuration
          configMap:
            name: ${name}
        # plimsoll ignore=security/host-path -- the log files are the node's; mounted to be read only
        - name: containers
          hostPath:
            path: /var/log/containers
            type: Directory
        # plimsoll ignore=security/host-path -- the same files
        - name: pods
          hostPath:
            path: /var/log/pods
            type: Directory
        # plimsoll ignore=security/host-path -- positions and buffers have to outlive the pod, or lines would be sent twice or never
        - name: state
          hostPath:
            path: /var/lib/plimsoll/${name}
            type: DirectoryOrCreate
        - name: tmp
          emptyDir:
            sizeLimit: 64Mi
${secure ? '        - name: authority\n          secret:\n            secretName: log-store-ca\n' : ''}`;
}

const login = `            # None of the three agents reads a password from a file: https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/yaml/environment-variables-section
            - name: STORE_USER
              valueFrom:
                secretKeyRef:
                  name: log-store
                  key: username
            - name: STORE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: log-store
                  key: password
`;

function otherPort(where: string): string {
  const port = /^:(\d+)/.exec(where)?.[1];
  return port === undefined ? '' : `            - name: health\n              containerPort: ${port}\n`;
}

/** A path, or `:PORT/PATH` where it is not the metrics' port. */
function probe({ port }: Agent, where: string): string {
  const other = /^:(\d+)(\/.*)$/.exec(where);
  return `            httpGet:
              path: ${other?.[2] ?? where}
              port: ${other?.[1] ?? port}`;
}

/** What may be reached, and who may come in. */
export function agentNetworkPolicy(choices: ObserveChoices, { name, port }: Agent): string {
  return `# Out: names, the API server, the store. In: whoever reads its metrics, from this namespace.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: ${choices.namespace}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector: {}
      ports:
        - port: ${port}
  egress:
    - ports:
        - port: 53
          protocol: UDP
        - port: 53
    # The API server, behind its Service or directly.
    - ports:
        - port: 443
        - port: 6443
    - ports:
        - port: ${storeAddress(choices).port}
`;
}

/** For the Prometheus Operator. */
export function agentPodMonitor({ namespace }: ObserveChoices, { name, metricsPath }: Agent): string {
  return `# The agent's own metrics, for the Prometheus Operator: lines read, sent, dropped, waiting on disk.
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  podMetricsEndpoints:
    - port: metrics
      path: ${metricsPath}
      interval: 30s
`;
}
