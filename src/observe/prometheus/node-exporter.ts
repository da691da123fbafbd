import type { ObserveChoices } from '../observe-plan.ts';
import { ownLabels } from '../own-labels.ts';
import { containerSecurity, nobody, podSecurity } from '../pod-security.ts';
import { nodeExporterVersion } from './versions.ts';

const name = 'node-exporter';
const labels = (indent: string) => ownLabels(name, indent);

/** https://github.com/prometheus/node_exporter */
export function nodeExporter({ namespace }: ObserveChoices): string {
  return `# The nodes themselves, as far as it goes without their network and processes: load, memory, disks, pressure. It reads the node's /proc,
# /sys and mounts, as nobody and without writing; hence the namespace has to allow hostPath. hostNetwork and hostPID would add the node's
# network devices, at the price of a port that every NetworkPolicy overlooks: traffic is known by pod from cAdvisor.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}automountServiceAccountToken: false
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  updateStrategy:
    rollingUpdate:
      # A minute without figures harms nobody.
      maxUnavailable: 10%
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
${labels('        ')}    spec:
      serviceAccountName: ${name}
      automountServiceAccountToken: false
      enableServiceLinks: false
      nodeSelector:
        kubernetes.io/os: linux
      # Every node, the control plane's and those in trouble, too.
      tolerations:
        - operator: Exists
${podSecurity({ user: nobody }, '      ')}      containers:
        - name: ${name}
          # The current release: https://github.com/prometheus/node_exporter/releases
          image: quay.io/prometheus/node-exporter:v${nodeExporterVersion}
          imagePullPolicy: IfNotPresent
          args:
            - --path.procfs=/host/proc
            - --path.sysfs=/host/sys
            - --path.rootfs=/host/root
            - --path.udev.data=/host/root/run/udev/data
            # Mounts of containers and volumes: the kubelet tells of those.
            - --collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/(containerd|docker|kubelet))($|/)
            # What it would tell of is the pod's own network.
            - --no-collector.arp
            - --no-collector.netclass
            - --no-collector.netdev
            - --no-collector.netstat
            - --no-collector.sockstat
          ports:
            # plimsoll ignore=monitoring/scrape-configuration -- the job node-exporter finds it by its label
            - name: metrics
              containerPort: 9100
          readinessProbe:
            httpGet:
              path: /
              port: metrics
            periodSeconds: 10
            timeoutSeconds: 3
          livenessProbe:
            httpGet:
              path: /
              port: metrics
            periodSeconds: 30
            timeoutSeconds: 5
            failureThreshold: 6
          resources:
            # Some 15 MiB, more with hundreds of disks.
            requests:
              cpu: 20m
              memory: 32Mi
              ephemeral-storage: 8Mi
            limits:
              memory: 96Mi
              ephemeral-storage: 32Mi
${containerSecurity('          ')}          volumeMounts:
            - name: proc
              mountPath: /host/proc
              readOnly: true
            - name: sys
              mountPath: /host/sys
              readOnly: true
            - name: root
              mountPath: /host/root
              readOnly: true
              # What is mounted on the node later is seen, too.
              mountPropagation: HostToContainer
      volumes:
        - name: proc
          hostPath:
            # plimsoll ignore=security/host-path -- read-only, by nobody: load, memory and pressure of the node
            path: /proc
        - name: sys
          hostPath:
            # plimsoll ignore=security/host-path -- read-only, by nobody: its devices
            path: /sys
        - name: root
          hostPath:
            # plimsoll ignore=security/host-path -- read-only, by nobody: how full its file systems are
            path: /
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  policyTypes:
    - Ingress
    # It asks nobody.
    - Egress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: prometheus
      ports:
        - port: metrics
`;
}
