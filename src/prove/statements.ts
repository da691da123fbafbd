import type { Evidence } from '../core/evidence.ts';
import type { Found } from './found.ts';
import type { ProofTools } from './proof.ts';
import type { ProofEnded } from './workshop.ts';

interface Facts extends Found {
  readonly tools: Pick<ProofTools, 'runner' | 'builder'>;
  readonly ended: ProofEnded | undefined;
}

/** What is proved and what is not, in sentences: whatever happened, nobody has to guess. */
export function statementsOf(facts: Facts): Pick<Evidence, 'verdict' | 'statements'> {
  const { ended, fixes } = facts;
  if (ended) return { verdict: 'unproved', statements: endedStatements(ended, facts) };
  if (fixes.length === 0) return { verdict: 'nothing to prove', statements: ['There is no fix to prove here.'] };
  const withdrawn = withdrawnStatements(facts);
  const { passed } = facts;
  if (passed === undefined)
    return { verdict: 'failed', statements: ['Nothing is proved: no fix of this file passed.', ...withdrawn] };
  const { behaviour } = passed.attempt;
  const built = `The original was built twice and the repaired file once with ${facts.tools.builder.title}, each without a cache.`;
  const unproved = behaviour.unproved.map(({ name, why }) => `Not proved: ${name}, since ${why}.`);
  if (behaviour.verdict !== 'same')
    return {
      verdict: 'unproved',
      statements: [
        built,
        `Not proved: that it is still the same program, since ${behaviour.why ?? 'nothing could be compared'}.`,
        ...unproved,
        ...withdrawn,
      ],
    };
  return { verdict: 'proved', statements: [built, ...sameStatements(facts), ...unproved, ...withdrawn] };
}

function sameStatements({ passed, original }: Facts): string[] {
  const noise = passed?.attempt.behaviour.noise ?? [];
  const masked = noise.map(({ name, what }) => `${name} (${what})`).join(', ');
  return [
    ...(noise.length > 0 ? [`Changes from run to run of the original, too, and proves nothing: ${masked}.`] : []),
    ...(original?.first?.notRun ?? []),
  ];
}

function withdrawnStatements({ withdrawn }: Facts): string[] {
  return withdrawn.length === 0
    ? []
    : [`${counted(withdrawn.length, 'fix', 'fixes')} withdrawn: what passes without them is what is proved.`];
}

function endedStatements({ why, message }: ProofEnded, { original, passed, repaired }: Facts): string[] {
  const end =
    why === 'cancelled'
      ? 'Interrupted: what was being built and run is stopped and removed.'
      : `${message[0]?.toUpperCase() ?? ''}${message.slice(1)}.`.replace(/\.\.$/, '.');
  if (original === undefined) return [end, 'Nothing is proved.'];
  const known = ['the original builds and was measured'];
  if (passed)
    known.push(`the repaired file builds${passed.attempt.behaviour.verdict === 'same' ? ' and does the same' : ''}`);
  if (repaired) known.push('it was measured');
  return [end, `Known so far: ${known.join(', ')}.`, 'The fixes are not proved.'];
}

function counted(count: number, singular: string, several = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : several}`;
}
