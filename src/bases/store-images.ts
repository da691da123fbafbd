import { lastNameOf, parseImageReference } from '../core/image-reference.ts';

/** Images of stores that keep data: two of one are two stores, and whoever reaches the port of one reads it. */
const stores =
  /^(?:postgres|postgresql|postgis|timescaledb|mysql|mariadb|mongo|mongodb|redis|redis-stack|valkey|memcached|elasticsearch|opensearch|couchdb|couchbase|cassandra|neo4j|clickhouse|clickhouse-server|influxdb|etcd)$/;

/** Of brokers and what keeps others' state: like stores, two that do not know of each other are two. */
const brokers = new RegExp(
  `^(?:${[
    'rabbitmq|(?:cp-)?kafka|kafka-native|redpanda|pulsar|nats|nats-streaming|nsqd|nsqlookupd|activemq-artemis|activemq|(?:eclipse-)?mosquitto|emqx',
    '(?:cp-)?zookeeper|consul|vault|minio|registry',
    'percona(?:-server(?:-mongodb)?)?|keydb|dragonfly|cockroach|surrealdb|arangodb|rethinkdb|questdb|immudb|documentdb-local|dynamodb-local',
    'solr|meilisearch|typesense|qdrant|weaviate|milvus|chroma|victoria-metrics|loki',
  ].join('|')})$`,
);

/** Servers of games and of conversation: each holds one world, or one room, for those who are in it. */
const worlds =
  /minecraft|factorio|terraria|valheim|palworld|satisfactory|bedrock-server|(?:^|[-_])(?:csgo|cs2|rust-server|ark-server|gmod)|teamspeak|mumble/;

/** True for an image or workload of a game's server, by its name. */
export function isWorldImage(image: string): boolean {
  return worlds.test(lastNameOf(image).toLowerCase());
}

/** What watches others and keeps what it saw to itself: two of one see everything twice, or each a part of it. */
const watchers =
  /^(?:prometheus|pushgateway|alertmanager|grafana(?:-oss|-enterprise)?|heapster(?:-\w+)*|kube-state-metrics|jaeger)$/;

/** Ports on which hardly anything but such a program or a proxy to it listens, and what it is called: images of one's own have names of their own. */
const portsOfStores = new Map([
  [1433, 'SQL Server'],
  [1521, 'Oracle Database'],
  [1883, 'an MQTT broker'],
  [2181, 'ZooKeeper'],
  [2379, 'etcd'],
  [3306, 'MySQL'],
  [4222, 'NATS'],
  [5432, 'PostgreSQL'],
  [5672, 'RabbitMQ'],
  [6379, 'Redis'],
  [7687, 'Neo4j'],
  [9042, 'Cassandra'],
  [9092, 'Kafka'],
  [9200, 'Elasticsearch'],
  [11211, 'Memcached'],
  [27017, 'MongoDB'],
]);

/** What passes on to a store keeps nothing: `cloud-sql-proxy`, `haproxy`, `pgbouncer`. */
const proxies = /proxy|^(?:envoy|nginx|traefik|pgbouncer|pgpool|pgcat|odyssey|maxscale|mysql-router|mcrouter|socat)$/;

/** True for an image of a proxy, by its name. */
export function isProxyImage(image: string): boolean {
  return proxies.test(lastNameOf(image));
}

/** The store or broker that listens on a port by custom; undefined for others. */
export function storeAtPort(port: number): string | undefined {
  return portsOfStores.get(port);
}

/** True for an image of a message broker or of what others keep their state in, by its name. */
export function isBrokerImage(image: string): boolean {
  return brokers.test(lastNameOf(image));
}

/** True for an image of a program that watches others, by its name. */
export function isWatcherImage(image: string): boolean {
  return watchers.test(lastNameOf(image)) || parseImageReference(image)?.repository === 'jaegertracing/all-in-one';
}

/** True for an image of a database or cache, by its name. */
export function isStoreImage(image: string): boolean {
  return (
    stores.test(lastNameOf(image)) ||
    /^(?:mssql\/server|azure-sql-edge)$/.test(parseImageReference(image)?.repository ?? '')
  );
}
