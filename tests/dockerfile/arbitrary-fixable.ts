import fc from 'fast-check';

/** Dockerfiles as people write them, valid, with what rules find and repair, in the layouts that a repair has to keep. */

const bases = [
  ...['node:20', 'node:18-alpine', 'python:3.12-slim', 'debian:12', 'debian:jessie', 'ubuntu:latest', 'alpine:3.20'],
  ...[
    'golang:1.22',
    'ruby:3.3',
    'maven:3.9-eclipse-temurin-21',
    'openjdk:8',
    'centos:7',
    'php:8.3-apache',
    'rust:1.80',
  ],
  ...['mcr.microsoft.com/dotnet/sdk:8.0', 'nginx', 'busybox', 'fedora:40', 'scratch'],
];

/** Commands that belong together in one RUN; each is laid out anew. */
const scripts: readonly (readonly string[])[] = [
  ['apt-get update', 'apt-get install -y curl git build-essential'],
  ['apt-get update', 'apt-get install -y --no-install-recommends curl', 'rm -rf /var/lib/apt/lists/*'],
  ['apt-get -y update', 'apt-get -yq install python3 python3-pip', 'apt-get clean'],
  ['apt update', 'apt install -y wget'],
  ['apt-get update'],
  ['apt-get install -y vim'],
  ['apt-get upgrade -y'],
  ['apt-get update', 'DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata', 'apt-get autoremove -y'],
  ['apk update', 'apk add curl bash'],
  ['apk add --update nodejs npm'],
  ['apk add --no-cache git'],
  ['yum install -y gcc', 'yum clean all'],
  ['yum -y install httpd'],
  ['dnf install -y nginx'],
  ['npm install'],
  ['npm ci', 'npm run build'],
  ['npm install -g pm2'],
  ['yarn install --frozen-lockfile'],
  ['pip install -r requirements.txt'],
  ['pip install --upgrade pip', 'pip install flask==2.0'],
  ['pip3 install --no-cache-dir gunicorn'],
  ['go mod download', 'go build -o /bin/app ./...'],
  ['cargo build --release'],
  ['mvn -q package'],
  ['bundle install'],
  ['gem install rails'],
  ['composer install'],
  ['wget https://example.com/tool.tgz', 'tar -xzf tool.tgz', 'rm tool.tgz'],
  ['curl -sSL https://example.com/install.sh | sh'],
  ['curl -o /usr/local/bin/x http://example.com/x', 'chmod +x /usr/local/bin/x'],
  ['wget -qO- https://example.com/a.tar.gz | tar xz -C /opt'],
  ['chown -R node:node /app'],
  ['chmod +x /entrypoint.sh'],
  ['chmod -R 777 /app'],
  ['useradd -m app', 'mkdir -p /data', 'chown app /data'],
  ['adduser -D -u 1000 app'],
  ['cd /app', 'make', 'make install'],
  ['cd /srv; ls'],
  ['sudo apt-get install -y less'],
  ['echo "a b" > /etc/x', "sed -i 's/a/b/' /etc/x"],
  ['set -eux', 'for f in a b; do echo "$f"; done'],
  ['if [ -f x ]; then rm x; fi'],
  ['ln -sf /dev/stdout /var/log/nginx/access.log'],
  ['gpg --keyserver hkp://keys.gnupg.net --recv-keys ABCDEF01'],
  ['true || exit 1'],
  ['make test || true'],
];

