import { secretInVariable } from '../../core/secret-text.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { environmentOf, imageEnvironment } from '../../project/application-environment.ts';
import type { ImageBuild, ImageUse, Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';
import { settingsToConfigMap } from '../../repairs/settings-to-config-map.ts';

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
        const uses = build.runBy.filter((use) => takesDefault(project, build, use, name));
        // Where all that runs the image gives it another one, the image has a default only.
        if (build.runBy.length > 0 && uses.length === 0) continue;
        const fix = giveFromConfigMap(project, uses, name, value ?? '');
        report({
          at: place,
          message: `${name} fixes the address of another service in the image.`,
          ...(fix && { fix }),
        });
      }
    }
  },
});

function takesDefault(project: Project, build: ImageBuild, use: ImageUse, name: string): boolean {
  return environmentOf(project, build, use).variables.get(name)?.from === 'image';
}

/** The manifests give it then; a service of Compose has no ConfigMap, and an address with a password does not belong into one. */
function giveFromConfigMap(project: Project, uses: readonly ImageUse[], name: string, value: string) {
  const containers = new Map(
    uses.flatMap((use) => {
      const { path, range } = use.kind === 'container' ? use.container.node : use.service.node;
      return use.kind === 'container' ? [[`${path}\0${range.start}`, use.container] as const] : [];
    }),
  );
  if (secretInVariable(name, value) || uses.some(({ kind }) => kind === 'service')) return undefined;
  const settings = [...containers.values()].map((container) => ({ container, name, value }));
  return settingsToConfigMap(
    project,
    settings,
    `Give ${name} from a ConfigMap, and leave it in the image as the default`,
  );
}

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
