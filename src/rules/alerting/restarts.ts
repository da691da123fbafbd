import { runningContainers } from '../../project/live-containers.ts';
import { clusterRule } from '../../project/rule.ts';

const dayMilliseconds = 86_400_000;

export const rule = clusterRule({
  severity: 'warning',
  summary: 'A container that restarts again and again',
  why: 'Every restart drops the requests that were under way, and a container that keeps ending has a cause that no restart takes away.',
  remedy: 'Read what it said before it ended: kubectl logs --previous.',
  peers: [],
  options: {
    restarts: { description: 'Restarts of all of its pods together from which on it is reported', default: 5 },
    days: { description: 'Containers that ended last before so many days are left alone', default: 7 },
  },
  check({ live, project }, { report, option, today }) {
    const since = today === undefined ? 0 : Date.parse(today) - option.number('days') * dayMilliseconds;
    for (const { container, runs } of runningContainers(project, live)) {
      const recent = runs.filter(({ state: { restarts, lastEnd } }) => restarts > 0 && isSince(lastEnd?.at, since));
      const restarts = recent.reduce((sum, { state }) => sum + state.restarts, 0);
      if (restarts < option.number('restarts')) continue;
      const worst = recent.reduce((one, other) => (other.state.restarts > one.state.restarts ? other : one));
      const { lastEnd } = worst.state;
      const killed = lastEnd?.reason === 'OOMKilled';
      const pods = recent.length === 1 ? `pod ${worst.pod.name}` : `${recent.length} pods`;
      const last = lastEnd ? `; last: ${lastEnd.reason}, exit code ${lastEnd.exitCode}` : '';
      report({
        at: container.place,
        severity: killed || worst.state.waiting === 'CrashLoopBackOff' ? 'error' : 'warning',
        message: `Container ${container.name} restarted ${restarts} times in ${pods}${last}.`,
        ...(killed && {
          remedy:
            'It needs more memory than its limit: look for a leak (does its memory grow until it is killed?), tell the runtime of the limit, or raise it.',
        }),
      });
    }
  },
});

/** What has no date counts. */
function isSince(at: string | undefined, since: number): boolean {
  const time = at === undefined ? Number.NaN : Date.parse(at);
  return Number.isNaN(time) || time >= since;
}