const others = [
  ...['COPY . .', 'COPY . /app', 'COPY package.json .', 'COPY package*.json ./', 'ADD . /app', 'ADD app.jar /app.jar'],
  ...[
    'ADD https://example.com/f.txt /etc/',
    'ADD rootfs.tar.gz /',
    'COPY entrypoint.sh /entrypoint.sh',
    'COPY --chown=node:node . .',
  ],
  ...['COPY ["a b", "/x/"]', 'ADD --chown=1:1 a /b', 'COPY requirements.txt /tmp/', 'WORKDIR /app', 'WORKDIR app'],
  ...[
    'ENV A 1',
    'ENV A=1 B=2',
    'ENV PATH /opt/bin:$PATH',
    'ENV DEBIAN_FRONTEND=noninteractive',
    'ENV NODE_ENV production',
  ],
  ...[
    'ENV B "a b"',
    "ENV C='x y'",
    'ENV D a\\ b',
    'ARG VERSION',
    'ARG VERSION=1',
    'ARG DEBIAN_FRONTEND=noninteractive',
  ],
  ...[
    'LABEL a b',
    'LABEL maintainer="x <x@example.com>"',
    'LABEL A.B=c version=1',
    'MAINTAINER Some Body <x@example.com>',
    'MAINTAINER x',
  ],
  ...[
    'EXPOSE 80',
    'EXPOSE 80/TCP 443',
    'EXPOSE 127.0.0.1:80:8080',
    'EXPOSE 22',
    'USER root',
    'USER node',
    'USER 1000:1000',
  ],
  ...[
    'VOLUME /data',
    'VOLUME ["/data", "/logs"]',
    'STOPSIGNAL 15',
    'STOPSIGNAL SIGKILL',
    'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
  ],
  ...[
    'HEALTHCHECK --interval=30s CMD curl -f http://localhost/ || exit 1',
    'HEALTHCHECK NONE',
    'ONBUILD COPY . /src',
    'ONBUILD RUN npm install',
  ],
  ...[
    'CMD node server.js',
    'CMD ["npm", "start"]',
    'CMD npm start',
    'ENTRYPOINT ["/entrypoint.sh"]',
    'ENTRYPOINT /run.sh',
    'CMD python app.py --port $PORT',
  ],
  ...[
    'ENTRYPOINT exec java -jar /app.jar',
    "CMD ['node', 'x']",
    'CMD service nginx start && tail -f /var/log/nginx/access.log',
    'CMD ["supervisord"]',
  ],
  ...[
    'RUN ["apt-get", "install", "-y", "curl"]',
    'RUN --mount=type=cache,target=/root/.cache pip install flask',
    'RUN --network=none true',
  ],
  ...[
    'RUN <<EOF\napt-get update\napt-get install -y curl\nEOF',
    'RUN <<-"SH" bash -e\n\tnpm install\n\tSH',
    'COPY <<EOF /etc/motd\nhello $A\nEOF',
  ],
];

const comments = [
  ...[
    '# a comment',
    '#no blank',
    '  # indented',
    '# TODO: RUN apt-get install x',
    '# plimsoll ignore=layers/package-cache-left -- meant',
  ],
  ...['# hadolint ignore=DL3008,DL3015', '', '', '# ends with a backslash \\', '# é ü 日本'],
];

interface Layout {
  readonly keyword: 'upper' | 'lower' | 'mixed';
  readonly operator: 'end' | 'start' | 'line' | 'semicolon';
  readonly indent: string;
  readonly inner: readonly string[];
  readonly blanks: boolean;
}

const layout: fc.Arbitrary<Layout> = fc.record({
  keyword: fc.constantFrom('upper', 'upper', 'upper', 'lower', 'mixed'),
  operator: fc.constantFrom('end', 'start', 'line', 'semicolon'),
  indent: fc.constantFrom('    ', '\t', '  ', ''),
  inner: fc.array(fc.constantFrom('# inside', '    # inside, indented', '#'), { maxLength: 1 }),
  blanks: fc.boolean(),
});

/** Continued lines end with this until the file's own character is put in. */
const continued = '\u0000';

