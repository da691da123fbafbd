import { isTellingName } from '../../core/secret-text.ts';
import { namedSecret } from '../../project/named-secret.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { imageInstructions } from '../../project/stage-facts.ts';
import { dropVariable } from '../../repairs/mount-secret.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'secret build argument that becomes ENV',
  why: 'Whoever can pull the image reads the value with docker inspect, and it is in its history as well.',
  remedy: 'Give it to the container when it runs; where only the build needs it, use RUN --mount=type=secret.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    const seen = new Set<number>();
    for (const stage of shippedStages(project, dockerfile)) {
      const declared = new Map<string, { readonly start: number; readonly end: number }>();
      for (const instruction of imageInstructions(stage)) {
        if (instruction.name === 'ARG') for (const { key, range } of instruction.pairs) declared.set(key.value, range);
        if (instruction.name !== 'ENV') continue;
        for (const { key, value, range } of instruction.pairs) {
          const argument = /^["']?\$\{?([A-Za-z_]\w{0,100})(?::?[-+][^}]{0,200})?\}?["']?$/.exec(
            value?.value ?? '',
          )?.[1];
          const from = declared.get(argument ?? '');
          if (argument === undefined || !from || seen.has(range.start)) continue;
          if (!isTellingName(key.value) || !isTellingName(argument)) continue;
          seen.add(range.start);
          const fix = dropVariable(dockerfile, instruction, key.value);
          report({
            at: range,
            message: `The build argument ${argument} stays in the image as ${key.value}.`,
            also: [{ path: dockerfile.path, range: from }],
            cause: namedSecret(key.value),
            ...(fix && { fix }),
          });
        }
      }
    }
  },
});
