import type { ObserveChoices } from '../observe-plan.ts';
import { kindsFor, receiverName } from './receivers.ts';
import { everyone, type Team } from './teams.ts';

export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** One route: where alerts go that match, unless one of the routes below it takes them. Durations as Alertmanager writes them. */
export interface Route {
  readonly why?: string;
  readonly receiver: string;
  readonly matchers: readonly Matcher[];
  /** The routes after it are asked too. */
  readonly goesOn?: boolean;
  readonly groupWait?: string;
  readonly groupInterval?: string;
  readonly repeatInterval?: string;
  /** Nothing is sent in quiet hours; what still fires afterwards is. Not inherited by the routes below. */
  readonly quiet?: boolean;
  readonly routes?: readonly Route[];
}

/** What the root says of itself: the defaults of all routes. */
export const rootRoute = {
  groupBy: ['alertname', 'namespace', 'workload'],
  groupWait: '30s',
  groupInterval: '5m',
  repeatInterval: '4h',
} as const;

const severity = (value: string): Matcher => ({ label: 'severity', operator: '=', value });

/** The routes below the root, in the order in which they are asked: program, pager, chat. */
export function routesOf(teams: readonly Team[], choices: ObserveChoices): readonly Route[] {
  const quiet = choices.quietHours !== undefined;
  const toTeams = (purpose: 'chat' | 'pager', muted: boolean): readonly Route[] =>
    teams.map((team) => ({
      receiver: receiverName(team, purpose),
      matchers: [{ label: 'team', operator: '=', value: team.label }],
      ...(muted && { quiet }),
    }));
  const chat = receiverName(everyone, 'chat');
  return [
    {
      why: 'Watchdog and the like: that it arrives shows that alerting works. Nobody wants to read it: point a dead man’s switch at it instead.',
      receiver: 'nobody',
      matchers: [severity('none')],
    },
    ...programRoute(choices),
    ...(kindsFor('webhook', choices).length === 0
      ? []
      : [
          {
            why: 'What plimsoll respond asks for: the link is good for half an hour, in quiet hours too.',
            receiver: chat,
            matchers: [
              { label: 'alertname', operator: '=', value: 'PlimsollResponse' },
              { label: 'outcome', operator: '=', value: 'approval' },
            ] satisfies Matcher[],
            groupWait: '5s',
            repeatInterval: '10m',
            routes: toTeams('chat', false),
          },
        ]),
    ...(kindsFor('pager', choices).length === 0
      ? []
      : [
          {
            why: 'What is critical wakes somebody, and then goes on to where everything can be read.',
            receiver: receiverName(everyone, 'pager'),
            matchers: [severity('critical')],
            goesOn: true,
            // Long enough for the alerts of one cause to come together, short enough for a page.
            groupWait: '10s',
            repeatInterval: '1h',
            routes: toTeams('pager', false),
          },
        ]),
    {
      why: 'What is only to be known: once a day is enough.',
      receiver: chat,
      matchers: [severity('info')],
      groupInterval: '1h',
      repeatInterval: '24h',
      quiet,
      routes: toTeams('chat', true),
    },
    {
      why: 'What can wait until somebody works again.',
      receiver: chat,
      matchers: [severity('warning')],
      repeatInterval: '12h',
      quiet,
      routes: toTeams('chat', true),
    },
    {
      why: 'The rest: critical, and alerts of other people’s rules that name no severity.',
      receiver: chat,
      matchers: [],
      routes: toTeams('chat', false),
    },
  ];
}

function programRoute(choices: ObserveChoices): Route[] {
  if (kindsFor('webhook', choices).length === 0) return [];
  return [
    {
      why: 'The program that answers (plimsoll respond) sees everything that fires, and people get it all the same. It tells repetitions apart by group, fingerprint and start.',
      receiver: 'webhook',
      matchers: [],
      goesOn: true,
      // A leak is answered in seconds; alerts that come a little later are in the next message.
      groupWait: '5s',
      groupInterval: '1m',
      // A program that was away hears of it again within minutes.
      repeatInterval: '10m',
    },
  ];
}

export interface Inhibition {
  readonly why: string;
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  readonly equal: readonly string[];
}

/**
 * What silences what. A label that neither alert has counts as equal: without `workload!=""` one critical alert would silence the warnings of
 * everything that names no workload. https://prometheus.io/docs/alerting/latest/configuration/#inhibit_rule
 */
export const inhibitions: readonly Inhibition[] = [
  {
    why: 'Who is told that a workload fails need not be told that it is slow. Only of the same workload, and not what plimsoll respond does about it.',
    source: [severity('critical'), { label: 'workload', operator: '!=', value: '' }],
    target: [
      { label: 'severity', operator: '=~', value: 'warning|info' },
      { label: 'workload', operator: '!=', value: '' },
      // What plimsoll respond did about it, or asks for, is about the same workload and no lesser trouble of it.
      { label: 'alertname', operator: '!=', value: 'PlimsollResponse' },
    ],
    equal: ['namespace', 'workload'],
  },
  {
    why: 'A node that is gone takes its pods with it: the node is what has to be looked at.',
    source: [
      { label: 'alertname', operator: '=~', value: 'NodeDown|NodeNotReady|KubeletDown|KubeNodeNotReady' },
      { label: 'node', operator: '!=', value: '' },
    ],
    target: [
      { label: 'node', operator: '!=', value: '' },
      { label: 'alertname', operator: '!~', value: 'NodeDown|NodeNotReady|KubeletDown|KubeNodeNotReady' },
    ],
    equal: ['node'],
  },
];

/** A matcher as Alertmanager's parser reads it: the value in double quotes with Go's escapes, of which JSON's are a part. */
export function matcherText({ label, operator, value }: Matcher): string {
  return `${label}${operator}${JSON.stringify(value)}`;
}
