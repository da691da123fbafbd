import type { LogStore, ObserveChoices } from '../observe-plan.ts';
import { partOf } from '../own-labels.ts';
import { containerSecurity, podSecurity } from '../pod-security.ts';
import { storeAddress } from './store.ts';

interface StoreWorkload {
  readonly image: string;
  readonly user: number;
  readonly data: string;
  readonly storage: string;
  readonly memory: string;
  readonly environment: string;
  readonly ready: string;
  readonly why: string;
  /** Directories that have to be writable beside the data; `copied` ones begin with what the image has there. */
  readonly copied: string | undefined;
  readonly writable: readonly string[];
  readonly arguments: string;
  readonly configMap: { readonly name: string; readonly path: string } | undefined;
}

/** One node without TLS or login: for trying. Elastic's and OpenSearch's versions of November 2026. */
const workloads: Readonly<Record<LogStore, StoreWorkload>> = {
  elasticsearch: {
    image: 'docker.elastic.co/elasticsearch/elasticsearch:9.5.2',
    user: 1000,
    data: '/usr/share/elasticsearch/data',
    storage: '20Gi',
    memory: '2Gi',
    environment: `            - name: discovery.type
              value: single-node
            - name: xpack.security.enabled
              value: "false"
            # Half of the memory limit; the other half is the file system's cache.
            - name: ES_JAVA_OPTS
              value: -Xms1g -Xmx1g
`,
    ready: '/_cluster/health?local=true',
    why: 'Elasticsearch wants vm.max_map_count of 262144 on the node; a single node only warns of less.',
    copied: '/usr/share/elasticsearch/config',
    writable: ['/usr/share/elasticsearch/logs', '/tmp'],
    arguments: '',
    configMap: undefined,
  },
  opensearch: {
    image: 'opensearchproject/opensearch:3.3.0',
    user: 1000,
    data: '/usr/share/opensearch/data',
    storage: '20Gi',
    memory: '2Gi',
    environment: `            - name: discovery.type
              value: single-node
            - name: DISABLE_SECURITY_PLUGIN
              value: "true"
            - name: DISABLE_INSTALL_DEMO_CONFIG
              value: "true"
            # Half of the memory limit; the other half is the file system's cache.
            - name: OPENSEARCH_JAVA_OPTS
              value: -Xms1g -Xmx1g
`,
    ready: '/_cluster/health?local=true',
    why: 'OpenSearch wants vm.max_map_count of 262144 on the node; a single node only warns of less.',
    copied: '/usr/share/opensearch/config',
    writable: ['/usr/share/opensearch/logs', '/tmp'],
    arguments: '',
    configMap: undefined,
  },
  loki: {
    image: 'grafana/loki:3.6.0',
    user: 10001,
    data: '/loki',
    storage: '20Gi',
    memory: '1Gi',
    environment: '',
    ready: '/ready',
    why: 'One process with its chunks on one disk; for more than some 20 GB a day use its Helm chart and object storage.',
    copied: undefined,
    writable: ['/tmp'],
    arguments: '          args: ["-config.file=/etc/loki/plimsoll/loki.yaml"]\n',
    configMap: { name: 'loki', path: '/etc/loki/plimsoll' },
  },
  logstash: {
    image: 'docker.elastic.co/logstash/logstash:9.5.2',
    user: 1000,
    data: '/usr/share/logstash/data',
    storage: '5Gi',
    memory: '1536Mi',
    environment: `            # Its own answers on 9600, which the probes ask.
            - name: API_HTTP_HOST
              value: 0.0.0.0
            # On disk: a restart loses nothing that was taken.
            - name: QUEUE_TYPE
              value: persisted
            # Of the volume's 5 GB.
            - name: QUEUE_MAX_BYTES
              value: 4gb
            - name: XPACK_MONITORING_ENABLED
              value: "false"
            # Half of the memory limit.
            - name: LS_JAVA_OPTS
              value: -Xms768m -Xmx768m
`,
    ready: ':9600/',
    why: 'It takes what the agents send over HTTP, and writes to an Elasticsearch that is set in pipeline.conf.',
    copied: '/usr/share/logstash/config',
    writable: ['/usr/share/logstash/logs', '/tmp'],
    arguments: '',
    configMap: { name: 'logstash', path: '/usr/share/logstash/pipeline' },
  },
};

