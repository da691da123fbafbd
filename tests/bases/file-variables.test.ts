import { expect, test } from 'vitest';
import { readsFileVariable } from '../../src/bases/file-variables.ts';
import { parseImageReference } from '../../src/core/image-reference.ts';

test.each([
  ['postgres:17', 'POSTGRES_PASSWORD', true],
  ['docker.io/library/postgres', 'POSTGRES_DB', true],
  ['postgres:17', 'PGPASSWORD', false],
  ['example.com/postgres:17', 'POSTGRES_PASSWORD', false],
  ['mysql:8.4', 'MYSQL_ROOT_PASSWORD', true],
  ['mysql:8.4', 'MARIADB_ROOT_PASSWORD', false],
  ['mariadb:11.4', 'MARIADB_REPLICATION_PASSWORD_HASH', true],
  ['mariadb:11.4', 'MYSQL_PASSWORD', true],
  ['mariadb:11.4', 'MYSQL_REPLICATION_PASSWORD', false],
  ['nextcloud:31', 'NEXTCLOUD_ADMIN_PASSWORD', true],
  ['nextcloud:31', 'MYSQL_PASSWORD', false],
  ['influxdb:2.7', 'DOCKER_INFLUXDB_INIT_ADMIN_TOKEN', true],
  ['phpmyadmin:5', 'PMA_CONTROLPASS', true],
  ['docker.elastic.co/elasticsearch/elasticsearch:9.0.0', 'KEYSTORE_PASSWORD', true],
  ['redis:8', 'REDIS_PASSWORD', false],
])('%s takes %s from a file: %s', (image, name, expected) => {
  expect(readsFileVariable(parseImageReference(image), name)).toBe(expected);
});
