import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertmanagerPart } from '../../../src/observe/alertmanager/part.ts';
import { inhibitions, type Matcher } from '../../../src/observe/alertmanager/routes.ts';
import { allReceivers, planOf } from '../observe-choices.ts';

// Where alerts go is asked of amtool, which has Alertmanager's own code: scripts/system-parts alertmanager.

const amtool = path.resolve('.cache/bin/amtool');
const missing = !existsSync(amtool);
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-routes-'));
const ask = (...args: string[]) => spawnSync(amtool, args, { encoding: 'utf8' });
const quietHours = { from: '22:00', to: '07:00', zone: 'Europe/Berlin', weekends: true };

function write(name: string, plan: Parameters<typeof alertmanagerPart.write>[0]): string {
  for (const { path: file, text } of alertmanagerPart.write(plan)) {
    const place = path.join(directory, name, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
  return path.join(directory, name, 'base/alertmanager/alertmanager.yaml');
}

beforeAll(() => {
  if (missing && process.env.CI === 'true') throw new Error('amtool is missing: scripts/system-parts alertmanager');
});
beforeEach((context) => {
  if (missing) context.skip('amtool is missing: scripts/system-parts alertmanager');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('amtool takes the configuration', () => {
  const teams = [{ team: 'shop' }, { team: 'Big Data @ Home' }];
  it.each([
    ['of each receiver alone', allReceivers.map((each) => planOf(teams, { receivers: [each] }))],
    ['of all of them, with quiet hours', [planOf(teams, { receivers: allReceivers, quietHours })]],
    ['without workloads', [planOf([], {})]],
    [
      'of teams whose names are as bad as can be',
      [planOf([{ team: '"}\' \\ # {{ x }}' }, { team: "it's" }, { team: 'everyone' }], { receivers: allReceivers })],
    ],
  ])('%s', (title, plans) => {
    for (const [at, plan] of plans.entries()) {
      const { status, stdout, stderr } = ask('check-config', write(`${title} ${at}`, plan));
      expect(status, stdout + stderr).toBe(0);
      expect(stdout).toContain(' - 1 templates');
    }
  });
});

describe('what plimsoll respond tells', () => {
  const data = {
    status: 'firing',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'PlimsollResponse', severity: 'warning', namespace: 'shop', workload: 'web' },
        annotations: {
          summary: 'restart of shop/web waits for a word',
          approve: 'https://r.example.com/approve/ab.1.c.d_e-f',
          evidence: 'log of web-1/main:\n  <b>out of\u001b[31m memory</b>',
        },
        startsAt: '2026-11-27T10:00:00Z',
      },
    ],
  };

  it.each([
    ['plimsoll.text', ['approve/ab.1.c.d_e-f', 'log of web-1/main:\n  <b>out of [31m memory</b>']],
    ['plimsoll.html', ['href="https://r.example.com/approve/ab.1.c.d_e-f"', '&lt;b&gt;out of [31m memory&lt;/b&gt;']],
    ['plimsoll.slack.text', ['approve/ab.1.c.d_e-f']],
    ['plimsoll.teams.text', ['approve/ab.1.c.d']],
  ])('%s has the link for a word, and evidence where there is room', (template, expected) => {
    const base = path.dirname(write('respond', planOf([], { receivers: allReceivers })));
    const file = path.join(directory, 'data.json');
    writeFileSync(file, JSON.stringify(data));
    const { stdout, stderr } = ask(
      ...['template', 'render', `--template.glob=${base}/templates/*.tmpl`, `--template.data=${file}`],
      ...[
        `--template.text={{ template "${template}" . }}`,
        ...(template.endsWith('html') ? ['--template.type=html'] : []),
      ],
    );
    for (const text of expected) expect(stdout, stderr).toContain(text);
  });

  it.each(['info', 'warning'])('is not silenced by the critical alert that it is about: %s', (severity) => {
    const labels = (given: Readonly<Record<string, string>>) => (matcher: Matcher) => {
      const value = given[matcher.label] ?? '';
      const fits = matcher.operator.endsWith('~')
        ? new RegExp(`^(?:${matcher.value})$`).test(value)
        : value === matcher.value;
      return matcher.operator.startsWith('!') ? !fits : fits;
    };
    const about = { namespace: 'shop', workload: 'web' };
    const silences = (alertname: string) =>
      inhibitions.some(
        ({ source, target }) =>
          source.every(labels({ ...about, alertname: 'ContainerCrashLooping', severity: 'critical' })) &&
          target.every(labels({ ...about, alertname, severity })),
      );
    expect(silences('ContainerCpuSaturated')).toBe(true);
    expect(silences('PlimsollResponse')).toBe(false);
  });
});

describe('an alert goes to', () => {
  const plan = planOf([{ team: 'shop' }, { team: 'data' }], { receivers: allReceivers, quietHours });
  it.each([
    ['the team’s pager and its chat when it is critical', 'severity=critical team=shop', 'webhook,shop-pager,shop'],
    ['the team’s chat alone when it is a warning', 'severity=warning team=data', 'webhook,data'],
    ['everyone when the team is not known', 'severity=critical team=legal', 'webhook,everyone-pager,everyone'],
    ['everyone when there is no team', 'severity=warning', 'webhook,everyone'],
    ['the team when it is only to be known', 'severity=info team=shop', 'webhook,shop'],
    ['everyone when it names no severity', 'alertname=Other', 'webhook,everyone'],
    [
      'the team when the responder asks',
      'alertname=PlimsollResponse outcome=approval severity=warning team=shop',
      'webhook,shop',
    ],
    ['nobody, the program neither, when it always fires', 'severity=none alertname=Watchdog', 'nobody'],
  ])('%s', (title, labels, receivers) => {
    const file = write(title, plan);
    const { stdout, stderr } = ask('config', 'routes', 'test', '--config.file', file, ...labels.split(' '));
    expect(stdout.trim(), stderr).toBe(receivers);
  });

  it('PagerDuty alone gets everything, with its severity', () => {
    const file = write('pagerduty', planOf([{ team: 'shop' }], { receivers: ['pagerduty'] }));
    const test = (...labels: string[]) =>
      ask('config', 'routes', 'test', '--config.file', file, ...labels).stdout.trim();
    expect(test('severity=warning', 'team=shop')).toBe('shop');
    expect(test('severity=critical', 'team=shop')).toBe('shop');
  });
});