/** The store, or Logstash before it, as a StatefulSet of one pod with its Service and NetworkPolicy. */
export function storeObjects(choices: ObserveChoices): string {
  const { logStore, namespace } = choices;
  const store = workloads[logStore];
  const hasSetup = logStore === 'elasticsearch' || logStore === 'opensearch';
  const { port } = storeAddress(choices);
  const other = /^:(\d+)(\/.*)$/.exec(store.ready);
  return `# For trying: one pod of ${logStore}, without TLS and login. The NetworkPolicy below lets only the log agents and the set-up in.
# ${store.why}
# For production: elastic-cloud-on-kubernetes/ beside this file, the OpenSearch operator, or what you run already (--stack config).
apiVersion: v1
kind: Service
metadata:
  name: ${logStore}
  namespace: ${namespace}
spec:
  # The one pod under its own name: no address of its own is needed.
  clusterIP: None
  selector:
    app.kubernetes.io/name: ${logStore}
  ports:
    - name: http
      port: ${port}
      targetPort: http
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${logStore}
  namespace: ${namespace}
automountServiceAccountToken: false
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: ${logStore}
  namespace: ${namespace}
  labels:
    app.kubernetes.io/name: ${logStore}
    app.kubernetes.io/component: log-store
    ${partOf}
spec:
  # A second pod would be a second, empty store.
  replicas: 1
  serviceName: ${logStore}
  selector:
    matchLabels:
      app.kubernetes.io/name: ${logStore}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${logStore}
        app.kubernetes.io/component: log-store
        ${partOf}
    spec:
      serviceAccountName: ${logStore}
      automountServiceAccountToken: false
      # Indices are closed in order.
      terminationGracePeriodSeconds: 120
${podSecurity({ user: store.user, volumes: true }, '      ')}${store.copied === undefined ? '' : copyConfiguration(store, store.copied)}      containers:
        - name: ${logStore}
          image: ${store.image}
          imagePullPolicy: IfNotPresent
${store.arguments}${store.environment === '' ? '' : `          env:\n${store.environment}`}          ports:
            - name: http
              containerPort: ${port}
${other === null ? '' : `            - name: health\n              containerPort: ${other[1]}\n`}          startupProbe:
            httpGet:
              path: ${other?.[2] ?? store.ready}
              port: ${other?.[1] ?? 'http'}
            # Five minutes: a JVM on a slow disk that recovers its indices.
            periodSeconds: 5
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: ${other?.[2] ?? store.ready}
              port: ${other?.[1] ?? 'http'}
            periodSeconds: 10
            timeoutSeconds: 5
          livenessProbe:
            tcpSocket:
              port: http
            periodSeconds: 30
            timeoutSeconds: 5
            failureThreshold: 6
          resources:
            requests:
              cpu: 250m
              memory: ${store.memory}
            limits:
              memory: ${store.memory}
${containerSecurity('          ')}          volumeMounts:
            - name: data
              mountPath: ${store.data}
${store.copied === undefined ? '' : `            - name: configuration-copy\n              mountPath: ${store.copied}\n`}${store.writable.map((path, at) => `            - name: writable-${at}\n              mountPath: ${path}\n`).join('')}${store.configMap === undefined ? '' : `            - name: configuration\n              mountPath: ${store.configMap.path}\n              readOnly: true\n`}      volumes:
${store.copied === undefined ? '' : '        - name: configuration-copy\n          emptyDir:\n            sizeLimit: 16Mi\n'}${store.writable.map((_, at) => `        - name: writable-${at}\n          emptyDir:\n            sizeLimit: 512Mi\n`).join('')}${store.configMap === undefined ? '' : `        - name: configuration\n          configMap:\n            name: ${store.configMap.name}\n`}  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests:
            storage: ${store.storage}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${logStore}
  namespace: ${namespace}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${logStore}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app.kubernetes.io/component: log-agent
              ${partOf}
${hasSetup ? setupPeer : ''}        # Who else may read, as Kibana or Grafana: yours, kept on every run.
        # plimsoll:keep readers
        # plimsoll:end
      ports:
        - port: ${port}
`;
}

const setupPeer = `        - podSelector:
            matchLabels:
              app.kubernetes.io/component: log-store-setup
              ${partOf}
`;

/** The images write a key store into their configuration directory at the start. */
function copyConfiguration({ image }: StoreWorkload, directory: string): string {
  return `      initContainers:
        # It writes into its configuration directory when it starts; the image's own files stay as they are.
        - name: copy-configuration
          image: ${image}
          imagePullPolicy: IfNotPresent
          command: [sh, -c, "cp -R ${directory}/. /copy/"]
${containerSecurity('          ')}          resources:
            requests:
              cpu: 10m
              memory: 32Mi
            limits:
              memory: 64Mi
          volumeMounts:
            - name: configuration-copy
              mountPath: /copy
`;
}
