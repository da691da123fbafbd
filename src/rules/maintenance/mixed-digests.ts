import { runningContainers } from '../../project/live-containers.ts';
import { clusterRule } from '../../project/rule.ts';

export const rule = clusterRule({
  severity: 'warning',
  summary: 'Pods of one workload that run different images under one name',
  why: 'The tag was moved between two pulls: which program answers depends on the node, and a restart may bring another one.',
  remedy: 'Name the image by a tag that is never moved, or by its digest, and roll the workload out once.',
  peers: [],
  check({ live, project }, { report }) {
    for (const { container, runs } of runningContainers(project, live)) {
      const { image } = container;
      if (!image) continue;
      const counts = new Map<string, number>();
      for (const { state, pod } of runs) {
        if (state.digest === undefined || state.image !== image.text || pod.phase !== 'Running') continue;
        counts.set(state.digest, (counts.get(state.digest) ?? 0) + 1);
      }
      if (counts.size < 2) continue;
      const parts = [...counts]
        .sort((one, other) => other[1] - one[1])
        .map(([digest, count]) => `${count} × ${digest.slice(0, 19)}…`);
      report({
        at: image,
        message: `${image.text} is ${counts.size} different images in ${runs.length} pods: ${parts.slice(0, 4).join(', ')}.`,
      });
    }
  },
});
