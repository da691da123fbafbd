import type { ClusterClient } from '../kubernetes/cluster-client.ts';
import { ClusterError } from '../kubernetes/cluster-error.ts';
import { hasFault, type ResponderCluster } from './cluster.ts';

/** Milliseconds that one request may take: so short that a lease is renewed in time even after one that was not answered. */
export const requestTimeout = 5000;

/**
 * The cluster behind a client.
 * @param counted is told of every request: its verb, the resource, and `ok` or what went wrong
 */
export function apiCluster(
  client: ClusterClient,
  counted: (verb: string, resource: string, outcome: string) => void,
): ResponderCluster {
  async function ask<Answer>(verb: string, resource: string, request: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await request();
      counted(verb, resource, 'ok');
      return answer;
    } catch (error) {
      counted(verb, resource, error instanceof ClusterError ? error.fault : 'fault');
      throw error;
    }
  }
  return {
    get: ({ kind, namespace, name }) => ask('get', kind.resource, () => client.get(kind, { namespace, name })),
    list: (kind, namespace, { labels, fields } = {}) =>
      ask('list', kind.resource, async () => {
        const options = { namespace, labelSelector: labels, fieldSelector: fields };
        try {
          for await (const page of client.pages(kind, options)) return page;
        } catch (error) {
          if (!hasFault(error, 'not-found')) throw error;
        }
        return [];
      }),
    create: (kind, namespace, object) =>
      ask('create', kind.resource, () => client.create(kind, namespace, object, { fieldManager: 'plimsoll-respond' })),
    replace: ({ kind, namespace, name }, object) =>
      ask('update', kind.resource, () =>
        client.replace(kind, { namespace, name }, object, { fieldManager: 'plimsoll-respond' }),
      ),
    patch: ({ kind, namespace, name }, steps, { dryRun }) =>
      ask('patch', kind.resource, () =>
        client.patch(
          kind,
          { namespace, name },
          steps.map((step) => ({ ...step })),
          { type: 'json', fieldManager: 'plimsoll-respond', dryRun },
        ),
      ),
    remove: ({ kind, namespace, name }) =>
      ask('delete', kind.resource, async () => void (await client.delete(kind, { namespace, name }))),
    logs: ({ namespace, name, container }, { lines, bytes, previous }) =>
      ask('get', 'pods/log', async () => {
        const parts: Uint8Array[] = [];
        const options = {
          container,
          previous,
          tailLines: lines,
          limitBytes: bytes,
          signal: AbortSignal.timeout(requestTimeout),
        };
        for await (const part of client.log({ namespace, name }, options)) parts.push(part);
        return Buffer.concat(parts).toString('utf8');
      }),
  };
}
