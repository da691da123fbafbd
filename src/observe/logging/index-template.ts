import type { JsonObject } from '../../core/json-object.ts';
import { dataStream } from './store.ts';

export type SearchStore = 'elasticsearch' | 'opensearch';

/** Names in the store. */
export const storeNames = {
  template: 'containers-logs',
  pipeline: 'containers-logs',
  policy: 'containers-logs',
} as const;

/** Days until a log is deleted. */
const keptDays = 30;

/**
 * The composable index template: a data stream, and a field for each thing that searches ask for. All that an application invents
 * goes into one field each of `app` and the pod's labels, whose leaves are keywords whatever their type: no document is refused because
 * of a field's type, and no number of names makes the index grow past its limit.
 * https://www.elastic.co/docs/manage-data/data-store/templates
 * https://docs.opensearch.org/latest/im-plugin/index-templates/
 */
export function indexTemplate(store: SearchStore): JsonObject {
  const flat = store === 'elasticsearch' ? { type: 'flattened', ignore_above: 1024 } : { type: 'flat_object' };
  const keyword = { type: 'keyword', ignore_above: 1024 };
  return {
    index_patterns: [dataStream.replace(/[^-]+$/, '*')],
    data_stream: {},
    // Elasticsearch's own template for logs-*-* has 100.
    priority: 300,
    template: {
      settings: {
        index: {
          number_of_shards: 1,
          number_of_replicas: 1,
          // Logs are written much more than read: searchable after five seconds.
          refresh_interval: '5s',
          // Half the disk for a little more work.
          codec: 'best_compression',
          default_pipeline: storeNames.pipeline,
          // An application's nesting ends in «app», which counts as one.
          mapping: { total_fields: { limit: 200 } },
          ...(store === 'elasticsearch' && { lifecycle: { name: storeNames.policy } }),
        },
      },
      mappings: {
        // What is not below does not become a field of its own; it stays in the document.
        dynamic: false,
        date_detection: false,
        properties: {
          '@timestamp': { type: 'date_nanos' },
          message: { type: 'text', norms: false },
          level: keyword,
          stream: { type: 'keyword' },
          trace_id: keyword,
          span_id: keyword,
          // The whole line where it was no JSON.
          log: { type: 'text', index: false },
          app: flat,
          kubernetes: {
            properties: {
              namespace_name: keyword,
              pod_name: keyword,
              pod_id: keyword,
              container_name: keyword,
              container_image: keyword,
              host: keyword,
              labels: flat,
            },
          },
          error: { properties: { type: keyword, stack_trace: { type: 'text', index: false } } },
        },
      },
    },
    _meta: { managed_by: 'plimsoll', description: 'Logs of containers, one shape for every agent' },
  };
}

/** Elasticsearch: index lifecycle management. Sizes as Elastic advises for logs: shards of 10 to 50 GB. */
export function lifecyclePolicy(): JsonObject {
  return {
    policy: {
      phases: {
        hot: {
          min_age: '0ms',
          actions: {
            rollover: { max_primary_shard_size: '30gb', max_age: '1d' },
            set_priority: { priority: 100 },
          },
        },
        warm: { min_age: '2d', actions: { forcemerge: { max_num_segments: 1 }, set_priority: { priority: 50 } } },
        delete: { min_age: `${keptDays}d`, actions: { delete: {} } },
      },
      _meta: { managed_by: 'plimsoll' },
    },
  };
}

/** OpenSearch: index state management, which takes over new indices by its `ism_template`. */
export function statePolicy(): JsonObject {
  return {
    policy: {
      description: 'Logs of containers: a new index each day or 30 GB, deleted after 30 days',
      default_state: 'hot',
      states: [
        {
          name: 'hot',
          actions: [{ rollover: { min_primary_shard_size: '30gb', min_index_age: '1d' } }],
          transitions: [{ state_name: 'warm', conditions: { min_rollover_age: '1d' } }],
        },
        {
          name: 'warm',
          actions: [{ force_merge: { max_num_segments: 1 } }],
          transitions: [{ state_name: 'delete', conditions: { min_index_age: `${keptDays}d` } }],
        },
        { name: 'delete', actions: [{ delete: {} }], transitions: [] },
      ],
      ism_template: [{ index_patterns: [`.ds-${dataStream.replace(/[^-]+$/, '*')}`], priority: 300 }],
    },
  };
}

/** For try-outs with one node there is nowhere to put a replica, and the index would never be green. */
export function singleNodeTemplate(template: JsonObject): JsonObject {
  const text = JSON.stringify(template).replace('"number_of_replicas":1', '"number_of_replicas":0');
  return JSON.parse(text);
}
