import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import type { KeyValue } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
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
    for (const { instruction, stage } of dockerfile.instructionsNamed('LABEL')) {
      if (instruction.name !== 'LABEL') continue;
      for (const pair of instruction.pairs) {
        const { key } = pair;
        const name = key.value;
        if (name.includes('$') || readByDocker.test(name)) continue;
        const fault = faultOf(name);
        if (fault === undefined) continue;
        const fix = renamed(dockerfile, stage, pair);
        report({ at: key.range, message: `The label ${name} ${fault}.`, ...(fix && { fix }) });
      }
    }
  },
});

/** Names that say what a label of the OCI image specification says. https://github.com/opencontainers/image-spec/blob/main/annotations.md */
const published: Readonly<Record<string, string>> = {
  description: 'description',
  version: 'version',
  vendor: 'vendor',
  license: 'licenses',
  licenses: 'licenses',
  maintainer: 'authors',
  maintainers: 'authors',
  author: 'authors',
  url: 'url',
  documentation: 'documentation',
  source: 'source',
  title: 'title',
};

/** The atomic command and OpenShift read these as they are. https://docs.projectatomic.io/container-best-practices/#_labels */
const readAsTheyAre = /^(?:RUN|INSTALL|UNINSTALL|STOP|DEBUG|UPDATE|Name|Version|Release|Vendor|Architecture|Summary)$/;

/** The same label under a name that is allowed; none where that is taken, or where the name is another program's. */
function renamed(dockerfile: Dockerfile, stage: Stage | undefined, { key }: KeyValue): Fix | undefined {
  const name = key.value;
  if (reserved.test(name) || (readAsTheyAre.test(name) && name === name.toUpperCase())) return undefined;
  // A leading number may be all that tells two labels apart.
  if (/^[^a-z]/i.test(name)) return undefined;
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[^a-z]+|[^a-z0-9]+$/g, '');
  const known = Object.hasOwn(published, plain) ? `org.opencontainers.image.${published[plain]}` : plain;
  const taken = stage?.instructions.some(
    (each) => each.name === 'LABEL' && each.pairs.some((other) => other.key.value === known),
  );
  const twice = stage?.instructions
    .flatMap((each) => (each.name === 'LABEL' ? each.pairs : []))
    .filter((other) => other.key.value.toLowerCase() === name.toLowerCase());
  if (plain === '' || taken || (twice?.length ?? 0) > 1 || faultOf(known) !== undefined) return undefined;
  return {
    title: `Name the label ${known}`,
    changes: { edits: [replace(dockerfile, key.range, known)] },
    assumptions: [
      {
        statement: `Nothing reads the label by the name ${name}.`,
        state: 'unknown',
        question: `Does a script, a registry or a pipeline read the label ${name} of this image?`,
      },
    ],
  };
}

function faultOf(name: string): string | undefined {
  if (reserved.test(name)) return 'is in a namespace that Docker keeps for itself';
  if (/\.\.|--/.test(name)) return 'has two separators in a row';
  if (/[^a-z0-9._/-]/.test(name)) return 'has other characters than lower-case letters, digits, dots and hyphens';
  if (!/^[a-z]/.test(name) || !/[a-z0-9]$/.test(name)) return 'does not begin with a letter or ends with a separator';
  return undefined;
}
