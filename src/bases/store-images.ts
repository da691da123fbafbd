import { parseImageReference } from '../core/image-reference.ts';

/** Images of stores that keep data: two of one are two stores, and whoever reaches the port of one reads it. */
const stores =
  /^(?:postgres|postgresql|postgis|timescaledb|mysql|mariadb|mongo|mongodb|redis|redis-stack|valkey|memcached|elasticsearch|opensearch|couchdb|couchbase|cassandra|neo4j|clickhouse|clickhouse-server|influxdb|etcd)$/;

/** True for an image of a database or cache, by its name. */
export function isStoreImage(image: string): boolean {
  const repository = parseImageReference(image)?.repository ?? '';
  const last = repository.slice(repository.lastIndexOf('/') + 1);
  return stores.test(last) || repository === 'mssql/server';
}
