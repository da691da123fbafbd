/** How the full, slim and alpine variants of one of Docker's official images differ. */
export interface OfficialImage {
  /** `Node.js` and the like in the table of end-of-life dates. */
  readonly product?: string;
  readonly runtime?: string;
  /** What the tag without any variant is built on. */
  readonly base: 'debian' | 'ubuntu' | 'alpine' | 'oraclelinux' | 'amazonlinux' | 'scratch' | 'unknown';
  /** Whether gcc and make are there: in the full, the slim, the alpine variant. */
  readonly toolchain: readonly [boolean, boolean, boolean];
  /** Users made by the image: name, uid on Debian, uid on Alpine. */
  readonly users?: readonly (readonly [string, number, number])[];
  /** USER of the image. Undefined in the table is root; 'unknown' where versions differ. */
  readonly user?: string;
  /** Where `slim` stands in the tag beside a codename. */
  readonly slim?: 'before-codename' | 'after-codename';
  /** Whether a `-alpine` tag exists for the same version. */
  readonly alpine?: boolean;
}

const no = [false, false, false] as const;
const full = [true, false, false] as const;

/** https://hub.docker.com/u/library; facts from the Dockerfiles of the images. */
export const officialImages: Readonly<Record<string, OfficialImage>> = {
  node: {
    product: 'Node.js',
    runtime: 'node',
    base: 'debian',
    toolchain: full,
    users: [['node', 1000, 1000]],
    slim: 'after-codename',
    alpine: true,
  },
  python: {
    product: 'Python',
    runtime: 'python',
    base: 'debian',
    toolchain: full,
    slim: 'before-codename',
    alpine: true,
  },
  pypy: { runtime: 'pypy', base: 'debian', toolchain: full, slim: 'before-codename' },
  golang: { product: 'Go', runtime: 'go', base: 'debian', toolchain: full, alpine: true },
  ruby: { product: 'Ruby', runtime: 'ruby', base: 'debian', toolchain: full, slim: 'before-codename', alpine: true },
  rust: { runtime: 'rust', base: 'debian', toolchain: [true, true, true], slim: 'before-codename', alpine: true },
  php: { product: 'PHP', runtime: 'php', base: 'debian', toolchain: full, users: [['www-data', 33, 82]], alpine: true },
  perl: { runtime: 'perl', base: 'debian', toolchain: full, slim: 'before-codename' },
  gcc: { runtime: 'gcc', base: 'debian', toolchain: [true, true, true] },
  'buildpack-deps': { base: 'debian', toolchain: full },
  erlang: { runtime: 'erlang', base: 'debian', toolchain: full, alpine: true },
  elixir: { runtime: 'elixir', base: 'debian', toolchain: full, alpine: true },
  haskell: { runtime: 'haskell', base: 'debian', toolchain: [true, true, true] },
  julia: { runtime: 'julia', base: 'debian', toolchain: no },
  swift: { runtime: 'swift', base: 'ubuntu', toolchain: full },
  openjdk: { product: 'Java', runtime: 'java', base: 'debian', toolchain: no },
  'eclipse-temurin': { product: 'Java', runtime: 'java', base: 'ubuntu', toolchain: no, alpine: true },
  amazoncorretto: { product: 'Java', runtime: 'java', base: 'amazonlinux', toolchain: no, alpine: true },
  maven: { runtime: 'maven', base: 'unknown', toolchain: no },
  gradle: { runtime: 'gradle', base: 'ubuntu', toolchain: no, users: [['gradle', 1000, 1000]], user: 'unknown' },
  tomcat: { product: 'Tomcat', runtime: 'tomcat', base: 'unknown', toolchain: no },
  nginx: {
    product: 'nginx',
    runtime: 'nginx',
    base: 'debian',
    toolchain: no,
    users: [['nginx', 101, 101]],
    alpine: true,
  },
  httpd: { runtime: 'httpd', base: 'debian', toolchain: no, users: [['www-data', 33, 82]], alpine: true },
  haproxy: {
    runtime: 'haproxy',
    base: 'debian',
    toolchain: no,
    users: [['haproxy', 99, 99]],
    user: 'unknown',
    alpine: true,
  },
  caddy: { runtime: 'caddy', base: 'alpine', toolchain: no },
  traefik: { product: 'Traefik', runtime: 'traefik', base: 'unknown', toolchain: no },
  postgres: {
    product: 'PostgreSQL',
    runtime: 'postgres',
    base: 'debian',
    toolchain: no,
    users: [['postgres', 999, 70]],
    alpine: true,
  },
  mysql: { product: 'MySQL', runtime: 'mysql', base: 'unknown', toolchain: no, users: [['mysql', 999, 999]] },
  mariadb: { product: 'MariaDB', runtime: 'mariadb', base: 'ubuntu', toolchain: no, users: [['mysql', 999, 999]] },
  mongo: { product: 'MongoDB', runtime: 'mongo', base: 'ubuntu', toolchain: no, users: [['mongodb', 999, 999]] },
  redis: {
    product: 'Redis',
    runtime: 'redis',
    base: 'debian',
    toolchain: no,
    users: [['redis', 999, 999]],
    alpine: true,
  },
  memcached: {
    product: 'memcached',
    runtime: 'memcached',
    base: 'debian',
    toolchain: no,
    users: [['memcache', 11211, 11211]],
    user: 'memcache',
    alpine: true,
  },
  elasticsearch: {
    product: 'Elasticsearch',
    runtime: 'elasticsearch',
    base: 'unknown',
    toolchain: no,
    user: 'unknown',
  },
  rabbitmq: {
    product: 'RabbitMQ',
    runtime: 'rabbitmq',
    base: 'ubuntu',
    toolchain: no,
    users: [['rabbitmq', 999, 100]],
    alpine: true,
  },
  wordpress: { runtime: 'php', base: 'debian', toolchain: full, users: [['www-data', 33, 82]] },
  drupal: { runtime: 'php', base: 'debian', toolchain: full, users: [['www-data', 33, 82]] },
  nextcloud: { runtime: 'php', base: 'debian', toolchain: full, users: [['www-data', 33, 82]] },
  composer: { runtime: 'composer', base: 'alpine', toolchain: no },
  docker: { runtime: 'docker', base: 'alpine', toolchain: no },
  registry: { runtime: 'registry', base: 'alpine', toolchain: no },
  bash: { runtime: 'bash', base: 'alpine', toolchain: no },
  'eclipse-mosquitto': { runtime: 'mosquitto', base: 'alpine', toolchain: no },
  ghost: { runtime: 'ghost', base: 'debian', toolchain: no, users: [['node', 1000, 1000]], user: 'unknown' },
  couchdb: { runtime: 'couchdb', base: 'debian', toolchain: no },
  telegraf: { runtime: 'telegraf', base: 'debian', toolchain: no, alpine: true },
  influxdb: { runtime: 'influxdb', base: 'debian', toolchain: no },
  varnish: { runtime: 'varnish', base: 'debian', toolchain: no, user: 'varnish' },
  solr: { runtime: 'solr', base: 'ubuntu', toolchain: no, users: [['solr', 8983, 8983]], user: 'solr' },
  'hello-world': { base: 'scratch', toolchain: no },
  nats: { runtime: 'nats', base: 'unknown', toolchain: no },
  debian: { base: 'debian', toolchain: no },
  ubuntu: { base: 'ubuntu', toolchain: no },
  alpine: { base: 'alpine', toolchain: no },
};
