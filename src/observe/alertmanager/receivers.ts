import type { ObserveChoices, Receiver } from '../observe-plan.ts';
import { everyone, type Team } from './teams.ts';

/**
 * What a receiver is for. `chat` is read when there is time and gets everything; `pager` wakes somebody and gets what is critical;
 * `webhook` is a program.
 */
export type ReceiverPurpose = 'chat' | 'pager' | 'webhook';

const chat: readonly Receiver[] = ['email', 'slack', 'teams'];
const pager: readonly Receiver[] = ['pagerduty', 'sms-sns', 'sms-webhook'];

/** The kinds of receiver that serve a purpose, of those that were chosen. PagerDuty alone is told everything, with its severity. */
export function kindsFor(purpose: ReceiverPurpose, { receivers }: ObserveChoices): readonly Receiver[] {
  const chosen = (kinds: readonly Receiver[]) => kinds.filter((kind) => receivers.includes(kind));
  switch (purpose) {
    case 'webhook':
      return chosen(['webhook']);
    case 'chat':
      return chosen(chat).length > 0 ? chosen(chat) : chosen(['pagerduty']);
    case 'pager':
      return chosen(chat).length > 0 ? chosen(pager) : chosen(pager).filter((kind) => kind !== 'pagerduty');
  }
}

/** The name of a team's receiver. */
export function receiverName({ name }: Team, purpose: 'chat' | 'pager'): string {
  return purpose === 'chat' ? name : `${name}-pager`;
}

/** Every receiver with what it sends by, in the order in which they are written. */
export function receiversOf(
  teams: readonly Team[],
  choices: ObserveChoices,
): { readonly name: string; readonly team: Team; readonly kinds: readonly Receiver[] }[] {
  const of = (purpose: 'chat' | 'pager') =>
    [everyone, ...teams].map((team) => ({
      name: receiverName(team, purpose),
      team,
      kinds: kindsFor(purpose, choices),
    }));
  const webhook = kindsFor('webhook', choices);
  return [
    ...of('chat'),
    ...of('pager').filter(({ kinds }) => kinds.length > 0),
    ...(webhook.length > 0 ? [{ name: 'webhook', team: everyone, kinds: webhook }] : []),
  ];
}
