import type { ObservePart } from '../observe-plan.ts';
import { writeManifests, writeScrapeJob } from './manifests.ts';

/** `plimsoll exporter` as a workload. It is one whatever the stack: no other exporter has these metrics. */
export const exporterPart: ObservePart = {
  name: 'exporter',
  summary: 'plimsoll exporter: metrics of images and audits, with the right to list and no more',
  write({ choices }) {
    const files = writeManifests(choices);
    const listed = files.map(({ path }) => `  - ${path.slice('base/exporter/'.length)}\n`).join('');
    const text = `# plimsoll exporter, its account and who may ask it.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
${listed}`;
    const job = choices.stack === 'config' ? [writeScrapeJob(choices)] : [];
    return [...files, ...job, { path: 'base/exporter/kustomization.yaml', owner: 'base', text }];
  },
};
