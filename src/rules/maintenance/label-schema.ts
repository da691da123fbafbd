import type { PeerId } from '../../core/finding.ts';
import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Instruction, KeyValue } from '../../dockerfile/instruction.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { expandedValue, imageInstructions } from '../../project/stage-facts.ts';

interface LabelType {
  readonly peer: PeerId;
  /** What a value that is none is said not to be. */
  readonly noun: string;
  readonly holds: (value: string) => boolean;
}

/** The types of hadolint's label-schema; `text` takes any value. */
const types: Readonly<Record<string, LabelType>> = {
  url: { peer: 'hadolint:DL3052', noun: 'URL', holds: (value) => URL.canParse(value) },
  rfc3339: { peer: 'hadolint:DL3053', noun: 'time as RFC 3339 has it', holds: isTime },
  spdx: { peer: 'hadolint:DL3054', noun: 'SPDX license identifier', holds: isLicense },
  hash: {
    peer: 'hadolint:DL3055',
    noun: 'hash of git',
    holds: (value) => /^(?:[0-9a-f]{7}|[0-9a-f]{40})$/.test(value),
  },
  semver: { peer: 'hadolint:DL3056', noun: 'semantic version', holds: isSemanticVersion },
  email: {
    peer: 'hadolint:DL3058',
    noun: 'e-mail address',
    holds: (value) => /^[^\s@<>"]{1,64}@[^\s@<>"]{1,255}$/.test(value),
  },
};

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Labels are not as agreed',
  why: 'What finds the owner, source or version of an image by its labels does not find them.',
  remedy: 'Set the label as the schema in the configuration has it.',
  peers: ['hadolint:DL3049', 'hadolint:DL3050', 'hadolint:DL3051', ...Object.values(types).map(({ peer }) => peer)],
  options: {
    labels: {
      description:
        'Labels that the image must have, each with its type: `org.opencontainers.image.version: semver`. Types: text, url, rfc3339, spdx, hash, semver, email. Empty: nothing is required.',
      default: [],
    },
    strict: { description: 'Other labels than those are findings too.', default: false },
  },
  check({ dockerfile, project }, { report, option }) {
    const schema = new Map(option.list('labels').map(readEntry));
    const strict = option.flag('strict');
    if (schema.size === 0 && !strict) return;
    for (const { pair, instruction } of labelsOf(dockerfile.instructions)) {
      const type = schema.get(pair.key.value);
      if (type !== undefined) {
        const fault = faultOf(dockerfile, instruction, pair, type);
        if (fault) report({ at: pair.range, ...fault });
      } else if (strict)
        report({
          at: pair.range,
          message: `The label ${pair.key.value} is not in the schema.`,
          remedy: 'Leave it out, or add it to the schema.',
          severity: 'note',
          peers: ['hadolint:DL3050'],
        });
    }
    for (const stage of shippedStages(project, dockerfile)) {
      const present = new Set(labelsOf(imageInstructions(stage)).map(({ pair }) => pair.key.value));
      const place: SourceRange | undefined = stage.from?.range;
      for (const label of schema.keys())
        if (place && !present.has(label))
          report({
            at: place,
            message: `The label ${label} is missing.`,
            severity: 'note',
            peers: ['hadolint:DL3049'],
          });
    }
  },
});

/** `name: type`. */
function readEntry(entry: string): [string, string] {
  const colon = entry.lastIndexOf(':');
  return colon === -1
    ? [entry.trim(), 'text']
    : [
        entry.slice(0, colon).trim(),
        entry
          .slice(colon + 1)
          .trim()
          .toLowerCase(),
      ];
}

function labelsOf(
  instructions: readonly Instruction[],
): readonly { readonly pair: KeyValue; readonly instruction: Instruction }[] {
  return instructions.flatMap((instruction) =>
    instruction.name === 'LABEL' ? instruction.pairs.map((pair) => ({ pair, instruction })) : [],
  );
}

function faultOf(
  dockerfile: Dockerfile,
  instruction: Instruction,
  { key, value }: KeyValue,
  typeName: string,
): { readonly message: string; readonly peers: readonly PeerId[] } | undefined {
  const type = Object.hasOwn(types, typeName) ? types[typeName] : undefined;
  const text = value && expandedValue(dockerfile, instruction, value);
  if (text === undefined) return undefined;
  if (text === '')
    return { message: `The label ${key.value} is empty.`, peers: ['hadolint:DL3051', ...(type ? [type.peer] : [])] };
  return type === undefined || type.holds(text)
    ? undefined
    : { message: `The label ${key.value} is no ${type.noun}.`, peers: [type.peer] };
}

/** https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
function isTime(value: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

/** The form of an expression of identifiers; whether they are on the list is not looked up. https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/ */
function isLicense(value: string): boolean {
  return value.split(/ (?:AND|OR|WITH) /).every((part) => /^\(*[A-Za-z0-9][A-Za-z0-9.-]*\+?\)*$/.test(part));
}

/** https://semver.org/#backusnaur-form-grammar-for-valid-semver-versions */
function isSemanticVersion(value: string): boolean {
  return /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/.test(
    value,
  );
}
