// Dockerfiles as people write them, for runs where no corpus can be had: the same for the same seed.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const bases = [
  'node:20',
  'python:3.12-slim',
  'debian:12',
  'alpine:3.20',
  'golang:1.22',
  'ubuntu:latest',
  'ruby:3.3',
  'maven:3.9',
];
const steps = [
  'RUN apt-get update && apt-get install -y curl git \\\n    build-essential \\\n    # what the build needs\n    && rm -rf /var/lib/apt/lists/*',
  'RUN apk add --no-cache bash && set -eux; for f in a b c; do echo "$f"; done',
  'RUN npm install && npm run build',
  'RUN pip install -r requirements.txt',
  'RUN curl -sSL https://example.com/tool.tgz | tar -xz -C /opt && chmod -R 755 /opt/tool',
  'COPY . .',
  'COPY package*.json ./',
  'ADD https://example.com/file.txt /etc/file.txt',
  'ENV APP_HOME=/srv PATH=$PATH:/srv/bin',
  'ENV LANG C.UTF-8',
  'ARG VERSION=1.2.3',
  'WORKDIR /srv/app',
  'LABEL maintainer="someone@example.com"',
  'EXPOSE 8080',
  'RUN useradd -u 10001 app && chown -R app /srv/app',
  'USER app',
  'RUN if [ "$VERSION" = "1" ]; then make && make install; else ./configure --prefix=/usr && make -j4; fi',
  'HEALTHCHECK --interval=30s CMD curl -f http://localhost:8080/ || exit 1',
];

/** Writes `count` different Dockerfiles of 6 to 30 instructions into a directory. */
export function generateDockerfiles(directory, count) {
  mkdirSync(directory, { recursive: true });
  const random = mulberry(20261124);
  const pick = (list) => list[Math.floor(random() * list.length)];
  for (let at = 0; at < count; at++) {
    const lines = [`# file ${at}`, `FROM ${pick(bases)}${random() < 0.2 ? ' AS build' : ''}`];
    for (let left = 5 + Math.floor(random() * 25); left > 0; left--) lines.push(pick(steps));
    lines.push(random() < 0.5 ? 'CMD ["node", "server.js"]' : 'CMD npm start');
    writeFileSync(path.join(directory, `${String(at).padStart(5, '0')}.Dockerfile`), `${lines.join('\n')}\n`);
  }
}

/** A small generator of pseudo-random numbers with a seed: the files are the same in every run. */
function mulberry(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
