import { familiarName, type ImageReference } from '../core/image-reference.ts';

/**
 * Images whose start script reads `NAME_FILE` in place of a variable, by their own documentation: the names that it is said of there, as read in
 * November 2026. Docker Official Images (https://github.com/docker-library/docs, `content.md` of each): postgres, mysql, mongo, wordpress, nextcloud, redmine,
 * phpmyadmin; mariadb by its start script, https://github.com/MariaDB/mariadb-docker; InfluxDB 2:
 * https://docs.influxdata.com/influxdb/v2/install/use-docker-compose/; Elastic:
 * https://www.elastic.co/docs/deploy-manage/deploy/self-managed/install-elasticsearch-docker-configure
 */
const images: Readonly<Record<string, RegExp>> = {
  postgres: /^POSTGRES_(?:PASSWORD|USER|DB|INITDB_ARGS)$/,
  mysql: /^MYSQL_(?:ROOT_PASSWORD|ROOT_HOST|DATABASE|USER|PASSWORD)$/,
  mariadb:
    /^(?:MARIADB|MYSQL)_(?:ROOT_PASSWORD|ROOT_HOST|DATABASE|USER|PASSWORD)$|^MARIADB_(?:(?:ROOT_)?PASSWORD_HASH|REPLICATION_(?:USER|PASSWORD|PASSWORD_HASH))$/,
  mongo: /^MONGO_INITDB_ROOT_(?:USERNAME|PASSWORD)$/,
  wordpress:
    /^WORDPRESS_(?:DB_(?:HOST|USER|PASSWORD|NAME)|(?:AUTH|SECURE_AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)|TABLE_PREFIX)$/,
  // Those of its database go together only: all of them as files, or none.
  nextcloud: /^(?:NEXTCLOUD_ADMIN_(?:USER|PASSWORD)|REDIS_HOST_PASSWORD|SMTP_PASSWORD|OBJECTSTORE_S3_(?:KEY|SECRET))$/,
  redmine: /^REDMINE_(?:DB_(?:MYSQL|POSTGRES|PASSWORD|USERNAME|DATABASE)|SECRET_KEY_BASE)$/,
  influxdb: /^DOCKER_INFLUXDB_INIT_(?:USERNAME|PASSWORD|ADMIN_TOKEN)$/,
  phpmyadmin: /^(?:MYSQL_(?:ROOT_)?PASSWORD|PMA_(?:PASSWORD|CONTROLPASS))$/,
  'docker.elastic.co/elasticsearch/elasticsearch': /^(?:ELASTIC_PASSWORD|KEYSTORE_PASSWORD)$/,
  elasticsearch: /^(?:ELASTIC_PASSWORD|KEYSTORE_PASSWORD)$/,
};

/** Whether an image is known to take a variable's value from the file that `NAME_FILE` names. */
export function readsFileVariable(reference: ImageReference | undefined, name: string): boolean {
  const image = reference && familiarName(reference);
  return image !== undefined && Object.hasOwn(images, image) && images[image]?.test(name) === true;
}
