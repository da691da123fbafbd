import { runningContainers } from '../../project/live-containers.ts';
import { clusterRule } from '../../project/rule.ts';

const dayMilliseconds = 86_400_000;

export const rule = clusterRule({
  severity: 'warning',
  summary: 'What runs was built long ago',
  why: 'Its base and packages have had no update since, whatever was found in them afterwards.',
  remedy: 'Build the image again on the newest base, and roll it out; do so on a schedule.',
  peers: [],
  options: { days: { description: 'Images that were built before so many days are reported', default: 180 } },
  check({ live, project }, { report, option, today }) {
    const now = Date.parse(today ?? '');
    for (const { container, runs } of runningContainers(project, live)) {
      const { image } = container;
      // While a rollout is under way pods of the former image run, too.
      const built =
        image && runs.some(({ state }) => state.image === image.text) ? live.created.get(image.text) : undefined;
      if (!image || built === undefined) continue;
      const days = Math.floor((now - Date.parse(built)) / dayMilliseconds);
      if (days > option.number('days'))
        report({ at: image, message: `${image.text} was built ${days} days ago, on ${built.slice(0, 10)}.` });
    }
  },
});
