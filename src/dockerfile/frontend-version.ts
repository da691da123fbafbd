import { parseImageReference } from '../core/image-reference.ts';
import type { Dockerfile } from './dockerfile.ts';
import { isFlagSet } from './flag-value.ts';
import type { Instruction } from './instruction.ts';

/** A version of the Dockerfile front end, `1.7` or `1.7-labs`. `minor` is Infinity for the newest of all (`docker/dockerfile:1`). */
export interface FrontendVersion {
  readonly minor: number;
  /** With what was not in the stable channel yet. */
  readonly labs: boolean;
}

/**
 * What not every front end knows, with the first version that does. `labs`: the version from which on its labs channel has it.
 * https://docs.docker.com/reference/dockerfile/ and https://docs.docker.com/build/dockerfile/release-notes/
 */
export const frontendFeatures = {
  'RUN --mount': { since: 2, labs: 0 },
  'RUN --mount=type=secret,env': { since: 10 },
  'RUN --network': { since: 3, labs: 1 },
  'RUN --security': { since: 20, labs: 1 },
  'COPY --chown': { since: 0 },
  'COPY --chmod': { since: 2 },
  'ADD --chmod': { since: 2 },
  /** `--chmod=u+x`. */
  'COPY --chmod=symbolic': { since: 14 },
  'COPY --link': { since: 4 },
  'ADD --link': { since: 4 },
  'COPY --parents': { since: 20, labs: 7 },
  'COPY --exclude': { since: 19, labs: 7 },
  'ADD --checksum': { since: 6, labs: 5 },
  'ADD --keep-git-dir': { since: 6, labs: 1 },
  'ADD --unpack': { since: 17 },
  'HEALTHCHECK --start-interval': { since: 6 },
  'here-document': { since: 4 },
  /** `ARG A=1 B=2`. */
  'ARG of several': { since: 2 },
  /** `${VARIABLE#pattern}`. */
  'pattern in variable': { since: 7 },
} as const satisfies Readonly<Record<string, { readonly since: number; readonly labs?: number }>>;

export type FrontendFeature = keyof typeof frontendFeatures;

/** Whether a front end of that version, or any newer one, knows a feature. */
export function versionKnows(version: FrontendVersion, feature: FrontendFeature): boolean {
  const { since, ...more } = frontendFeatures[feature];
  return version.minor >= since || (version.labs && 'labs' in more && version.minor >= more.labs);
}

/** Reads `1`, `1.7`, `1.7.1` or `1.7-labs`. */
export function parseFrontendVersion(text: string): FrontendVersion | undefined {
  const match = /^1(?:\.(\d{1,4})(?:\.\d{1,4})?)?(?:-(labs|experimental))?$/.exec(text);
  if (match === null) return undefined;
  return { minor: match[1] === undefined ? Number.POSITIVE_INFINITY : Number(match[1]), labs: match[2] !== undefined };
}

/** The front end that the file's `# syntax` line asks for; `unknown` for one that is not Docker's own. Undefined without such a line. */
export function declaredFrontend({ syntax }: Dockerfile): FrontendVersion | 'unknown' | undefined {
  const directive = syntax.directives.find(({ name }) => name === 'syntax');
  if (directive === undefined) return undefined;
  const reference = parseImageReference(directive.value.split(/\s/, 1)[0] ?? '');
  if (reference === undefined) return 'unknown';
  const { repository, tag, digest } = reference;
  if (!/(?:^|\/)docker\/dockerfile(?:-upstream)?$/.test(repository)) return 'unknown';
  if (tag === undefined) return digest === undefined ? newest : 'unknown';
  if (tag === 'latest' || tag === 'master') return newest;
  if (tag === 'labs' || tag === 'experimental' || tag === 'master-labs') return { ...newest, labs: true };
  return parseFrontendVersion(tag) ?? 'unknown';
}

const newest: FrontendVersion = { minor: Number.POSITIVE_INFINITY, labs: false };

/** The oldest front end that can build what is in the file already: a later one needs no other feature of the same age. */
export function provenFrontend(dockerfile: Dockerfile): FrontendVersion {
  let minor = 0;
  for (const instruction of dockerfile.instructions)
    for (const feature of featuresOf(instruction)) minor = Math.max(minor, frontendFeatures[feature].since);
  return { minor, labs: false };
}

function featuresOf(instruction: Instruction): readonly FrontendFeature[] {
  const features: FrontendFeature[] = instruction.heredocs.length > 0 ? ['here-document'] : [];
  switch (instruction.name) {
    case 'RUN':
      if (instruction.mounts.length > 0) features.push('RUN --mount');
      if (instruction.network) features.push('RUN --network');
      break;
    case 'COPY':
    case 'ADD':
      if (instruction.chmod) features.push('COPY --chmod');
      if (instruction.checksum) features.push('ADD --checksum');
      if (isFlagSet(instruction.flags, 'link')) features.push('COPY --link');
      if (isFlagSet(instruction.flags, 'unpack')) features.push('ADD --unpack');
      break;
    case 'HEALTHCHECK':
      if (instruction.flags.some(({ name }) => name === 'start-interval'))
        features.push('HEALTHCHECK --start-interval');
      break;
    case 'ONBUILD':
      if (instruction.trigger) features.push(...featuresOf(instruction.trigger));
      break;
    default:
  }
  return features;
}
