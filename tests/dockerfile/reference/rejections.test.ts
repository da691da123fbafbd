import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../../src/dockerfile/parse-dockerfile.ts';

function rejectionsOf(...lines: readonly string[]) {
  return parseDockerfile({ path: 'Dockerfile', text: `${lines.join('\n')}\n`, encoding: 'utf-8' }).rejections;
}

/** Line and the beginning of what is said. */
function described(...lines: readonly string[]): readonly string[] {
  return rejectionsOf(...lines).map(({ line, message }) => `${line}: ${message}`);
}

describe('a file that BuildKit takes has no rejection', () => {
  test.each([
    [['FROM alpine']],
    [['FROM scratch', 'COPY a /']],
    [['ARG TAG=3', 'FROM alpine:$TAG']],
    [
      [
        'FROM alpine AS Builder',
        'FROM scratch',
        'COPY --from=builder a b',
        'COPY --from=0 a b',
        'COPY --from=busybox:1 a b',
      ],
    ],
    [['FROM alpine', 'RUN --mount=type=cache,target=/x --mount=type=secret,id=a,required --network=none make']],
    [['FROM alpine', 'RUN <<EOF', 'make', 'EOF', 'COPY <<"A" <<-B /x/', '$', 'A', '\tb', '\tB']],
    [['FROM alpine', 'EXPOSE $UNSET 80/tcp', 'HEALTHCHECK --interval=1m30s CMD true', 'STOPSIGNAL SIGTERM']],
    [['FROM alpine', 'SHELL ["/bin/ash", "-c"]', 'CMD', 'ENTRYPOINT []', 'VOLUME /a /b', 'ONBUILD RUN x']],
    [['FROM alpine', 'ADD https://example.org/repo.git#main /src', 'COPY --chmod=u+x --chown=1:1 a b']],
    [['# escape=`', 'FROM alpine', 'RUN a `', '  b']],
  ])('%j', (lines) => {
    expect(described(...lines)).toEqual([]);
  });
});