function layOut(commands: readonly string[], { operator, indent, inner, blanks }: Layout): string {
  const gap = [...inner, ...(blanks && inner.length > 0 ? [''] : [])].map((line) => `${line}\n`).join('');
  switch (operator) {
    case 'line':
      return `RUN ${commands.join(' && ')}`;
    case 'semicolon':
      return `RUN ${commands.join(`; ${continued}\n${gap}${indent}`)}`;
    case 'end':
      return `RUN ${commands.join(` && ${continued}\n${gap}${indent}`)}`;
    case 'start':
      return `RUN ${commands.join(` ${continued}\n${gap}${indent}&& `)}`;
  }
}

/** Long package lists, a package a line. */
function spread(text: string, on: boolean): string {
  return on
    ? text.replace(
        /(install -y) (\S+) (\S+) (\S+)/,
        `$1 ${continued}\n      $2 ${continued}\n      $3 ${continued}\n      $4`,
      )
    : text;
}

function inCase(text: string, keyword: Layout['keyword']): string {
  if (keyword === 'upper') return text;
  return text.replace(/^[A-Z]+/, (word) =>
    keyword === 'lower' ? word.toLowerCase() : word.charAt(0) + word.slice(1).toLowerCase(),
  );
}

const instruction = fc
  .tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...scripts) },
      { weight: 3, arbitrary: fc.constantFrom(...others) },
    ),
    layout,
    fc.boolean(),
    fc.array(fc.constantFrom(...comments), { maxLength: 1 }),
    fc.constantFrom('', '', '', '  ', '\t'),
  )
  .map(([content, how, wide, before, after]) => {
    const text = typeof content === 'string' ? content : spread(layOut(content, how), wide);
    const heredoc = text.includes('<<');
    return [...before, `${inCase(text, how.keyword)}${heredoc ? '' : after}`].join('\n');
  });

const stage = fc.tuple(
  fc.constantFrom(...bases),
  fc.constantFrom('', '', ' AS build', ' as base', ' AS Web'),
  fc.array(instruction, { minLength: 1, maxLength: 9 }),
);

const head = fc.constantFrom(
  ...[
    '',
    '',
    '',
    '# syntax=docker/dockerfile:1\n',
    '# syntax=docker/dockerfile:1.4\n',
    '# escape=`\n',
    '# check=error=true\n',
    '\ufeff',
    'ARG TAG=1\n',
  ],
);

/** A Dockerfile with something to repair; nearly all are valid. */
export const fixableDockerfile: fc.Arbitrary<string> = fc
  .tuple(head, fc.array(stage, { minLength: 1, maxLength: 2 }), fc.constantFrom('\n', '\n', '\n', '\r\n'), fc.boolean())
  .map(([first, stages, lineEnd, ended]) => {
    const body = stages
      .map(([base, name, instructions]) => `FROM ${base}${name}\n${instructions.join('\n')}`)
      .join('\n\n');
    const text = `${first}${body}${ended ? '\n' : ''}`.replaceAll(continued, first.includes('`') ? '`' : '\\');
    return lineEnd === '\n' ? text : text.replaceAll('\n', lineEnd);
  });

/** Changes as an editor or a merge leaves them: lines out, doubled, exchanged; a piece cut from a line. */
export const mutation = fc.record({
  kind: fc.constantFrom('remove', 'double', 'exchange', 'cut', 'none', 'none'),
  at: fc.nat(1000),
  to: fc.nat(1000),
});

export type Mutation = { readonly kind: string; readonly at: number; readonly to: number };

export function mutate(text: string, { kind, at, to }: Mutation): string {
  const lines = text.split('\n');
  const one = at % lines.length;
  const other = to % lines.length;
  const [a = '', b = ''] = [lines[one], lines[other]];
  if (kind === 'remove') lines.splice(one, 1);
  if (kind === 'double') lines.splice(other, 0, a);
  if (kind === 'exchange') [lines[one], lines[other]] = [b, a];
  if (kind === 'cut') lines[one] = a.slice(0, to % (a.length + 1)) + a.slice((to % (a.length + 1)) + (at % 5));
  return lines.join('\n');
}
