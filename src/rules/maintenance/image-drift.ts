import { parseImageReference } from '../../core/image-reference.ts';
import type { Difference } from '../../project/compare-live.ts';
import { driftOf } from '../../project/drift.ts';
import { clusterRule } from '../../project/rule.ts';

export const rule = clusterRule({
  severity: 'warning',
  summary: 'The cluster runs another image than the manifest names',
  why: 'What was reviewed and scanned is not what runs, and the next deployment from the repository changes it back without a word.',
  remedy: 'Bring the manifest up to what shall run and deploy it, or deploy the manifest as it is.',
  peers: [],
  check({ project }, { report }) {
    for (const { livePath, differences } of driftOf(project)?.compared ?? [])
      for (const difference of differences) {
        if (difference.kind !== 'image') continue;
        const live = project.live?.raw.get(livePath);
        const place = project.objects.find(({ path }) => path === livePath)?.place;
        report({
          at: difference.place,
          message: `${live?.kind.toLowerCase()}/${live?.metadata.name} runs ${difference.live ?? 'no image'}, ${described(difference)}.`,
          ...(place && { also: [{ ...place, note: 'what is live' }] }),
        });
      }
  },
});

function described({ manifest = '', live = '' }: Difference): string {
  const [wanted, running] = [parseImageReference(manifest), parseImageReference(live)];
  if (!wanted || !running) return `not ${manifest}`;
  if (wanted.registry !== running.registry || wanted.repository !== running.repository)
    return `another image than the manifest’s ${manifest}`;
  if (wanted.digest !== undefined && running.digest !== undefined)
    return `another digest than the manifest’s ${wanted.digest}`;
  return `another version than the manifest’s ${wanted.digest ?? wanted.tag ?? 'latest'}`;
}
