import { describe, expect, test } from 'vitest';
import type { Dockerfile } from '../../src/dockerfile/dockerfile.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { imageProject } from '../../src/project/inspected-image.ts';
import { isOwnBase, ownDockerfileOf } from '../../src/project/own-base.ts';
import type { Project } from '../../src/project/project.ts';

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
