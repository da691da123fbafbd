import { describe, expect, it } from 'vitest';
import { ClusterError } from '../../../src/kubernetes/cluster-error.ts';
import { type ClusterObject, clusterObjectOf, type ResourceType } from '../../../src/kubernetes/cluster-object.ts';
import { customKinds, readClusterMentions } from '../../../src/maintain/prune-registry/cluster-mentions.ts';
import { mentionCollector } from '../../../src/maintain/prune-registry/mentions.ts';

const rollouts: ResourceType = { apiVersion: 'argoproj.io/v1alpha1', resource: 'rollouts', kind: 'rollouts' };

function definition(group: string, plural: string): ClusterObject {
  const made = clusterObjectOf({
    apiVersion: customKinds.apiVersion,
    kind: customKinds.kind,
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { plural },
      versions: [
        { name: 'v1alpha1', storage: false },
        { name: 'v1', storage: true },
      ],
    },
  });
  if (!made) throw new Error('no object');
  return made;
}

function unknownOf(
  definitions: readonly ClusterObject[],
  more: readonly ResourceType[],
  fault?: 'forbidden' | 'server',
) {
  const cluster = {
    server: 'https://s',
    context: 'prod',
    async *pages(type: ResourceType) {
      if (type.resource !== customKinds.resource) return;
      if (fault) throw new ClusterError('no', { fault, server: 's' });
      yield definitions;
    },
  };
  return readClusterMentions(cluster, { helm: true, more }, mentionCollector([])).then(({ unknown }) => unknown);
}

describe('kinds that a cluster has of its own', () => {
  const both = [definition('tekton.dev', 'tasks'), definition('argoproj.io', 'rollouts')];
  it('are said to be unread, as --resource takes them', async () => {
    expect(await unknownOf(both, [])).toEqual([
      expect.stringMatching(/--resource reads them\): argoproj.io\/v1\/rollouts, tekton.dev\/v1\/tasks\.$/),
    ]);
  });
  it('are not where they were read, in whichever version', async () => {
    expect((await unknownOf(both, [rollouts])).join()).not.toMatch(/rollouts/);
    expect(await unknownOf([], [])).toEqual([]);
  });
  it('are unknown where the account may not list them, and nothing is done where the server fails', async () => {
    expect(await unknownOf(both, [], 'forbidden')).toEqual([expect.stringMatching(/may not list .*is not known\.$/)]);
    await expect(unknownOf(both, [], 'server')).rejects.toThrow();
  });
});
