import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../../src/dockerfile/parse-dockerfile.ts';
import { findBuildCheckHits, placeOf, variableForms } from '../../../src/dockerfile/reference/build-checks.ts';
import { type BuildCheck, buildChecks } from '../../../src/dockerfile/reference/outcome.ts';

function read(...lines: readonly string[]) {
  return parseDockerfile({ path: 'Dockerfile', text: `${lines.join('\n')}\n`, encoding: 'utf-8' });
}

function hitsOf(check: BuildCheck, ...lines: readonly string[]): readonly string[] {
  return findBuildCheckHits(read(...lines), check).map(({ line, subject }) => `${line} ${subject}`.trim());
}

describe('build checks strike on the lines that BuildKit names', () => {
  test.each<readonly [BuildCheck, readonly string[], readonly string[]]>([
    ['ConsistentInstructionCasing', ['FROM a', 'run x', 'Cmd ["x"]', 'USER 1'], ['2 run', '3 Cmd']],
    ['ConsistentInstructionCasing', ['from a', 'run x', 'USER 1'], ['3 USER']],
    ['DuplicateStageName', ['FROM a AS x', 'FROM a AS X'], ['2 x']],
    ['ExposeInvalidFormat', ['FROM a', 'EXPOSE 80 8080:80'], ['2 8080:80']],
    ['ExposeProtoCasing', ['FROM a', 'EXPOSE 80/TCP'], ['2 80/TCP']],
    ['FromAsCasing', ['FROM a as b', 'from a as c', 'From a as d'], ['1 as']],
    [
      'FromPlatformFlagConstDisallowed',
      ['FROM --platform=linux/arm64 a', 'FROM --platform=linux/arm64 a AS x-arm64'],
      ['1 linux/arm64'],
    ],
    ['InvalidDefaultArgInFrom', ['ARG T', 'FROM a:$T', 'FROM a:${T:-1}'], ['2 a:$T']],
    [
      'InvalidDefinitionDescription',
      ['# what it is', 'ARG A', '# B says more', 'ARG B', '# free', '#', 'ARG C', 'FROM a'],
      ['2 A'],
    ],
    ['JSONArgsRecommended', ['FROM a', 'CMD x', 'ENTRYPOINT ["x"]', 'HEALTHCHECK CMD x'], ['2 CMD']],
    ['JSONArgsRecommended', ['FROM a AS b', 'SHELL ["sh"]', 'FROM b', 'CMD x'], []],
    ['LegacyKeyValueFormat', ['FROM a', 'ENV A b', 'LABEL c d', 'ENV e=f'], ['2 ENV', '3 LABEL']],
    ['MaintainerDeprecated', ['FROM a', 'MAINTAINER x'], ['2']],
    ['MultipleInstructionsDisallowed', ['FROM a', 'CMD ["x"]', 'RUN y', 'CMD ["z"]', 'FROM a', 'CMD ["x"]'], ['2 CMD']],
    ['NoEmptyContinuation', ['FROM a', 'RUN a \\', '', ' b \\', ' c'], ['5']],
    [
      'RedundantTargetPlatform',
      ['FROM --platform=$TARGETPLATFORM a', 'FROM --platform=$BUILDPLATFORM a'],
      ['1 $TARGETPLATFORM'],
    ],
    ['ReservedStageName', ['FROM a AS scratch', 'FROM a AS context', 'FROM a AS other'], ['1 scratch', '2 context']],
    ['SecretsUsedInArgOrEnv', ['FROM a', 'ARG TOKEN', 'ENV API_KEY=1 PUBLIC_KEY=2'], ['2 TOKEN', '3 API_KEY']],
    ['StageNameCasing', ['FROM a AS B'], ['1 B']],
    ['UndefinedArgInFrom', ['ARG A=1', 'FROM a:$A$B', 'FROM --platform=$C a'], ['2 B', '3 C']],
    ['WorkdirRelativePath', ['FROM a', 'WORKDIR x', 'WORKDIR y', 'FROM a', 'WORKDIR /x', 'WORKDIR y'], ['2 x']],
    ['WorkdirRelativePath', ['FROM a AS b', 'WORKDIR /x', 'FROM b', 'WORKDIR y'], []],
  ])('%s in %j', (check, lines, expected) => {
    expect(hitsOf(check, ...lines)).toEqual(expected);
  });

  test('each check has a case here', () => {
    expect(buildChecks).toHaveLength(20);
  });
});

