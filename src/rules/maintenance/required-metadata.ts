import type { PeerId } from '../../core/finding.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'A workload without a label or annotation that the project demands',
  why: 'At night somebody looks for whom to call, and the object does not say.',
  remedy: 'Add the label or annotation.',
  peers: ['kube-linter:required-label-owner', 'kube-linter:required-annotation-email'],
  options: {
    labels: { description: 'Labels that each workload must have, such as `owner`. Empty: none.', default: [] },
    annotations: {
      description: 'Annotations that each workload must have, such as `email`. Empty: none.',
      default: [],
    },
  },
  check({ workload }, { report, option }) {
    if (!isWhole(workload)) return;
    const { labels, annotations } = workload.object;
    const missing = [
      ...option
        .list('labels')
        .filter((key) => !labels.has(key))
        .map((key) => ({ what: `label ${key}`, key })),
      ...option
        .list('annotations')
        .filter((key) => !annotations.has(key))
        .map((key) => ({ what: `annotation ${key}`, key })),
    ];
    if (missing.length === 0) return;
    report({
      at: workload.place,
      message: `${titleOf(workload)} has no ${missing.map(({ what }) => what).join(', no ')}.`,
      peers: missing.flatMap(({ what }): PeerId[] => {
        if (what === 'label owner') return ['kube-linter:required-label-owner'];
        return what === 'annotation email' ? ['kube-linter:required-annotation-email'] : [];
      }),
    });
  },
});
