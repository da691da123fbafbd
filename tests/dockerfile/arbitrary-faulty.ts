import fc from 'fast-check';

/** Dockerfiles that are mostly right, with the faults and oddities that BuildKit finds behind its parser. */

const word = fc
  .array(
    fc.constantFrom(
      ...[
        '$A',
        '${A}',
        '${B:-x}',
        '${C:+y}',
        '$UNSET',
        '${D:?oops}',
        '${E-z}',
        '${F#a}',
        '${H/a/b}',
        '${:x}',
        '${}',
        '${A',
      ],
      ...[
        '$1',
        '$$',
        '\\$A',
        '"$A"',
        "'$A'",
        '"x',
        "'y",
        '${A:=x}',
        '$PATH',
        '<<X',
        'a=b',
        '=x',
        '"a b"',
        'ß',
        'foo',
        '/app',
      ],
      ...['src/', '.', 'x', '1', 'C:\\x', 'D:\\x'],
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map((parts) => parts.join(''));

const json = fc.constantFrom(
  ...[
    '["a","b"]',
    '["a"]',
    '[]',
    '["a",1]',
    '[a]',
    '["a"',
    '["a","b"] x',
    '[""]',
    '["$A","/x"]',
    '[null]',
    '["<<E","/x"]',
    '["a",]',
  ],
);

const stageName = fc.constantFrom('a', 'b', 'builder', 'Build', 'scratch', 'context', 'my-stage', '9x', 'a.b');

const image = fc.oneof(
  stageName,
  fc.constantFrom(
    ...[
      'alpine',
      'alpine:3',
      'Node:20',
      'node:$V',
      '${BASE}',
      '$UNSET',
      'docker.io/library/x',
      'host:5000/a/b:tag',
      'localhost/x',
    ],
    ...[
      'a@sha256:abc',
      'a:-x',
      'scratch',
      'Host.example/x',
      '$TARGETARCH/x',
      '"alpine"',
      '${BASE:-busybox}',
      '${BASE:?need}',
    ],
    ...['${BASE', 'a//b', 'a___b', '[::1]:5000/x', 'a_/b', `a@sha256:${'0'.repeat(64)}`],
  ),
);

const copyFlag = fc.constantFrom(
  ...[
    '--chown=a:b',
    '--chown=$A',
    '--chmod=755',
    '--chmod=u+x',
    '--chmod=99',
    '--chmod=77777',
    '--chmod=$A',
    '--link',
    '--link=x',
  ],
  ...[
    '--from=a',
    '--from=b',
    '--from=0',
    '--from=5',
    '--from=-1',
    '--from=$A',
    '--from=Alpine',
    '--from=alpine:3',
    '--from="a"',
  ],
  ...['--parents', '--exclude=x', '--exclude', '--keep-git-dir=true', '--unpack=true', '--checksum=x', '--foo', '--'],
);
const runFlag = fc.constantFrom(
  ...[
    '--network=none',
    '--network=x',
    '--security=insecure',
    '--security=z',
    '--mount=type=cache,target=/x',
    '--mount=type=cache',
  ],
  ...[
    '--mount=type=bind,from=a,target=/a',
    '--mount=type=secret,id=x',
    '--mount=type=secret',
    '--mount=type=ssh,source=x',
  ],
  ...['--mount=from=$A,target=/x', '--mount=type=tmpfs,target=/t,size=5m', '--mount=type=tmpfs,target=/t,size=q'],
  ...[
    '--mount=target=/x,foo=bar',
    '--mount=target=/x,ro=maybe',
    '--mount=type=cache,target=$A',
    '--mount="a"b',
    '--mount=',
  ],
  ...[
    '--mount=type=cache,target=/x,sharing=locked,mode=0755,uid=1',
    '--mount=target=/x,mode=1',
    '--mount=type=$A,target=/x',
  ],
  ...[
    '--mount=required,type=secret,id=a',
    '--mount=type=bind,from=builder,target=.',
    '--device=name=a,name=b',
    '--device=a,b',
  ],
);
const fromFlag = fc.constantFrom(
  ...[
    '--platform=linux/amd64',
    '--platform=$TARGETPLATFORM',
    '--platform=foo',
    '--platform=windows/amd64',
    '--platform=',
  ],
  ...['--platform=$BUILDPLATFORM', '--platform=linux/arm/v7', '--platform=$X', '--foo'],
);
const healthFlag = fc.constantFrom(
  ...[
    '--interval=5s',
    '--interval=5',
    '--interval=1ns',
    '--timeout=1h2m',
    '--retries=3',
    '--retries=-1',
    '--start-period=0',
    '--foo',
  ],
);

const address = fc.constantFrom(
  ...[
    'https://h.example/y',
    'https://h.example/r.git',
    'git@h.example:a/b',
    'git://h.example/r',
    'HTTP://h.example/y',
    'ftp://h.example/y',
  ],
  ...[
    'https://h.example/r.git?foo=x',
    'https://h.example/r.git?tag=a&branch=b',
    'https://h.example/r.git?checksum=abc',
  ],
);
const port = fc.constantFrom(
  ...[
    '80',
    '80/tcp',
    '80/TCP',
    '80/foo',
    '8000-9000',
    '9000-8000',
    '$PORT',
    '${A}',
    'x',
    '127.0.0.1:80:80',
    '80:80',
    '70000',
    '-1',
  ],
  ...['[::1]:80:80', '1.2.3:80:80', '80-', '80/', '80-90:80-91', 'a:80', '"80"'],
);

function line(
  keyword: string,
  flag: fc.Arbitrary<string> | undefined,
  rest: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const flags = flag === undefined ? fc.constant([]) : fc.array(flag, { maxLength: 2 });
  const written = fc.constantFrom(
    keyword,
    keyword,
    keyword,
    keyword,
    keyword.toLowerCase(),
    keyword.charAt(0) + keyword.slice(1).toLowerCase(),
  );
  return fc.tuple(written, flags, rest).map(([name, before, text]) => [name, ...before, text].join(' '));
}

const words = (minimum: number, maximum: number) =>
  fc.array(word, { minLength: minimum, maxLength: maximum }).map((each) => each.join(' '));
const paths = fc.oneof(
  json,
  words(1, 3),
  address.map((each) => `${each} /x`),
  fc.constantFrom('<<EOF /x', '<<"EOF" /x', 'x <<EOF'),
);
const pairs = fc.oneof(
  fc.tuple(word, word).map(([key, value]) => `${key}=${value}`),
  word.map((value) => `K ${value}`),
  fc.constantFrom('', 'K', 'API_KEY=x', 'MY_PUBLIC_KEY=1', 'token x', 'A=b c', 'A="b c" D=\'e\'', 'A=1\tB=2'),
);
const from = fc
  .tuple(image, fc.constantFrom('', '', ' AS ', ' as '), stageName)
  .map(([base, as, name]) => (as === '' ? base : base + as + name));

const trigger = fc.oneof(
  line('COPY', copyFlag, paths),
  line('WORKDIR', undefined, word),
  line('RUN', runFlag, fc.constant('x')),
  fc.constantFrom('', 'ONBUILD RUN x', 'FROM a', 'MAINTAINER x', 'NOTHING x'),
);

/** An instruction that may be at fault. */
const doubtful = fc.oneof(
  line('COPY', copyFlag, paths),
  line('ADD', copyFlag, paths),
  line('FROM', fromFlag, from),
  line('ENV', undefined, pairs),
  line('LABEL', undefined, pairs),
  line(
    'ARG',
    undefined,
    fc.oneof(word, fc.constantFrom('A', 'A=1', 'A B=2', '=x', '', 'SECRET_TOKEN', 'A="x y"', 'TARGETPLATFORM')),
  ),
  line(
    'EXPOSE',
    undefined,
    fc.array(port, { maxLength: 2 }).map((each) => each.join(' ')),
  ),
  line(
    'HEALTHCHECK',
    healthFlag,
    fc.constantFrom('NONE', 'NONE x', 'CMD x', 'CMD', 'CMD ["a"]', 'CMD []', 'CMD [1]', 'foo', '', 'cmd x'),
  ),
  line(
    'STOPSIGNAL',
    undefined,
    fc.constantFrom('SIGTERM', '9', '0', 'sigkill', 'SIGFOO', 'RTMIN+3', 'RTMIN+16', '$A', '', '-1'),
  ),
  line('ONBUILD', undefined, trigger),
  line('SHELL', undefined, fc.oneof(json, fc.constantFrom('bash -c', ''))),
  line('VOLUME', undefined, fc.oneof(json, word, fc.constantFrom('/a /b', ''))),
  line('CMD', undefined, fc.oneof(json, word)),
  line('ENTRYPOINT', undefined, fc.oneof(json, word)),
  line(
    'RUN',
    runFlag,
    fc.oneof(json, word, fc.constantFrom('<<EOF', 'cat <<EOF > /x', '<<-EOF', 'x \\', 'x \\\n\n y')),
  ),
  line('WORKDIR', undefined, word),
  line('USER', undefined, fc.oneof(word, fc.constant(''))),
  line('MAINTAINER', undefined, fc.constantFrom('x', '')),
  fc.constantFrom('foo x', '&& y', 'ENTRYPOINT["x"]'),
);

/** An instruction that is right, and sets or uses what others do. */
const right = fc.constantFrom(
  ...[
    'RUN x',
    'ENV A=1',
    'ARG B=2',
    'COPY a b',
    'COPY --from=a /x /y',
    'WORKDIR /x',
    'WORKDIR y',
    'FROM a AS b',
    'FROM alpine AS a',
  ],
  ...[
    'FROM b',
    'ONBUILD COPY $Q /x',
    'ONBUILD WORKDIR $W',
    'CMD x',
    'ENTRYPOINT y',
    'SHELL ["a"]',
    'ENV Q=$A',
    'ENV R=$UNDEF',
  ],
  ...[
    'LABEL a=$B',
    'EXPOSE 80',
    'USER $C',
    'RUN --mount=type=bind,from=b,target=/q x',
    'COPY --from=b /x .',
    'EXPOSE $A/TCP',
  ],
  ...['FROM --platform=linux/arm64 x AS c', 'FROM --platform=$TARGETPLATFORM x AS d', 'HEALTHCHECK CMD x', 'ENV $A=1'],
  ...['# a remark', '#', '', 'COPY <<E /x\n$Z\nE'],
);

const head = fc.constantFrom(
  ...[
    '',
    '',
    '',
    '',
    'ARG BASE=alpine',
    'ARG BASE',
    'ARG V=3',
    'ARG A=1',
    '# escape=`',
    '# syntax=docker/dockerfile:1',
    '# escape=x',
  ],
  ...['# check=error=true', '# check=foo', 'ARG X=${', '# syntax=a\n# syntax=b'],
);

/** At most a few instructions are doubtful, so that BuildKit comes behind the first lines. */
export const faultyDockerfile: fc.Arbitrary<string> = fc
  .tuple(
    head,
    fc.oneof({ weight: 4, arbitrary: fc.constant('FROM alpine') }, { weight: 1, arbitrary: doubtful }),
    fc.array(fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: doubtful }), {
      minLength: 1,
      maxLength: 8,
    }),
    fc.constantFrom('', '\nEOF\n', '\n'),
  )
  .map(([top, first, rest, end]) => `${[...(top === '' ? [] : [top]), first, ...rest].join('\n')}${end}`);
