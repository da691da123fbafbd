import type { RebuildChange, RebuildStep, RebuildVerdict } from '../../core/rebuild-report.ts';

export interface VerdictInputs {
  readonly steps: readonly RebuildStep[];
  /** Whether a vulnerability counts: it is bad enough, or exploited. */
  readonly counts: (vulnerability: RebuildChange['fixes'][number]) => boolean;
  /** Whether a step changes only with another image that its stage stands on. */
  readonly pulls: (step: RebuildStep) => boolean;
  /** Any change pays. */
  readonly any: boolean;
  /** Whether anybody looked for vulnerabilities. */
  readonly looked: boolean;
  /** Names of the stages that hold steps that pay; undefined where one of them has no name or is not known. */
  readonly stagesOf: (steps: readonly RebuildStep[]) => readonly string[] | undefined;
  readonly dockerfile: string | undefined;
  /** Why the base could not be compared; undefined where it was. */
  readonly baseUnknown: string | undefined;
}

/** Whether a rebuild pays, why, and what has to run again for it. */
export function rebuildVerdict(inputs: VerdictInputs): RebuildVerdict {
  const { steps, counts, any } = inputs;
  const failing = steps.filter(({ state }) => state === 'fails');
  const uncertain = steps.filter(({ state }) => state === 'unknown');
  const isWorth = ({ changes }: RebuildStep) => changes.some((each) => any || each.fixes.some(counts));
  const paying = steps.filter(isWorth);
  const isPulled = (step: RebuildStep) => step.isBase || inputs.pulls(step);
  const pull = paying.some(isPulled);
  const own = paying.filter((step) => !isPulled(step));
  const verdict = (state: RebuildVerdict['state'], reason: string): RebuildVerdict => ({
    state,
    reason,
    command: state === 'pays' ? commandOf(inputs, own, pull) : undefined,
    uncached: state === 'pays' ? own.map(({ text }) => text) : [],
    pull: state === 'pays' && pull,
  });
  const [first] = failing;
  if (first)
    return verdict(
      'fails',
      `A build without cache ends at «${first.text}»: ${first.reasons[0] ?? 'it cannot be run again'}.`,
    );
  if (paying.length > 0) return verdict('pays', reasonOf(paying, counts, any));
  const changes = steps.flatMap((step) => step.changes);
  if (uncertain.length > 0 || inputs.baseUnknown !== undefined)
    return verdict(
      'unknown',
      `Not all could be told: ${uncertain[0]?.reasons[0] ?? inputs.baseUnknown}`.replace(/\.*$/, '.'),
    );
  const ofSources = steps.some(({ state }) => state === 'as the sources say') ? ' of the same sources' : '';
  if (changes.length === 0) return verdict('does not pay', `A rebuild${ofSources} would bring the same packages.`);
  if (!inputs.looked)
    return verdict(
      'unknown',
      'Packages would change, but nobody looked whether that mends a vulnerability: «plimsoll db update» fetches advisories, --any counts every change.',
    );
  return verdict(
    'does not pay',
    `${changes.length} ${changes.length === 1 ? 'package' : 'packages'} would change, and none of that mends a vulnerability that counts.`,
  );
}

function reasonOf(paying: readonly RebuildStep[], counts: VerdictInputs['counts'], any: boolean): string {
  const changes = paying.flatMap((step) => step.changes);
  const ids = new Set(changes.flatMap(({ fixes }) => fixes.filter(counts).map(({ id }) => id)));
  if (ids.size === 0 && any)
    return `${changes.length} ${changes.length === 1 ? 'package changes' : 'packages change'}.`;
  return `It mends ${ids.size} known ${ids.size === 1 ? 'vulnerability' : 'vulnerabilities'} that ${ids.size === 1 ? 'counts' : 'count'}.`;
}

/** https://docs.docker.com/reference/cli/docker/buildx/build/#no-cache-filter: by the names of stages. A new base makes every step after it new. */
function commandOf({ stagesOf, dockerfile }: VerdictInputs, own: readonly RebuildStep[], pull: boolean): string {
  const file = dockerfile === undefined || dockerfile === 'Dockerfile' ? '' : ` --file ${dockerfile}`;
  if (pull) return `docker build --pull${file} .`;
  const stages = stagesOf(own);
  const filter =
    stages && stages.length > 0 ? stages.map((name) => ` --no-cache-filter ${name}`).join('') : ' --no-cache';
  return `docker build${filter}${file} .`;
}
