import type { PeerId } from '../../core/finding.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import { scalarAt } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, holds, manifestFix, removeIn, setIn } from '../../repairs/manifest-edits.ts';

const staying: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
]);

export const rule = workloadRule({
  severity: 'error',
  summary: 'A restart policy that the kind of workload does not have',
  why: 'Kubernetes refuses the object: a Job must say Never or OnFailure, and what runs for good has only Always.',
  remedy: 'Write restartPolicy: OnFailure or Never in a Job or CronJob, and leave it out elsewhere.',
  peers: ['kube-score:cronjob-restartpolicy', 'kube-linter:restart-policy'],
  check({ workload, project }, { report }) {
    if (!isWhole(workload)) return;
    const { kind, podSpec, object } = workload;
    const policy = scalarAt(podSpec, 'restartPolicy');
    if (kind === 'Job' || kind === 'CronJob') {
      if (policy?.text === 'Never' || policy?.text === 'OnFailure') return;
      const fix = manifestFix(
        'Restart what fails',
        setIn(project, object, podSpec, { restartPolicy: 'OnFailure' }, 'first'),
        [
          asks(
            'A run that failed may be started again in its place.',
            `Is a failed run of ${workload.name} to be started again in the same pod (OnFailure), or in a new one so that the logs of both are kept (Never)?`,
          ),
        ],
      );
      report({
        at: policy ?? workload.place,
        message: `${titleOf(workload)} ${policy ? `has restartPolicy ${policy.text}` : 'has no restartPolicy, which means Always'}: Kubernetes refuses that.`,
        peers: kind === 'CronJob' ? ['kube-score:cronjob-restartpolicy'] : [],
        ...(fix && { fix }),
      });
    } else if (staying.has(kind) && policy && policy.text !== 'Always') {
      const fix = manifestFix('Leave the restart policy out', removeIn(project, object, podSpec, 'restartPolicy'), [
        policy.text === 'OnFailure' || policy.text === 'Never'
          ? asks(
              'The program is to run for good.',
              `Is ${workload.name} to run for good? What ends by itself is a Job.`,
            )
          : holds('Kubernetes knows no such policy.'),
      ]);
      const peers: readonly PeerId[] = policy.text === 'Never' ? ['kube-linter:restart-policy'] : [];
      report({
        at: policy,
        message: `${titleOf(workload)} has restartPolicy ${policy.text}: Kubernetes refuses that.`,
        peers,
        ...(fix && { fix }),
      });
    }
  },
});
