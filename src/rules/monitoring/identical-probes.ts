import type { Fix } from '../../core/fix.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { Probe, Workload } from '../../kubernetes/workload.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'Liveness and readiness are the same question',
  why: 'A pod that is only busy is restarted instead of being spared requests, which makes an overload worse.',
  remedy:
    'Let liveness ask only whether the process still works, without its dependencies, and wait longer than readiness does.',
  peers: ['kube-score:pod-probes-identical'],
  check({ workload, project }, { report }) {
    for (const { name, livenessProbe: live, readinessProbe: ready } of workload.containers)
      if (live && ready && isSameQuestion(live, ready) && patience(live) <= patience(ready))
        report({
          ...morePatient(project, workload, live, ready),
          at: live.place,
          also: [{ ...ready.place, note: 'the same' }],
          message: `${titleOf(workload)}: container ${name} is restarted by the same question that takes it out of service, and as soon.`,
        });
  },
});

/** TCP asks only whether something listens, which is a fair question for both. */
function isSameQuestion(live: Probe, ready: Probe): boolean {
  if (live.handler !== ready.handler || live.handler === 'tcpSocket' || live.handler === 'none') return false;
  return questionOf(live) === questionOf(ready);
}

function questionOf({ port, path, command }: Probe): string {
  return JSON.stringify([port?.text, path?.text, command.map(({ text }) => text)]);
}

/** Seconds for which the question must fail before something is done. */
function patience({ periodSeconds, failureThreshold }: Probe): number {
  return periodSeconds * failureThreshold;
}

/** Liveness waits three times as long as readiness. */
function morePatient(project: Project, workload: Workload, live: Probe, ready: Probe): { readonly fix?: Fix } {
  if (live.node.kind !== 'map') return {};
  const failureThreshold = Math.ceil((3 * patience(ready)) / live.periodSeconds);
  const seconds = failureThreshold * live.periodSeconds;
  const edits = setIn(project, workload.object, live.node, { failureThreshold });
  const fix = manifestFix('Let liveness wait longer than readiness', edits, [
    asks(
      `A pod that hangs may do so for ${seconds} seconds before it is restarted.`,
      `May a hanging pod, which gets no requests meanwhile, wait ${seconds} seconds for its restart? A path that asks less than ${ready.path?.text ?? 'readiness'} would be better.`,
    ),
  ]);
  return fix ? { fix } : {};
}
