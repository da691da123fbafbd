import type { PeerId } from '../../core/finding.ts';
import type { Fix } from '../../core/fix.ts';
import { isTellingName } from '../../core/secret-text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { findSecrets, type PlacedSecret } from '../../dockerfile/find-secrets.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { dropVariable } from '../../repairs/mount-secret.ts';

const peers = ['tally:secrets-in-code', 'tally:ruby/secrets-in-arg-or-env', 'trivy:DS031'] as const;

/** Forms that tally's patterns know too. */
const knownToTally: ReadonlySet<string> = new Set([
  'AWS access key id',
  'GitHub token',
  'GitLab token',
  'npm token',
  'Slack token',
  'Stripe key',
]);
const severities = { token: 'error', password: 'warning', weak: 'note' } as const;
const railsSecrets = /^(?:SECRET_KEY_BASE|RAILS_MASTER_KEY|SECRET_TOKEN|DEVISE_SECRET_KEY|DEVISE_PEPPER|RAILS_KEY)$/;

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'A secret stands in the Dockerfile',
  why: 'It is in the repository, in the history of the image and in the build cache, for everyone who can read one of them, and a later instruction does not take it away.',
  remedy:
    'Withdraw it, then give it to the build with RUN --mount=type=secret, or to the container when it is started.',
  peers,
  check({ dockerfile }, { report }) {
    for (const secret of findSecrets(dockerfile)) {
      const fix = repairOf(dockerfile, secret);
      report({
        at: secret.range,
        message: sentence(secret),
        severity: severities[secret.strength],
        peers: peersOf(dockerfile, secret),
        cause: `secret: ${secret.range.start}`,
        ...(fix && { fix }),
      });
    }
  },
});

/** A variable of the container is left to its start, an argument of the build loses its default. Nothing is written, so that no report shows it. */
function repairOf(dockerfile: Dockerfile, { instruction, name }: PlacedSecret): Fix | undefined {
  if (name === undefined) return undefined;
  if (instruction?.name === 'ENV') return dropVariable(dockerfile, instruction, name);
  if (instruction?.name !== 'ARG') return undefined;
  const pair = instruction.pairs.find(({ key }) => key.value === name);
  if (pair?.value === undefined) return undefined;
  return {
    title: `Take the default of ${name} away`,
    changes: { edits: [replace(dockerfile, { start: pair.key.range.end, end: pair.range.end }, '')] },
    assumptions: [
      {
        statement: `Every build is given ${name}.`,
        state: 'unknown',
        question: `Does whoever builds the image pass ${name} themselves? The step that uses it should then mount it with --mount=type=secret.`,
      },
    ],
  };
}

function sentence({ kind, instruction, name }: PlacedSecret): string {
  const what = `${/^(?:AWS|Azure|npm|OpenAI|Anthropic|SSH)/.test(kind) ? 'An' : 'A'} ${kind}`;
  if (instruction === undefined) return `${what} stands in a comment.`;
  return name === undefined
    ? `${what} stands in ${instruction.name}.`
    : `${what} stands in ${instruction.name} as ${name}.`;
}

function peersOf(dockerfile: Dockerfile, { kind, instruction, name, strength }: PlacedSecret): readonly PeerId[] {
  const found: PeerId[] = [];
  if (instruction === undefined) return found;
  if (knownToTally.has(kind) || (kind === 'login for curl' && strength !== 'weak')) found.push('tally:secrets-in-code');
  if (name === undefined || (instruction.name !== 'ENV' && instruction.name !== 'ARG')) return found;
  const stage = dockerfile.stages.find(({ instructions }) => instructions.includes(instruction));
  if (stage && railsSecrets.test(name) && baseImageOf(stage).runtime?.name === 'ruby')
    found.push('tally:ruby/secrets-in-arg-or-env');
  if (stage !== undefined && stage === dockerfile.final && isTellingName(name)) found.push('trivy:DS031');
  return found;
}