describe('variables that nothing sets', () => {
  test.each<readonly [string, readonly string[], readonly string[]]>([
    ['not set', ['FROM a', 'WORKDIR /$A'], ['2 A']],
    ['an ARG before FROM is not seen', ['ARG A=1', 'FROM a', 'WORKDIR /$A'], ['3 A']],
    ['until the stage declares it', ['ARG A=1', 'FROM a', 'ARG A', 'WORKDIR /$A'], []],
    ['an ARG without a value counts', ['FROM a', 'ARG A', 'WORKDIR /$A'], []],
    ['set by ENV, from the next instruction on', ['FROM a', 'ENV A=1 B=$A', 'ENV C=$A'], ['2 A']],
    ['PATH is always set', ['FROM scratch', 'ENV PATH=$PATH:/x'], []],
    [
      'inherited from the stage before',
      ['FROM a AS b', 'ENV A=1', 'FROM b', 'WORKDIR /$A', 'FROM a', 'WORKDIR /$A'],
      ['6 A'],
    ],
    ['a default does not set it', ['FROM a', 'WORKDIR /${A:-x}'], ['2 A']],
    ['RUN has its own shell', ['FROM a', 'RUN echo $A'], []],
    ['here-documents are expanded', ['FROM a', 'COPY <<E /x', '$A', 'E', 'COPY <<"E" /x', '$B', 'E'], ['2 A']],
    ['platform variables must be declared', ['FROM a', 'COPY $TARGETARCH /'], ['2 TARGETARCH']],
    ['single quotes keep it', ['FROM a', "ENV A='$B'"], []],
    ['mounts', ['FROM a', 'RUN --mount=type=cache,target=/$A x'], ['2 A']],
  ])('%s', (_, lines, expected) => {
    expect(hitsOf('UndefinedVar', ...lines)).toEqual(expected);
  });

  test('suggests the name that was probably meant', () => {
    const dockerfile = read('FROM a', 'ENV VERSION=1', 'WORKDIR /$VERSON');
    expect(findBuildCheckHits(dockerfile, 'UndefinedVar').map(({ meant }) => meant)).toEqual(['VERSION']);
  });

  test('a trigger that a stage inherits is reported on its FROM', () => {
    expect(hitsOf('UndefinedVar', 'FROM a AS b', 'ONBUILD WORKDIR /$A', 'FROM b')).toEqual(['3 A']);
  });
});

describe('places', () => {
  test('are the word itself on the first line, and follow the keyword elsewhere', () => {
    const dockerfile = read('FROM a', 'COPY $A \\', ' $B /');
    const places = findBuildCheckHits(dockerfile, 'UndefinedVar').map((hit) =>
      placeOf(hit, dockerfile, ...variableForms(hit.subject)),
    );
    const text = ({ start, end }: { start: number; end: number }) => dockerfile.text.slice(start, end);
    expect(places.map(({ at, also }) => [text(at), ...also.map(({ range }) => text(range))])).toEqual([
      ['$A'],
      ['COPY', '$B'],
    ]);
  });

  test('know whether BuildKit comes so far', () => {
    const dockerfile = read('FROM a', 'CMD x', 'STOPSIGNAL no', 'CMD y');
    expect(findBuildCheckHits(dockerfile, 'JSONArgsRecommended').map(({ reached }) => reached)).toEqual([true, false]);
  });
});
