import { workloadRule } from '../../project/rule.ts';
import { replaceIn } from '../../repairs/manifest-edits.ts';
import { digestFix } from '../../repairs/pin-digest.ts';

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'A digest says nothing to people and must be kept current by a bot; a version tag that is never pushed again serves most teams.',
  summary: 'A workload runs an image by its tag alone',
  why: 'A tag can be moved to another image by whoever may push, a digest cannot.',
  remedy: 'Write the digest behind the tag, and let a bot keep both current.',
  peers: ['checkov:CKV_K8S_43'],
  check({ workload, project }, { report }) {
    for (const { image, imageReference } of workload.allContainers) {
      if (!image || !imageReference || imageReference.digest !== undefined || imageReference.tag === undefined)
        continue;
      const { text } = imageReference;
      const fix = digestFix(project, text, (digest) => replaceIn(project, workload.object, image, `${text}@${digest}`));
      report({ at: image, message: `${text} names no digest.`, ...(fix && { fix }) });
    }
  },
});
