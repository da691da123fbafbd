import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entryOf } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, holds, manifestFix, removeIn, setIn } from '../../repairs/manifest-edits.ts';

/** Who runs a Job as one of its own steps and removes it. */
const managers =
  /^(?:helm\.sh\/hook|argocd\.argoproj\.io\/(?:hook|sync-wave)|kapp\.k14s\.io\/|kustomize\.toolkit\.fluxcd\.io\/)/;

export const rule = workloadRule({
  severity: 'note',
  summary: 'A Job that stays when it is finished',
  why: 'Finished Jobs and their pods are kept for good: they fill the list, count against quotas, and a Job of the same name cannot be run again.',
  remedy: 'Set ttlSecondsAfterFinished, long enough to look at the logs.',
  peers: ['kube-linter:job-ttl-seconds-after-finished'],
  check({ workload, project }, { report }) {
    if (!isWhole(workload) || [...workload.object.annotations.keys()].some((name) => managers.test(name))) return;
    const { object } = workload;
    const spec = workload.kind === 'CronJob' ? at(object.node, 'spec', 'jobTemplate', 'spec') : at(object.node, 'spec');
    if (spec?.kind !== 'map' || (workload.kind !== 'Job' && workload.kind !== 'CronJob')) return;
    const lifetime = entryOf(spec, 'ttlSecondsAfterFinished');
    if (workload.kind === 'CronJob') {
      if (!lifetime) return;
      const fix = manifestFix(
        'Leave it to the history of the CronJob',
        removeIn(project, object, spec, 'ttlSecondsAfterFinished'),
        [
          asks(
            'Nobody relies on Jobs being gone after this time.',
            `Is it enough that ${workload.name} keeps three finished Jobs and one failed (successfulJobsHistoryLimit, failedJobsHistoryLimit)?`,
          ),
        ],
      );
      report({
        at: lifetime.key,
        message: `${titleOf(workload)} removes its Jobs after a time and by its history limits: the one that comes first decides.`,
        ...(fix && { fix }),
      });
    } else if (!lifetime) {
      const isNamed = at(object.node, 'metadata', 'name') !== undefined;
      const fix = manifestFix(
        'Remove the Job a day after it is finished',
        setIn(project, object, spec, { ttlSecondsAfterFinished: 86_400 }, 'first'),
        isNamed
          ? [
              asks(
                'Nothing looks at the finished Job after a day, and nothing makes it again.',
                `Is ${workload.name} kept up by Argo CD, Flux or \`kubectl apply\` on a schedule? They would run it once more when it is gone.`,
              ),
            ]
          : [holds('Each run has a name of its own.')],
      );
      report({
        at: object.place,
        message: `${titleOf(workload)} stays when it is finished.`,
        ...(fix && { fix }),
      });
    }
  },
});
