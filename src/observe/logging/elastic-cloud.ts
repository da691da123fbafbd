import type { ObserveChoices } from '../observe-plan.ts';
import { podSecurity } from '../pod-security.ts';

/** Elasticsearch and Kibana as objects of Elastic's operator: TLS, passwords and rolling updates are its work. */
export function elasticCloud({ namespace }: ObserveChoices): string {
  return `# Elasticsearch and Kibana for production, small: objects of Elastic Cloud on Kubernetes (ECK), which has to be installed first.
# https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s
# The operator makes certificates, and the password of «elastic» in the Secret logs-es-elastic-user.
apiVersion: elasticsearch.k8s.elastic.co/v1
kind: Elasticsearch
metadata:
  name: logs
  namespace: ${namespace}
spec:
  version: 9.5.2
  nodeSets:
    - name: default
      # Three: a majority remains when one is down, and each shard has its copy elsewhere.
      count: 3
      config:
        # Without it Elasticsearch needs vm.max_map_count on the nodes, which takes a privileged pod.
        node.store.allow_mmap: false
      podTemplate:
        spec:
          automountServiceAccountToken: false
${podSecurity({ user: 1000, group: 'of the image', volumes: true }, '          ')}          containers:
            - name: elasticsearch
              resources:
                # The operator sets the heap to half of it.
                requests:
                  cpu: 500m
                  memory: 4Gi
                limits:
                  memory: 4Gi
      volumeClaimTemplates:
        - metadata:
            # The name that the operator looks for.
            name: elasticsearch-data
          spec:
            accessModes: [ReadWriteOnce]
            resources:
              requests:
                # 30 days of 5 GB a day, with one copy, on three nodes.
                storage: 100Gi
---
apiVersion: kibana.k8s.elastic.co/v1
kind: Kibana
metadata:
  name: logs
  namespace: ${namespace}
spec:
  version: 9.5.2
  count: 1
  elasticsearchRef:
    name: logs
  podTemplate:
    spec:
      automountServiceAccountToken: false
      containers:
        - name: kibana
          resources:
            requests:
              cpu: 250m
              memory: 1Gi
            limits:
              memory: 1Gi
`;
}

/** Its own kustomization, which nothing lists: without the operator the API server does not know the kinds. */
export const elasticCloudKustomization = `# Not listed in ../kustomization.yaml: the kinds are there only where the operator is. kubectl apply --kustomize .
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - elasticsearch.yaml
`;