describe('what BuildKit refuses, with its line', () => {
  test.each<readonly [string, readonly string[], string]>([
    ['an empty file', ['# nothing'], '1: The file holds no instruction.'],
    ['no FROM', ['ARG A'], '0: The file has no FROM'],
    ['an instruction before FROM', ['RUN x', 'FROM a'], '1: RUN stands before the first FROM'],
    ['an unknown instruction', ['FROM a', 'RUNN x'], "2: There is no instruction 'RUNN'. Perhaps RUN is meant."],
    ['a lost backslash', ['FROM a', 'RUN x', '  && y'], "3: There is no instruction '&&'. If it continues"],
    [
      'a JSON array glued to its keyword',
      ['FROM a', 'CMD["x"]'],
      '2: There is no instruction \'CMD["x"]\'. Perhaps CMD',
    ],
    ['a directive twice', ['# escape=\\', '# escape=\\', 'FROM a'], "1: The directive 'escape' is given twice."],
    ['an escape character that is none', ['# escape=x', 'FROM a'], '0: The escape directive'],
    ['check options', ['# check=what=1', 'FROM a'], '0: The check directive does not know'],
    ['checks made errors', ['# check=error=true', 'FROM a', 'CMD x'], '0: The check directive makes every'],
    [
      'a here-document without end',
      ['FROM a', 'RUN <<EOF', 'x'],
      "2: The here-document is not closed: no line holds only 'EOF'.",
    ],
    ['other JSON', ['FROM a', 'CMD ["a", 1]'], '2: A JSON array here must hold strings only.'],
    ['ENV without a value', ['FROM a', 'ENV A'], "2: ENV needs a value for 'A'."],
    ['ENV without quotes', ['FROM a', 'ENV A=b c'], "2: 'c' has no equals sign"],
    ['ENV without anything', ['FROM a', 'ENV'], '2: ENV needs a name and a value.'],
    ['LABEL without a name', ['FROM a', 'LABEL =b'], '2: LABEL has a value without a name.'],
    ['ARG without a name', ['FROM a', 'ARG =b'], '2: ARG has a value without a name.'],
    ['FROM without an image', ['FROM'], '1: FROM needs an image'],
    ['FROM with two words', ['FROM a b'], "1: Behind the image of FROM only 'AS'"],
    ['a stage name that is none', ['FROM a AS 1b'], "1: '1b' cannot name a stage"],
    [
      'capital letters',
      ['FROM Alpine'],
      "1: 'Alpine' cannot be the name of an image: its repository name has capital letters.",
    ],
    ['an empty base', ['ARG BASE', 'FROM $BASE'], "2: The base image '$BASE' is empty"],
    ['a platform', ['FROM --platform=x a'], "1: 'x' is no platform"],
    ['an unknown flag', ['FROM a', 'COPY --chwn=1 a b'], '2: COPY has no flag --chwn. Perhaps --chown is meant.'],
    ['a flag twice', ['FROM a', 'COPY --chown=1 --chown=2 a b'], '2: The flag --chown is given twice.'],
    ['a flag without a value', ['FROM a', 'COPY --chown a b'], '2: The flag --chown needs a value.'],
    [
      'a flag that is neither true nor false',
      ['FROM a', 'COPY --link=x a b'],
      '2: The flag --link must be true or false.',
    ],
    ['COPY without a destination', ['FROM a', 'COPY a'], '2: COPY needs a source and a destination; only one'],
    ['a here-document as destination', ['FROM a', 'COPY a <<E', 'E'], '2: The destination of COPY cannot be'],
    ['COPY of an address', ['FROM a', 'COPY https://example.org/x /'], '2: COPY cannot take an address'],
    ['COPY --chmod', ['FROM a', 'COPY --chmod=99 a b'], '2: --chmod=99 cannot be used'],
    ['ADD --checksum of a path', ['FROM a', 'ADD --checksum=x a b'], '2: --checksum needs an HTTP address'],
    ['ADD --checksum', ['FROM a', 'ADD --checksum=x https://example.org/x /'], '2: --checksum=x is no digest'],
    ['a variable in --from', ['ARG A=b', 'FROM a', 'COPY --from=$A a b'], '0: --from takes no variable'],
    ['a stage number', ['FROM a', 'COPY --from=7 a b'], '0: --from=7 names no stage'],
    ['a later stage', ['FROM a', 'COPY --from=b a b', 'FROM a AS b'], '2: --from=b names a stage that comes later'],
    [
      'stages in a circle',
      ['FROM a AS x', 'COPY --from=y a b', 'FROM a AS y', 'COPY --from=x a b'],
      '2: The stages take files from each other',
    ],
    [
      'a variable in from= of a mount',
      ['FROM a', 'RUN --mount=from=$A,target=/x y'],
      '2: --mount cannot take from= from a variable',
    ],
    ['a mount type', ['FROM a', 'RUN --mount=type=x y'], "2: --mount: there is no type 'x'"],
    ['a mount option', ['FROM a', 'RUN --mount=target=/x,what=1 y'], "2: --mount: there is no option 'what'."],
    ['a mount of the root', ['FROM a', 'RUN --mount=type=cache y'], '2: --mount needs a target'],
    ['a secret without a name', ['FROM a', 'RUN --mount=type=secret y'], '2: --mount: a secret needs'],
    ['a network', ['FROM a', 'RUN --network=x y'], '2: --network=x does not exist'],
    ['a security', ['FROM a', 'RUN --security=x y'], '2: --security=x does not exist'],
    ['a port', ['FROM a', 'EXPOSE http'], "2: EXPOSE cannot take 'http'"],
    ['a health check', ['FROM a', 'HEALTHCHECK x'], '2: HEALTHCHECK knows CMD and NONE'],
    ['an interval', ['FROM a', 'HEALTHCHECK --interval=30 CMD x'], '2: --interval=30 is no duration'],
    ['a short interval', ['FROM a', 'HEALTHCHECK --timeout=1ns CMD x'], '2: --timeout=1ns is less than 1ms.'],
    ['retries', ['FROM a', 'HEALTHCHECK --retries=-1 CMD x'], '2: --retries=-1 must be'],
    ['NONE with arguments', ['FROM a', 'HEALTHCHECK NONE x'], '2: HEALTHCHECK NONE takes no arguments.'],
    ['a signal', ['FROM a', 'STOPSIGNAL SIGX'], "2: 'SIGX' is no signal"],
    ['SHELL without JSON', ['FROM a', 'SHELL sh -c'], '2: SHELL must be a JSON array'],
    ['an empty volume', ['FROM a', 'VOLUME [""]'], '2: A path of VOLUME is empty.'],
    ['a volume that becomes empty', ['FROM a', 'VOLUME $A'], '2: A path of VOLUME is empty when'],
    ['USER without a value', ['FROM a', 'USER'], '2: USER needs a value.'],
    ['ONBUILD ONBUILD', ['FROM a', 'ONBUILD ONBUILD RUN x'], '2: ONBUILD cannot trigger another ONBUILD.'],
    ['ONBUILD FROM', ['FROM a', 'ONBUILD FROM b'], '2: ONBUILD cannot trigger FROM.'],
    ['a substitution', ['FROM a', 'ENV A=${'], '2: '],
    ['a variable that must be set', ['FROM a', 'WORKDIR ${A:?say where}'], '2: The variable A'],
    ['a trigger that the next stage runs', ['FROM a AS b', 'ONBUILD COPY --chmod=99 a b', 'FROM b'], '3: --chmod=99'],
    ['a path on another drive', ['FROM --platform=windows/amd64 a', 'WORKDIR D:\\x'], '2: WORKDIR cannot be this'],
  ])('%s', (_, lines, expected) => {
    const [first] = described(...lines);
    expect(first?.slice(0, expected.length)).toBe(expected);
  });

  test('goes on behind the first', () => {
    expect(described('FROM a', 'RUNN x', 'EXPOSE http', 'USER')).toHaveLength(3);
  });

  test('puts what the parser refuses before what an instruction refuses, as BuildKit stops', () => {
    expect(rejectionsOf('FROM a', 'RUNN x', 'ENV A').map(({ line }) => line)).toEqual([3, 2]);
  });

  test('names the build arguments that would change it', () => {
    expect(rejectionsOf('ARG TAG', 'FROM alpine:$TAG')[0]?.unlessGiven).toEqual(['TAG']);
    expect(rejectionsOf('FROM Alpine')[0]?.unlessGiven).toBeUndefined();
  });
});

