import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import type { StageReference } from '../../src/dockerfile/stage.ts';
import { resolveCopyFrom, resolveMountFrom } from '../../src/dockerfile/stage-graph.ts';

const read = (text: string) => parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });

function describeReference(reference: StageReference): string {
  switch (reference.kind) {
    case 'stage':
      return `stage ${reference.stage.index}`;
    case 'image':
      return `${reference.reference}${reference.complete ? '' : ' (incomplete)'}`;
    default:
      return reference.kind;
  }
}

const basesOf = (text: string) => read(text).stages.map(({ base }) => describeReference(base));

describe('bases', () => {
  test.each([
    ['an image', 'FROM node:20', ['node:20']],
    ['scratch', 'FROM scratch', ['scratch']],
    ['an earlier stage', 'FROM a AS B\nFROM b', ['a', 'stage 0']],
    ['a name is compared in lower case as written', 'FROM a AS b\nFROM B', ['a', 'B']],
    ['not a later stage', 'FROM b\nFROM a AS b', ['b', 'a']],
    ['the last of two stages with one name', 'FROM a AS x\nFROM b AS x\nFROM x', ['a', 'b', 'stage 1']],
    ['a stage that has an image’s name builds on the image', 'FROM node AS node\nRUN a', ['node']],
    ['not a number', 'FROM a\nFROM 0', ['a', '0']],
    ['the default of an ARG', 'ARG V=20\nFROM node:${V}', ['node:20']],
    ['a default made of defaults', 'ARG A=1\nARG B=$A.2\nFROM n:$B', ['n:1.2']],
    ['a default in the reference itself', 'ARG V\nFROM node:${V:-20}', ['node:20']],
    ['an ARG without default', 'ARG V\nFROM node:$V', ['node:$V (incomplete)']],
    ['no ARG at all', 'FROM node:$V', ['node:$V (incomplete)']],
    ['a platform variable', 'FROM node:$TARGETARCH', ['node:$TARGETARCH (incomplete)']],
    ['an ARG made of a platform variable', 'ARG A=$TARGETOS\nFROM x:$A', ['x:$A (incomplete)']],
    ['an ARG of a stage has no meaning here', 'FROM a\nARG V=1\nFROM n:$V', ['a', 'n:$V (incomplete)']],
    ['a later ARG of the same name holds', 'ARG V=1\nARG V=2\nFROM n:$V', ['n:2']],
    ['a stage by variable', 'ARG S=b\nFROM a AS b\nFROM $S', ['a', 'stage 0']],
    ['a substitution that is refused', 'FROM ${', ['unknown']],
    ['nothing', 'FROM', ['unknown']],
    ['an empty name', 'ARG V=\nFROM $V', ['unknown']],
  ])('%s', (_, text, bases) => expect(basesOf(text)).toEqual(bases));
});

describe('stages', () => {
  test('hold what follows their FROM', () => {
    const { stages, globalArgs, final, instructions } = read(
      'ARG a\nFROM x AS One\nRUN a\nARG b\nFROM y\nONBUILD RUN c\n',
    );
    expect(stages.map(({ index, name, from }) => [index, name, from?.line])).toEqual([
      [0, 'one', 2],
      [1, undefined, 5],
    ]);
    expect(stages.map((stage) => stage.instructions.map(({ name }) => name))).toEqual([['RUN', 'ARG'], ['ONBUILD']]);
    expect(globalArgs.map(({ line }) => line)).toEqual([1]);
    expect(final).toBe(stages[1]);
    expect(instructions).toHaveLength(6);
  });

  test('a fragment without FROM is one stage', () => {
    const { stages, globalArgs } = read('ARG a\nRUN b\n');
    expect(stages.map(({ from, base }) => [from, base.kind])).toEqual([[undefined, 'unknown']]);
    expect(stages[0]?.instructions).toHaveLength(2);
    expect(globalArgs).toEqual([]);
  });

  test('a file without instructions has none', () =>
    expect(read('# a\n')).toMatchObject({ stages: [], final: undefined }));

  test('what stands before the first FROM and is no ARG is in none', () => {
    const dockerfile = read('RUN a\nARG b\nFROM c');
    expect(dockerfile.stages).toHaveLength(1);
    expect(dockerfile.instructionsNamed('RUN').map(({ stage }) => stage)).toEqual([undefined]);
  });
});

describe('dependencies', () => {
  const dependencies = (text: string) => read(text).stages.map(({ dependsOn }) => dependsOn.map(({ index }) => index));

  test.each([
    ['FROM', 'FROM a AS b\nFROM b', [[], [0]]],
    ['COPY by name, in any case', 'FROM a AS b\nFROM c\nCOPY --from=B x y', [[], [0]]],
    ['COPY by number', 'FROM a\nFROM c\nCOPY --from=0 x y', [[], [0]]],
    ['a mount', 'FROM a AS b\nFROM c\nRUN --mount=from=b,target=/x y', [[], [0]]],
    ['each once', 'FROM a AS b\nFROM b\nCOPY --from=b x y\nCOPY --from=0 z y', [[], [0]]],
    ['several', 'FROM a AS b\nFROM a AS c\nFROM d\nCOPY --from=c x y\nCOPY --from=b x y', [[], [], [1, 0]]],
    ['an image is none', 'FROM a AS b\nFROM c\nCOPY --from=nginx x y', [[], []]],
    ['a number too high is none', 'FROM a\nCOPY --from=7 x y', [[]]],
  ])('%s', (_, text, expected) => expect(dependencies(text)).toEqual(expected));

  test.each([
    ['b', 'stage 0'],
    ['1', 'stage 1'],
    ['-1', 'unknown'],
    ['$b', 'unknown'],
    ['nginx', 'nginx'],
    ['scratch', 'scratch'],
  ])('--from=%s is %s', (from, expected) => {
    const dockerfile = read('FROM a AS B\nFROM c');
    const token = { value: from, range: { start: 0, end: 0 } };
    expect(describeReference(resolveCopyFrom(dockerfile, token))).toBe(expected);
  });

  test.each([
    ['b', 'stage 0'],
    ['1', '1'],
    [undefined, 'scratch'],
  ])('a mount from %s is %s', (from, expected) => {
    expect(describeReference(resolveMountFrom(read('FROM a AS B\nFROM c'), from))).toBe(expected);
  });
});
