import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { UserError } from '../../src/core/errors.ts';
import { readPolicy } from '../../src/kubernetes/response/read-policy.ts';
import { recordName } from '../../src/kubernetes/response/response-grants.ts';
import { describePolicy } from '../../src/respond/describe-policy.ts';
import { policyOf, policyText } from './policies.ts';

const schema: object = JSON.parse(
  readFileSync(new URL('../../schemas/respond-policy.schema.json', import.meta.url), 'utf8'),
);
const accepts = new Ajv2020({ strict: true }).compile(schema);

const full = `version: 1
mode: act
limit: {actions: 5, window: 30m}
giveUpAfter: 5m
targetLabels: {namespace: [ns], workload: [app], kind: [kind], pod: [pod]}
hours:
  office: {timeZone: Europe/Vienna, days: [Mon, Fri], from: "08:00", to: "18:30"}
approval: {url: https://respond.example.com/, expires: 1h}
evidence: {prometheus: "http://prometheus:9090", logLines: 10, events: 5, queries: {memory: 'x{namespace=$namespace}'}}
record: {kind: file, directory: /var/records, keep: 10}
notify: {alertmanager: "http://alertmanager:9093", webhookUrlFile: /etc/slack}
rules:
  - name: leaks
    alerts: [Leak, "Memory*"]
    labels: {severity: critical}
    namespaces: [shop]
    workloads: [deployment/web, "statefulset/*", "api-*"]
    do: [restart, evidence, incident]
    mode: dry-run
    limit: {actions: 2, window: 2h}
    coolDown: 1h30m
    hours: office
    approval: true
    singleReplica: allow
  - {name: traffic, alerts: Busy, namespaces: "*", workloads: "*", do: scale, scale: {min: 2, max: 8, step: 2, giveBack: 30m}}
  - {name: broken, alerts: Crash, namespaces: shop, workloads: web, do: [rollback], rollback: {within: 2h, settled: 5m}}
`;

