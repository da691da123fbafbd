import { nearest } from '../../core/nearest.ts';
import { resolveCopyFrom } from '../../dockerfile/stage-graph.ts';
import { buildsOf } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** Docker's official images: a bare name that is one of them is probably meant. https://hub.docker.com/u/library */
const officialImages: ReadonlySet<string> = new Set(
  `adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux backdrop bash bonita
  buildpack-deps busybox caddy cassandra centos chronograf cirros clearlinux clefos clickhouse clojure composer consul convertigo
  couchbase couchdb crate dart debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang
  express-gateway fedora flink fluentd friendica gazebo gcc geonetwork ghost golang gradle groovy haproxy haskell haxe hello-world
  hitch httpd hylang ibmjava influxdb irssi jenkins jetty jobber joomla jruby julia kapacitor kibana kong krakend lightstreamer
  liquibase logstash mageia mariadb matomo maven mediawiki memcached mongo mongo-express monica mono mysql nats nats-streaming
  neo4j neurodebian nextcloud nginx node notary odoo open-liberty openjdk oraclelinux orientdb percona perl photon php
  php-zendserver phpmyadmin plone postfixadmin postgres pypy python r-base rabbitmq rakudo-star rapidoid redis redmine registry
  rethinkdb rocket.chat rockylinux ros ruby rust sapmachine satosa scratch silverpeas solr sonarqube spark spiped storm swift
  swipl teamspeak telegraf thrift tomcat tomee traefik ubuntu unit varnish vault websphere-liberty wordpress xwiki yourls znc
  zookeeper`
    .trim()
    .split(/\s+/),
);

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'COPY --from names no stage',
  why: 'A name that no stage has is taken for an image of Docker Hub: the build fails, or it copies from an image that someone else owns.',
  remedy: 'Name a stage of the file, or write the image with its registry or tag.',
  peers: ['hadolint:DL3022'],
  check({ dockerfile, project }, { report }) {
    // In a template the stage may be named by what is filled in.
    if (project.templates.has(dockerfile.path)) return;
    // A build that others describe may pass contexts of that name.
    if (buildsOf(project, dockerfile).some(({ toldBy }) => toldBy !== 'convention')) return;
    for (const { instruction } of dockerfile.instructionsNamed('COPY')) {
      const { from } = instruction;
      if (from === undefined || resolveCopyFrom(dockerfile, from).kind !== 'image') continue;
      const name = from.value;
      if (/[/:@.]/.test(name) || officialImages.has(name.toLowerCase())) continue;
      const meant = nearest(
        name,
        dockerfile.stages.flatMap((stage) => stage.name ?? []),
      );
      report({
        at: from.range,
        message: `No stage is named ${name}, so it is taken for the image docker.io/library/${name}.`,
        ...(meant !== undefined && { remedy: `Probably ${meant} is meant.` }),
      });
    }
  },
});
