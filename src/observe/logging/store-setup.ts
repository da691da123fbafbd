import type { ObserveChoices } from '../observe-plan.ts';
import { partOf } from '../own-labels.ts';
import { containerSecurity, podSecurity } from '../pod-security.ts';
import { type SearchStore, storeNames } from './index-template.ts';
import { storeAddress } from './store.ts';

/** Installs policy, pipeline and template, in the order in which they need each other. Idempotent: each is replaced. */
export function installScript(store: SearchStore): string {
  const policy =
    store === 'elasticsearch'
      ? `put "_ilm/policy/${storeNames.policy}" lifecycle-policy.json`
      : `# A policy that is there is replaced by its sequence number only; a new one is made.
if ! curl --fail --silent --show-error $access --output /dev/null "$STORE_URL/_plugins/_ism/policies/${storeNames.policy}"; then
  put "_plugins/_ism/policies/${storeNames.policy}" state-policy.json
fi`;
  return `#!/bin/sh
# Installs what the store has to know of container logs before the first one comes: how long they are kept, how fields are named, how they
# are mapped. Run it again after each change. STORE_URL says where, as https://elasticsearch.example.com:9200; STORE_ACCESS is what curl
# needs to be let in, as «--cacert ca.crt --netrc-file login».
set -eu
cd "$(dirname "$0")"
access=\${STORE_ACCESS:-}

put() {
  printf 'installing %s\\n' "$1"
  curl --fail-with-body --silent --show-error --retry 30 --retry-all-errors --retry-delay 5 $access \\
    --request PUT --header 'Content-Type: application/json' --data-binary "@$2" "$STORE_URL/$1"
  printf '\\n'
}

${policy}
put "_ingest/pipeline/${storeNames.pipeline}" ingest-pipeline.json
put "_index_template/${storeNames.template}" index-template.json
`;
}

/** The script as a Job, for the store that was generated along. */
export function setupJob(choices: ObserveChoices): string {
  const { host, port } = storeAddress(choices);
  return `# Tells the store how logs are mapped and how long they are kept, once it is up. A Job cannot be changed: an hour after its end it is gone,
# and can be applied again.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: log-store-setup
  namespace: ${choices.namespace}
automountServiceAccountToken: false
---
apiVersion: batch/v1
kind: Job
metadata:
  name: log-store-setup
  namespace: ${choices.namespace}
  labels:
    app.kubernetes.io/name: log-store-setup
    ${partOf}
spec:
  ttlSecondsAfterFinished: 3600
  # The script itself waits for two and a half minutes for each request.
  backoffLimit: 6
  activeDeadlineSeconds: 1800
  template:
    metadata:
      labels:
        app.kubernetes.io/name: log-store-setup
        app.kubernetes.io/component: log-store-setup
        ${partOf}
    spec:
      serviceAccountName: log-store-setup
      automountServiceAccountToken: false
      restartPolicy: OnFailure
${podSecurity({ user: 100, group: 101, why: 'curl_user of the image.' }, '      ')}      containers:
        - name: install
          image: curlimages/curl:8.17.0
          imagePullPolicy: IfNotPresent
          command: [sh, /setup/install.sh]
          env:
            - name: STORE_URL
              value: http://${host}:${port}
          resources:
            requests:
              cpu: 10m
              memory: 32Mi
            limits:
              memory: 64Mi
${containerSecurity('          ')}          volumeMounts:
            - name: setup
              mountPath: /setup
              readOnly: true
      volumes:
        - name: setup
          configMap:
            name: log-store-setup
---
# Out to the store, and to names; nobody comes in.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: log-store-setup
  namespace: ${choices.namespace}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: log-store-setup
  policyTypes: [Ingress, Egress]
  egress:
    - ports:
        - port: 53
          protocol: UDP
        - port: 53
        - port: ${port}
`;
}
