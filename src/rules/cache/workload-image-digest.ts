import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'A digest says nothing to people and must be kept current by a bot; a version tag that is never pushed again serves most teams.',
  summary: 'A workload runs an image by its tag alone',
  why: 'A tag can be moved to another image by whoever may push, a digest cannot.',
  remedy: 'Write the digest behind the tag, and let a bot keep both current.',
  peers: ['checkov:CKV_K8S_43'],
  check({ workload }, { report }) {
    for (const { image, imageReference } of workload.allContainers)
      if (image && imageReference && imageReference.digest === undefined && imageReference.tag !== undefined)
        report({ at: image, message: `${imageReference.text} names no digest.` });
  },
});