describe('hostile input', () => {
  test('any text gets an answer', () => {
    const piece = fc.constantFrom(
      'FROM ',
      'a',
      ' AS ',
      'RUN ',
      'COPY ',
      '--from=',
      '--mount=',
      '$',
      '{',
      '}',
      '\\\n',
      '\n',
      '"',
      "'",
      '[',
      ']',
      '<<E',
      'ENV ',
      'ONBUILD ',
      '=',
      ':',
      'ARG ',
      'EXPOSE ',
      '80',
      '#',
      ' ',
      '\u00a0',
      '\ufeff',
      '\0',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (content) => {
        const { rejections, lines } = parseDockerfile({ path: 'Dockerfile', text: content, encoding: 'utf-8' });
        for (const { line, range } of rejections) {
          expect(line).toBeLessThanOrEqual(lines.lineCount);
          expect(range.start).toBeLessThanOrEqual(range.end);
          expect(range.end).toBeLessThanOrEqual(content.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each<readonly [string, string]>([
    ['a long name', `FROM ${'a-'.repeat(500_000)}\n`],
    ['nested ONBUILD', `FROM a\n${'ONBUILD '.repeat(100_000)}\n`],
    [
      'stages on stages',
      `FROM a AS s0\n${Array.from({ length: 20_000 }, (_, at) => `FROM s${at} AS s${at + 1}\nENV v${at}=1\n`).join('')}`,
    ],
    ['variables that double', `FROM a\nENV A=xxxxxxxxxx\n${'ENV A=$A$A\n'.repeat(20_000)}`],
    ['relative directories', `FROM a\n${'WORKDIR a\n'.repeat(50_000)}`],
  ])('%s is dealt with in seconds', (_, text) => {
    const start = performance.now();
    parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' }).rejections.length;
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
