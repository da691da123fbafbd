import { describe, expect, test } from 'vitest';
import type { Dockerfile } from '../../src/dockerfile/dockerfile.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { imageProject } from '../../src/project/inspected-image.ts';
import { isOwnBase, ownBaseOf, ownDockerfileOf, surelyOwnBaseOf, userOfOwnBases } from '../../src/project/own-base.ts';
import type { ImageBuild, Project } from '../../src/project/project.ts';

/** Of Dockerfiles with these paths, and how often the stages of one were asked for. */
function projectOf(files: Readonly<Record<string, string>>): { readonly project: Project; stagesRead(): number } {
  let read = 0;
  const dockerfiles = Object.entries(files).map(([path, text]): Dockerfile => {
    const dockerfile = parseDockerfile({ path, text, encoding: 'utf-8' });
    const { stages } = dockerfile;
    return Object.defineProperty(dockerfile, 'stages', {
      get() {
        read += 1;
        return stages;
      },
    });
  });
  const { images: _, ...empty } = imageProject([], undefined);
  return { project: { ...empty, dockerfiles }, stagesRead: () => read };
}

/** A build of a file and of its stage of that name, or of its last. */
function built({ dockerfiles }: Project, path: string, image: string, target?: string): ImageBuild {
  const dockerfile = dockerfiles.find((each) => each.path === path);
  if (dockerfile === undefined) throw new Error(`${path} is in the project`);
  const stage = target === undefined ? dockerfile.final : dockerfile.stages.find(({ name }) => name === target);
  const images = [image];
  return { dockerfile, stage, context: undefined, images, arguments: new Map(), toldBy: 'compose', runBy: [] };
}

const web = 'FROM registry.example/shop/runtime:1\n';

describe('an image of the project itself', () => {
  test('is known by the name of its directory, whichever is asked first', () => {
    const { project } = projectOf({ 'runtime/Dockerfile': 'FROM debian:12\n', 'web/Dockerfile': web });
    const [runtime, other] = project.dockerfiles;
    if (runtime === undefined || other === undefined) throw new Error('both are in the project');
    expect(ownDockerfileOf(project, other, 'registry.example/shop/runtime:1')).toBe(runtime);
    expect(isOwnBase(project, runtime)).toBe(true);
    expect(isOwnBase(project, other)).toBe(false);
  });

  test('which Dockerfile makes it is told without reading the others', () => {
    const { project, stagesRead } = projectOf({
      'runtime/Dockerfile': 'FROM debian:12\n',
      'web/Dockerfile': web,
      'db/Dockerfile': web,
    });
    const other = project.dockerfiles[1];
    if (other === undefined) throw new Error('it is in the project');
    ownDockerfileOf(project, other, 'registry.example/shop/other:1');
    expect(stagesRead()).toBe(0);
  });

  test('is none where no Dockerfile has a name, and none is read for it', () => {
    const { project, stagesRead } = projectOf({ '1.Dockerfile': web, '2.Dockerfile': web });
    expect(project.dockerfiles.map((each) => isOwnBase(project, each))).toEqual([false, false]);
    expect(stagesRead()).toBe(0);
  });
});

describe('the stage that an image of the project is made of', () => {
  const files = {
    'Dockerfile.base': 'FROM debian:12 AS runtime\n\nFROM runtime AS tests\nUSER tester\n',
    'Dockerfile.middle': 'FROM registry.example/shop/base:1\n',
    Dockerfile: 'FROM registry.example/shop/middle:1\n',
  };

  function of(...images: readonly (readonly [string, string, string?])[]) {
    const { project: bare } = projectOf(files);
    const project = { ...bare, builds: images.map(([path, image, target]) => built(bare, path, image, target)) };
    const stageOf = (path: string) => {
      const dockerfile = project.dockerfiles.find((each) => each.path === path);
      if (dockerfile?.final === undefined) throw new Error(`${path} has a stage`);
      return [project, dockerfile, dockerfile.final] as const;
    };
    return { base: stageOf('Dockerfile.middle'), chain: stageOf('Dockerfile') };
  }

  test.each<[string, readonly (readonly [string, string, string?])[], string | undefined, string | undefined]>([
    ['the target of the build', [['Dockerfile.base', 'registry.example/shop/base:1', 'runtime']], 'runtime', 'runtime'],
    ['the last without one', [['Dockerfile.base', 'registry.example/shop/base:1']], 'tests', 'tests'],
    [
      'that of the very tag is sure, that of a name with several is none',
      [
        ['Dockerfile.base', 'registry.example/shop/base:1', 'runtime'],
        ['Dockerfile.base', 'registry.example/shop/base:1-tests', 'tests'],
      ],
      undefined,
      'runtime',
    ],
    ['another tag is not sure', [['Dockerfile.base', 'registry.example/shop/base', 'runtime']], 'runtime', undefined],
    ['by the file where the owner is seen', [['Dockerfile', 'registry.example/shop/web:1']], 'tests', undefined],
    ['not by the file of another owner', [['Dockerfile', 'registry.example/other/web:1']], undefined, undefined],
    ['not by the file alone', [], undefined, undefined],
  ])('%s', (_title, images, likely, sure) => {
    const { base } = of(...images);
    expect(ownBaseOf(...base)?.stage.name).toBe(likely);
    expect(surelyOwnBaseOf(...base)?.stage.name).toBe(sure);
  });

  test('a user is looked for through several files', () => {
    expect(userOfOwnBases(...of(['Dockerfile', 'registry.example/shop/web:1']).chain)).toMatchObject({
      user: 'tester',
      isRoot: false,
    });
    const target = ['Dockerfile.base', 'registry.example/shop/base:1', 'runtime'] as const;
    expect(userOfOwnBases(...of(target).chain)).toMatchObject({ user: '0', isRoot: true });
  });

  test('one that is known is nobody in the project, whatever a build is called', () => {
    const { project: bare } = projectOf({
      'base.Dockerfile': 'FROM debian:12\nUSER alice\n',
      Dockerfile: 'FROM gcr.io/distroless/base\n',
    });
    const project = { ...bare, builds: [built(bare, 'base.Dockerfile', 'gcr.io/distroless/base')] };
    const other = project.dockerfiles[1];
    if (other?.final === undefined) throw new Error('it is in the project');
    expect(ownDockerfileOf(project, other, 'gcr.io/distroless/base')).toBeUndefined();
    expect(ownBaseOf(project, other, other.final)).toBeUndefined();
    expect(surelyOwnBaseOf(project, other, other.final)).toBeUndefined();
  });
});