describe('a policy', () => {
  it('is read with all that it may say', () => {
    const policy = readPolicy('p.yaml', full);
    expect(policy).toMatchObject({
      mode: 'act',
      limit: { actions: 5, seconds: 1800 },
      giveUpAfter: 300,
      targetLabels: { namespace: ['ns'], workload: ['app'] },
      approval: { url: 'https://respond.example.com', expires: 3600 },
      evidence: { prometheus: 'http://prometheus:9090', logLines: 10, events: 5 },
      record: { kind: 'file', directory: '/var/records', keep: 10 },
    });
    expect(policy.rules[0]).toMatchObject({
      mode: 'dry-run',
      coolDown: 5400,
      approval: true,
      allowSingleReplica: true,
      hours: { days: [1, 5], from: 480, to: 1110 },
      workloads: [
        { kind: 'deployment', name: 'web' },
        { kind: 'statefulset', name: '*' },
        { kind: undefined, name: 'api-*' },
      ],
    });
    expect(policy.rules[1]).toMatchObject({
      scale: { minimum: 2, maximum: 8, step: 2, giveBack: 1800 },
      namespaces: ['*'],
    });
    expect(policy.rules[2]).toMatchObject({ rollback: { within: 7200, settled: 300 } });
  });

  it('does nothing but show what it would do, where it does not say otherwise', () => {
    expect(readPolicy('p.yaml', policyText('').replace('mode: act\n', '')).mode).toBe('dry-run');
  });

  it('is accepted by the published schema', () => {
    expect(accepts(parse(full)), JSON.stringify(accepts.errors)).toBe(true);
    expect(accepts(parse(policyText('singleReplica: allow')))).toBe(true);
  });

  it.each([
    ['a word that is none', policyText('').replace('[restart]', '[restrat]'), 'p.yaml:9:10', 'is «restart» meant?'],
    ['a field that is none', policyText('cooldown: 1h'), 'p.yaml:10:5', 'is «coolDown» meant?'],
    ['a field twice', policyText('mode: act\nmode: act'), 'p.yaml:11:5', 'unique'],
    ['no YAML', 'version: [1', 'p.yaml:1:', 'no valid YAML'],
    ['nothing', '', 'p.yaml:1:1', 'empty'],
    ['another version', policyText('').replace('version: 1', 'version: 2'), 'p.yaml:1:10', 'from 1 to 1'],
    [
      'two changes in one rule',
      policyText('').replace('[restart]', '[restart, scale]'),
      'p.yaml:9:9',
      'one change a rule',
    ],
    ['scale without limits', policyText('').replace('[restart]', '[scale]'), 'p.yaml:9:9', 'needs its limits'],
    ['scale limits of a rule that does not scale', policyText('scale: {max: 3}'), 'p.yaml:10:12', 'does not scale'],
    [
      'a maximum below the minimum',
      policyText('scale: {min: 4, max: 3}').replace('[restart]', '[scale]'),
      'p.yaml:10:12',
      'greater',
    ],
    [
      'a rollback of a StatefulSet',
      policyText('').replace('[restart]', '[rollback]').replace('deployment/web', 'statefulset/db'),
      'p.yaml:8:17',
      'only Deployments',
    ],
    [
      'a pattern of namespaces',
      policyText('').replace('[shop]', '["team-*"]'),
      'p.yaml:7:18',
      'RBAC knows no patterns',
    ],
    [
      'a kind that is not changed',
      policyText('').replace('deployment/web', 'cronjob/web'),
      'p.yaml:8:17',
      'not «cronjob/web»',
    ],
    [
      'a time to give back that is too short',
      policyText('scale: {max: 3, giveBack: 1s}').replace('[restart]', '[scale]'),
      'p.yaml:10:31',
      'a duration from 10s to 7d',
    ],
    ['hours that are not there', policyText('hours: office'), 'p.yaml:10:12', 'no hours «office»'],
    [
      'a time zone that is none',
      policyText('hours: o', 'hours: {o: {timeZone: Mars/Base, from: "08:00", to: "09:00"}}'),
      'p.yaml:3:23',
      'no time zone',
    ],
    [
      'a time that is none',
      policyText('hours: o', 'hours: {o: {timeZone: UTC, from: "8", to: "09:00"}}'),
      'p.yaml:3:34',
      'a time such as',
    ],
    ['approval without an address', policyText('approval: true'), 'p.yaml:5:3', 'links begin with'],
    ['a duration that is none', policyText('coolDown: 15'), 'p.yaml:10:15', 'a duration such as'],
    ['a duration that is too short', policyText('coolDown: 1s'), 'p.yaml:10:15', 'from 10s to 7d'],
    ['a limit of nothing', policyText('limit: {actions: 0}'), 'p.yaml:10:22', 'from 1 to 200'],
    [
      'two rules of one name',
      `${policyText('')}${policyText('').split('rules:\n')[1]}`,
      'p.yaml:11:5',
      'two rules «leaks»',
    ],
    ['a value that is left out', policyText('coolDown:'), 'p.yaml:10:5', 'has no value'],
    ['no rules', 'version: 1\nrules: []\n', 'p.yaml:2:8', 'is empty'],
  ])('with a mistake says line and reason: %s', (_, text, where, reason) => {
    const error = errorOf(() => readPolicy('p.yaml', text));
    expect(error.where).toContain(where);
    expect(`${error.message} ${error.remedy ?? ''}`).toContain(reason);
  });

  it('has a schema that refuses what the reader refuses, where a schema can say it', () => {
    for (const text of [
      policyText('cooldown: 1h'),
      policyText('').replace('[restart]', '[restrat]'),
      policyText('').replace('[shop]', '["team-*"]'),
      policyText('limit: {actions: 0}'),
      policyText('coolDown: 15'),
      'version: 1\nrules: []\n',
    ])
      expect(accepts(parse(text)), text).toBe(false);
  });
});

it.each([
  ['', true],
  ['notify: {alertmanager: "http://alertmanager:9093"}', false],
  ['notify: {webhookUrlFile: /secrets/chat}', false],
])('says where nobody gets the link by which a person confirms: %s', (notify, told) => {
  const text = describePolicy(policyOf('approval: true', `approval: {url: "https://r.example.com"}\n${notify}`));
  expect(text.includes('nobody gets the link')).toBe(told);
});

function errorOf(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('no mistake was found');
}

it('responders of two names have records of two names', () => {
  expect(recordName(3)).toBe('plimsoll-incident-3');
  expect(recordName(3, 'night-shift')).toBe('night-shift-incident-3');
});
