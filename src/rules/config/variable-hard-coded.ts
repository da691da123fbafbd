import { applicationsOf } from '../../project/application-builds.ts';
import { imageEnvironment } from '../../project/application-environment.ts';
import type { ImageBuild } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';

export const rule = projectRule({
  severity: 'note',
  summary: 'address of another service fixed in the image',
  why: 'The image runs in one environment only: for another one it has to be built again, and is no longer what was tested.',
  remedy: 'Leave the address out of the image and give it where the container runs, from a ConfigMap.',
  peers: [],
  check({ project }, { report }) {
    const seen = new Set<string>();
    for (const build of project.builds) {
      const read = new Set(
        applicationsOf(project, build).flatMap(({ variablesRead }) => variablesRead.map(({ name }) => name)),
      );
      // A Dockerfile without an application need not even be parsed.
      if (read.size === 0) continue;
      for (const { name, value, place } of imageEnvironment(build).values()) {
        const key = `${place.path}\0${place.range.start}`;
        if (!read.has(name) || seen.has(key) || !namesHost(value ?? '') || usedByBuild(build, name)) continue;
        seen.add(key);
        report({ at: place, message: `${name} fixes the address of another service in the image.` });
      }
    }
  },
});

/** An address with the name of a host that is neither this one nor a place-holder. */
function namesHost(value: string): boolean {
  const host = /^[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^@/\s]{0,200}@)?([A-Za-z0-9.-]{1,250})(?::\d+)?(?:[/?]|$)/.exec(
    value,
  )?.[1];
  if (host === undefined || !host.includes('.')) return false;
  return !/^(?:127\.|0\.0\.0\.0|169\.254\.)|(?:^|\.)(?:localhost|example\.(?:com|org|net)|invalid|test)$/.test(host);
}

/** A RUN that uses the variable needs it while the image is built. */
function usedByBuild({ dockerfile }: ImageBuild, name: string): boolean {
  return dockerfile
    .instructionsNamed('RUN')
    .some(({ instruction }) => dockerfile.script(instruction)?.variables.has(name) ?? false);
}
