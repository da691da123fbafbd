import { expect, test } from 'vitest';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { releaseHazards } from '../../src/repairs/release-hazards.ts';

const questionsOf = (packages: string) => {
  const dockerfile = parseDockerfile(
    decodeArtifact('Dockerfile', Buffer.from(`FROM alpine:3.19\nRUN apk add --no-cache ${packages}\n`)),
  );
  return releaseHazards(dockerfile, dockerfile.stages, 'alpine:3.19', 'alpine:3.23').possible;
};

test('packages of Alpine that name a version are asked about, and no others', () => {
  expect(questionsOf('apache2 php82 php82-gd curl')).toEqual([
    'Does the new release still have php82 and php82-gd, which name a version?',
  ]);
  expect(questionsOf('apache2 php curl postgresql-client')).toEqual([]);
  // Of what is gone for certain there is nothing to ask.
  expect(questionsOf('php81 curl')).toEqual([]);
});

test('packages of PHP 8.0 are gone from Alpine, under each of their names', () => {
  const dockerfile = parseDockerfile(
    decodeArtifact('Dockerfile', Buffer.from('FROM php:8.0-fpm-alpine\nRUN apk add --no-cache php8-bcmath\n')),
  );
  const { certain } = releaseHazards(dockerfile, dockerfile.stages, 'php:8.0-fpm-alpine', 'php:8.3-fpm-alpine');
  expect(certain).toEqual(['php8-bcmath is not in it any more']);
});

const certainOf = (text: string, from: string, to: string, copied: readonly { path: string; text: string }[] = []) => {
  const dockerfile = parseDockerfile(decodeArtifact('Dockerfile', Buffer.from(`FROM ${from}\n${text}\n`)));
  return releaseHazards(dockerfile, dockerfile.stages, from, to, copied).certain;
};

const nginx = ['nginx:1.18-alpine', 'nginx:1.30-alpine'] as const;
const noModule = 'and nginx loads no module that is built for another version';

test.each([
  ['RUN wget https://nginx.org/download/nginx-1.18.0.tar.gz', [`Dockerfile names nginx-1.18.0, ${noModule}`]],
  ['COPY x.so /etc/nginx/modules/', [`Dockerfile names /nginx/modules/, ${noModule}`]],
  ["RUN sed -i '1i load_module modules/ngx_http_js_module.so;' /etc/nginx/nginx.conf", []],
  ['COPY index.html /usr/share/nginx/html/', []],
])('a module of nginx is of one version: %s', (text, expected) => {
  expect(certainOf(text, ...nginx)).toEqual(expected);
});

test.each([
  ['load_module modules/x.so;', [`nginx.conf names load_module, ${noModule}`]],
  ['# load_module modules/x.so;', []],
  [
    'http { server { listen 443; ssl on; } }',
    ['nginx.conf names ssl on, and nginx does not know that directive since 1.25.1'],
  ],
  ['http { server { listen 443 ssl; } }', []],
])('a copied configuration of nginx is read: %s', (text, expected) => {
  expect(certainOf('COPY nginx.conf /etc/nginx/', ...nginx, [{ path: 'nginx.conf', text }])).toEqual(expected);
});

test.each([
  [
    'debian:bullseye-slim',
    'debian:bookworm-slim',
    'COPY p.py /usr/lib/python3.9/p.py',
    ['line 2 names /usr/lib/python3.9, which is of the old release'],
  ],
  ['debian:bullseye-slim', 'debian:bookworm-slim', 'COPY p.py /usr/local/lib/python3.9/p.py', []],
  // One version of Python is in several releases of Alpine.
  ['alpine:3.15', 'alpine:3.23', 'COPY p.py /usr/lib/python3.9/p.py', []],
  [
    'python:3.9-slim',
    'python:3.11-slim',
    'COPY foo-1.0-cp39-cp39-linux_x86_64.whl /w/',
    ['line 2 names -cp39-, which is of the old version'],
  ],
  ['python:3.9-slim', 'python:3.11-slim', 'COPY foo-1.0-cp39-abi3-linux_x86_64.whl /w/', []],
  [
    'node:16-slim',
    'node:24-slim',
    'COPY x.node /app/build/node-v93-linux-x64/',
    ['line 2 names node-v93-linux, which is of the old version'],
  ],
  [
    'postgres:14',
    'postgres:16',
    'RUN apt-get update && apt-get install -y --no-install-recommends postgresql-14-partman',
    ['line 2 names postgresql-14-partman, which is of the old version'],
  ],
  [
    'postgres:14',
    'postgres:16',
    'RUN apt-get install -y postgresql-server-dev-14 && make install',
    ['line 2 names postgresql-server-dev-14, which is of the old version'],
  ],
  [
    'postgres:14',
    'postgres:16',
    'COPY ext.so /usr/lib/postgresql/14/lib/',
    ['line 2 names postgresql/14, which is of the old version'],
  ],
  ['postgres:14', 'postgres:16', 'COPY pg15.sql postgresql.conf /docker-entrypoint-initdb.d/', []],
  ['postgres:14', 'postgres:16', 'RUN apt-get install -y postgresql-16-partman', []],
])('a path of the old version: %s to %s, %s', (from, to, text, expected) => {
  expect(certainOf(text, from, to)).toEqual(expected);
});

test.each([
  ['gazebo10=10.2.0-1*', ['it does not have gazebo10 in version 10.2.0-1*']],
  ['nodejs=20.*', []],
])('a package of one build is not in another release: %s', (name, expected) => {
  expect(certainOf(`RUN apt-get update && apt-get install -y ${name}`, 'ubuntu:bionic', 'ubuntu:noble')).toEqual(
    expected,
  );
});

test('a library that is removed by its number may have another one', () => {
  expect(certainOf('RUN apt-get remove -y libtiff5', 'debian:bullseye-slim', 'debian:bookworm-slim')).toEqual([
    'a step removes libtiff5, which it may not know',
  ]);
  expect(certainOf('RUN apt-get remove -y libssl-dev wget', 'debian:bullseye-slim', 'debian:bookworm-slim')).toEqual(
    [],
  );
});

test("Alpine's fuzzy pins are of one release", () => {
  expect(certainOf("RUN apk add 'git~=2.47'", 'golang:1.24-alpine3.21', 'golang:1.26-alpine3.23')).toEqual([
    'it does not have git in version 2.47',
  ]);
  expect(certainOf("RUN apk add 'git>2.40'", 'golang:1.24-alpine3.21', 'golang:1.26-alpine3.23')).toEqual([]);
});

test('a copied start script names the old version', () => {
  const script = { path: 'run.sh', text: '#!/bin/sh\nexec python3.9 -m app\n' };
  expect(certainOf('CMD ["/run.sh"]', 'python:3.9-slim', 'python:3.11-slim', [script])).toEqual([
    'run.sh names python3.9, which is of the old version',
  ]);
});

test('a path of the system is asked about on Alpine', () => {
  const dockerfile = parseDockerfile(
    decodeArtifact('Dockerfile', Buffer.from('FROM alpine:3.15\nCOPY p.py /usr/lib/python3.9/p.py\n')),
  );
  expect(releaseHazards(dockerfile, dockerfile.stages, 'alpine:3.15', 'alpine:3.23').possible).toEqual([
    'Is that of the new release, too: line 2 names /usr/lib/python3.9?',
  ]);
});
