import { dockerfileRule } from '../../project/rule.ts';

/** Namespaces that Docker keeps for itself. */
const reserved = /^(?:com\.docker\.|io\.docker\.|org\.dockerproject\.)/;

/** Docker's own programs read these. */
const readByDocker = /^com\.docker\.(?:extension|desktop|compose|stack|swarm|image\.source)\b/;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A label with a name that it should not have',
  why: "Programs that read labels split names at dots and expect lower case; names of other people's namespaces may be overwritten.",
  remedy:
    'Use lower-case letters, digits, dots and hyphens, in a namespace of your own or that of org.opencontainers.image.',
  peers: ['hadolint:DL3048', 'tally:labels/valid-key'],
  check({ dockerfile }, { report }) {
    for (const { instruction } of dockerfile.instructionsNamed('LABEL')) {
      if (instruction.name !== 'LABEL') continue;
      for (const { key } of instruction.pairs) {
        const name = key.value;
        if (name.includes('$') || readByDocker.test(name)) continue;
        const fault = faultOf(name);
        if (fault !== undefined) report({ at: key.range, message: `The label ${name} ${fault}.` });
      }
    }
  },
});

function faultOf(name: string): string | undefined {
  if (reserved.test(name)) return 'is in a namespace that Docker keeps for itself';
  if (/\.\.|--/.test(name)) return 'has two separators in a row';
  if (/[^a-z0-9._/-]/.test(name)) return 'has other characters than lower-case letters, digits, dots and hyphens';
  if (!/^[a-z]/.test(name) || !/[a-z0-9]$/.test(name)) return 'does not begin with a letter or ends with a separator';
  return undefined;
}
