import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubernetesNode } from './kubernetes-node.ts';
import { buildGo, imageOfProgram } from './program-image.ts';

/** What scaledDeployment runs: load-program. */
export const scaledImage = 'plimsoll-test/load:1';

/** Builds the image and puts it on the node. @param directory where it may write */
export function loadScaledImage(node: KubernetesNode, directory: string): void {
  const program = path.join(directory, 'load');
  buildGo(path.join(path.dirname(fileURLToPath(import.meta.url)), 'load-program'), program);
  const scratch = path.join(directory, 'image');
  mkdirSync(scratch);
  node.load(imageOfProgram(scratch, program, scaledImage, '/load'));
}

/** A document of a Deployment that counts its requests and takes as much CPU as it is told. */
export function scaledDeployment(namespace: string, name: string): string {
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: ${scaledImage}
          imagePullPolicy: Never
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 2}
          resources: {requests: {cpu: 50m, memory: 32Mi}}
`;
}

/** A configuration of Prometheus: the pods of the namespace every two seconds, with the labels that the generated one gives them. */
export function scrapingPodsOf({ kubeconfig }: KubernetesNode, namespace: string): string {
  return `global: {scrape_interval: 2s}
scrape_configs:
  - job_name: pods
    kubernetes_sd_configs: [{role: pod, kubeconfig_file: ${kubeconfig}, namespaces: {names: [${namespace}]}}]
    relabel_configs:
      - {source_labels: [__meta_kubernetes_namespace], target_label: namespace}
      - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
`;
}
