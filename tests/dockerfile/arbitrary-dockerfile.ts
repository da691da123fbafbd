import fc from 'fast-check';

/** Pieces that mean something to the parser, in any order: most of what they make is broken, all of it must be read. */
const pieces = [
  ...['FROM a AS b', 'FROM scratch', 'RUN ', 'COPY ', 'ADD ', 'ENV ', 'LABEL ', 'ARG ', 'ONBUILD ', 'HEALTHCHECK '],
  ...[
    'CMD ',
    'ENTRYPOINT ',
    'SHELL ',
    'VOLUME ',
    'EXPOSE 80',
    'USER ',
    'WORKDIR ',
    'STOPSIGNAL ',
    'MAINTAINER ',
    'FOO ',
  ],
  ...[
    '\n',
    '\n',
    '\n',
    '\r\n',
    '\\\n',
    '\\ \t\n',
    '\\\r\n',
    '`\n',
    ' ',
    '\t',
    '\r',
    '\v',
    '\u00a0',
    '\u2003',
    '\ufeff',
  ],
  ...['# comment\n', '# escape=`\n', '# syntax=a/b:1\n', '#!x\n', '<<EOF', '<<-"EOF"', ' 3<< A', '\nEOF\n', '\n\tA\n'],
  ...[
    '"',
    "'",
    '\\',
    '`',
    '$a',
    '${a}',
    '${a:-b}',
    '${',
    '}',
    '["a", "b"]',
    '["',
    '[1]',
    '=',
    'a=b',
    'a="b c"',
    '--x=',
    '--mount=',
  ],
  ...[
    'type=cache,target=/x',
    '--from=b ',
    '--',
    '&&',
    '|',
    ';',
    '(',
    ')',
    'é',
    '😀',
    '\ud800',
    '\u0000',
    'CMD',
    'NONE',
    'apt-get install -y x',
  ],
];

/** Texts made of meaningful pieces. */
export const brokenDockerfile: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...pieces), { maxLength: 30 })
  .map((parts) => parts.join(''));

const validDockerfile = `# syntax=docker/dockerfile:1
ARG VERSION=20
FROM --platform=$BUILDPLATFORM node:\${VERSION}-alpine AS build
WORKDIR /app
COPY --chown=node:node package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \\
  # install
  npm ci && \\

  npm cache clean --force
COPY <<EOF <<-"OTHER" /etc/
a $VERSION
EOF
	b
	OTHER
ENV A="1 2" B=3\\ 4
LABEL "a.b"='c'
FROM scratch
COPY --from=build ["/app", "/app"]
ONBUILD RUN echo hi
HEALTHCHECK --interval=5s CMD curl -f http://localhost || exit 1
EXPOSE 80/tcp
USER 1000
CMD ["node", "server.js"]
`;

/** A valid Dockerfile of which some places are cut, doubled or replaced. */
export const mutatedDockerfile: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.nat(validDockerfile.length), fc.nat(20), fc.constantFrom('', ...pieces)), { maxLength: 6 })
  .map((mutations) =>
    mutations.reduce(
      (text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length),
      validDockerfile,
    ),
  );

/** Any text at all, and texts that nearly are Dockerfiles. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  brokenDockerfile,
  mutatedDockerfile,
);
