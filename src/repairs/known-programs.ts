/** What a program that containers start is known to be. */
export interface KnownProgram {
  /** It runs the project's own sources, which may read any variable. */
  readonly runsSources: boolean;
}

/** Programs that are an executable file, or a script that begins with `#!`: none needs a shell to be started. */
const own = `cat chmod chown date df du echo env find grep head id ls tar uname apache2ctl apachectl bash busybox caddy catalina.sh consul cron crond dash dockerd dumb-init etcd firefox fish git gosu grafana-server
  haproxy htop httpd httpd-foreground hugo influxd java jupyter lighttpd ls mariadbd memcached mongod mongos mosquitto mysqld mysqld_safe nginx ngrok
  nats-server openvpn php-fpm postgres prometheus rabbitmq-server redis-server runsvdir rsyslogd sh sleep slapd sshd su su-exec sudo supervisord
  tail telegraf tini tor traefik unbound varnishd vault watch zsh ansible-playbook ansible jekyll mkdocs tcpdump nmap socat openssl curl wget make
  cmake ctest gcc clang emacs vim top man psql mysql mongo redis-cli sqlite3 transmission-daemon unicorn_rails minicom dnsmasq named squid nc
  iperf iperf3 stress aws gcloud kubectl helm terraform packer`;

const sources = `ant bin/rails bundle bundler bun cargo celery clojure daphne deno django-admin dotnet elixir flask forever foreman
  go gradle gulp grunt gunicorn honcho hypercorn iex ipython jasmine jest jruby julia lein mix mocha mono mvn ng nodemon node npm npx
  perl php pipenv pm2 pm2-docker pm2-runtime pnpm poetry py.test pytest python R Rscript rackup rails rake
  ruby sbt scala serve stack streamlit swift thin ts-node tox uvicorn uwsgi puma unicorn waitress-serve yarn rspec ipython3 passenger sidekiq scrapy
  spark-submit http-server luigid airflow superset jupyter-notebook jupyter-lab`;

const programs: ReadonlyMap<string, KnownProgram> = new Map<string, KnownProgram>([
  ...named(own, { runsSources: false }),
  ...named(sources, { runsSources: true }),
]);

function named(names: string, program: KnownProgram): [string, KnownProgram][] {
  return names.split(/\s+/).map((name) => [name, program]);
}

/** Where packages put programs: a name is looked up there, too. */
const systemPath = /^(?:\/usr(?:\/local)?)?\/s?bin\/(?=[^/]+$)/;

/** What is known of the program that a word names, `node` or `/usr/sbin/nginx`; undefined for one that may be anything. */
export function knownProgram(word: string): KnownProgram | undefined {
  const name = word.replace(systemPath, '');
  if (/^\/etc\/init\.d\/[\w.-]+$/.test(name)) return { runsSources: false };
  return programs.get(name) ?? programs.get(name.replace(/(?<=^(?:python|ruby|php|pip|node|php-fpm|perl))[\d.]+$/, ''));
}
