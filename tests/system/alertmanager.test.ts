import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertmanagerPart } from '../../src/observe/alertmanager/part.ts';
import { secretDirectory, secretFiles } from '../../src/observe/alertmanager/secret-files.ts';
import type { ObservePlan } from '../../src/observe/observe-plan.ts';
import { allReceivers, planOf } from '../observe/observe-choices.ts';
import {
  type Alert,
  alertmanagerBinary,
  type RequestRecorder,
  type RunningAlertmanager,
  recordRequests,
  startAlertmanager,
} from './alertmanager.ts';
import { type SmtpServer, startSmtpServer } from './smtp-server.ts';

// A real Alertmanager with the configuration that plimsoll observe writes sends to a real mail server and to receivers shaped like Slack,
// Teams, PagerDuty, SNS, an SMS gateway and the responder. Only addresses differ from what was written, and a test holds that.

const missing = !existsSync(alertmanagerBinary);
const reason = 'Alertmanager is missing: scripts/system-parts alertmanager';
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-alertmanager-'));
const secrets = path.join(directory, 'secrets');

let mail: SmtpServer;
let web: RequestRecorder;
let alertmanager: RunningAlertmanager;
let quiet: RunningAlertmanager;

/** Addresses in the generated configuration, and what they are here. */
function addresses(): readonly (readonly [string, string])[] {
  return [
    ['smtp.example.com:587', `localhost:${mail.port}`],
    ['https://sms.example.com/messages', `${web.url}/sms`],
    ['http://plimsoll-respond.monitoring.svc:8080/alerts', `${web.url}/respond`],
    [secretDirectory, secrets],
    // PagerDuty's address is not written at all: it is built in.
    ['  resolve_timeout: 5m\n', `  resolve_timeout: 5m\n  pagerduty_url: ${web.url}/pagerduty\n`],
  ];
}

function write(name: string, plan: ObservePlan): string {
  for (const file of alertmanagerPart.write(plan)) {
    const place = path.join(directory, name, file.path);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(
      place,
      addresses().reduce((text, [from, to]) => text.replaceAll(from, to), file.text),
    );
  }
  return path.join(directory, name, 'base/alertmanager/alertmanager.yaml');
}

/** A time of day so many hours from now, in UTC. */
const hourFromNow = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);

const plan = planOf([{ team: 'shop' }], { receivers: allReceivers });
const quietPlan = planOf([], {
  receivers: ['sms-webhook', 'slack'],
  quietHours: { from: hourFromNow(-2), to: hourFromNow(2), zone: 'UTC', weekends: false },
});

beforeAll(async () => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  if (missing) return;
  const certificate = makeCertificate();
  mail = await startSmtpServer(certificate, { user: 'alertmanager@example.com', password: 's3cret of mail' });
  const xml =
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';
  web = await recordRequests({
    '/slack': 'ok',
    '/quiet-slack': 'ok',
    '/teams': '',
    '/sms': '{}',
    '/respond': '{}',
    '/pagerduty': '{"status":"success"}',
    '/sns/': xml,
  });
  const values: Readonly<Record<string, string>> = {
    'smtp-password': 's3cret of mail\n',
    'slack-webhook-url': `${web.url}/slack\n`,
    'teams-webhook-url': `${web.url}/teams`,
    'pagerduty-routing-key': 'key-of-pagerduty',
    'aws-credentials': '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n',
    'sms-gateway-token': 'token-of-sms',
    'webhook-token': 'token-of-responder',
  };
  mkdirSync(secrets);
  for (const { key } of secretFiles) writeFileSync(path.join(secrets, key), values[key] ?? '');
  const environment = {
    // Who signed the mail server's certificate is in no configuration here: it is of an authority that the system trusts.
    SSL_CERT_FILE: path.join(directory, 'ca.pem'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(secrets, 'aws-credentials'),
    AWS_ENDPOINT_URL_SNS: `${web.url}/sns/`,
  };
  alertmanager = await startAlertmanager(write('all', plan), path.join(directory, 'data'), environment);
  const quietFile = write('quiet', quietPlan);
  // A second Alertmanager with a channel of its own.
  writeFileSync(path.join(secrets, 'quiet-slack'), `${web.url}/quiet-slack`);
  writeFileSync(quietFile, readFileSync(quietFile, 'utf8').replaceAll('/slack-webhook-url', '/quiet-slack'));
  quiet = await startAlertmanager(quietFile, path.join(directory, 'quiet-data'), environment);
  await Promise.all([alertmanager.post(alerts), quiet.post(quietAlerts)]);
  // group_wait is 30 s as it is written; everything is sent then.
  await until(() => mail.mails.length >= 4 && requestsTo('/quiet-slack').length >= 1, 60_000);
  // What must not come has had the time to.
  await new Promise((resolve) => setTimeout(resolve, 3000));
}, 120_000);
beforeEach((context) => {
  if (missing) context.skip(reason);
});
afterAll(async () => {
  await Promise.all([alertmanager?.stop(), quiet?.stop()]);
  await Promise.all([mail?.stop(), web?.stop()]);
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

function alert(labels: Record<string, string>, annotations: Record<string, string> = {}): Alert {
  return {
    labels: { namespace: 'prod', team: 'shop', ...labels },
    annotations: {
      summary: `${labels.alertname} of ${labels.workload}`,
      runbook_url: 'https://runbooks.example/x',
      ...annotations,
    },
  };
}

const image = 'registry.example/web:1.2.3';
const evil = {
  image: 'evil:1"><script>alert(1)</script>',
  workload: '<!channel> *b* <http://evil.example|click> {{ .ExternalURL }}',
  summary: 'a: b\r\nBcc: victim@example.com\u0007 \u202eback & "quoted" [x](http://evil.example)',
};

const alerts: readonly Alert[] = [
  // Two pods of one workload: one message.
  alert({
    alertname: 'ContainerOOMKilled',
    severity: 'critical',
    workload: 'web',
    container: 'app',
    image,
    pod: 'web-1',
    node: 'n1',
  }),
  alert({
    alertname: 'ContainerOOMKilled',
    severity: 'critical',
    workload: 'web',
    container: 'app',
    image,
    pod: 'web-2',
    node: 'n1',
  }),
  // Silenced: the same workload is told of as critical.
  alert({ alertname: 'MemoryNearLimit', severity: 'warning', workload: 'web', image }),
  // Not silenced: another workload.
  alert({ alertname: 'MemoryNearLimit', severity: 'warning', workload: 'api', image }),
  // Neither names a workload: the one does not silence the other.
  alert(
    { alertname: 'DiskFull', severity: 'critical', namespace: '', team: '', instance: 'n1:9100' },
    { summary: 'Disk full' },
  ),
  alert(
    { alertname: 'ClockSkew', severity: 'warning', namespace: '', team: '', instance: 'n2:9100' },
    { summary: 'Clock skew' },
  ),
  // A node that is gone silences what ran on it.
  alert(
    { alertname: 'NodeNotReady', severity: 'critical', namespace: '', team: '', node: 'n9' },
    { summary: 'Node n9 is gone' },
  ),
  alert({ alertname: 'PodNotReady', severity: 'critical', workload: 'cart', node: 'n9', image }),
  // As bad as a value can be.
  alert(
    { alertname: 'Evil', severity: 'critical', namespace: 'evil', workload: evil.workload, image: evil.image },
    { summary: evil.summary },
  ),
];

const quietAlerts: readonly Alert[] = [
  alert({ alertname: 'LaterIsEnough', severity: 'warning', workload: 'web' }),
  alert({ alertname: 'NowOrNever', severity: 'critical', workload: 'api' }),
];

const requestsTo = (asked: string) => web.requests.filter((request) => request.path === asked);
const bodiesTo = (asked: string) => requestsTo(asked).map(({ body }) => JSON.parse(body));
const mailOf = (name: string) => mail.mails.filter(({ headers }) => headers.get('subject')?.[0]?.includes(name));

describe('a real Alertmanager with the generated configuration', () => {
  it('differs from what was written in addresses only', () => {
    const [written] = alertmanagerPart.write(plan).filter((file) => file.path.endsWith('alertmanager.yaml'));
    const before = (written?.text ?? '').split('\n');
    const after = readFileSync(path.join(directory, 'all/base/alertmanager/alertmanager.yaml'), 'utf8').split('\n');
    const added = after.filter((line) => !before.includes(line));
    for (const line of added)
      expect(line).toMatch(
        /^ *(?:- )?(?:smtp_smarthost|smtp_auth_password_file|api_url_file|url|webhook_url_file|routing_key_file|credentials_file|pagerduty_url|# .*): ?|^ {4}# \(/,
      );
    expect(after).toHaveLength(before.length + 1);
  });

  it('sends mail over STARTTLS, signed in with the password of the file, which says workload, image and finding', () => {
    const [message, ...more] = mailOf('ContainerOOMKilled');
    expect(more).toEqual([]);
    expect(mail.refusals).toEqual([]);
    expect(message).toMatchObject({
      from: 'alertmanager@example.com',
      to: ['shop@example.com'],
      user: 'alertmanager@example.com',
    });
    expect(message?.headers.get('subject')).toEqual(['[FIRING:2] critical ContainerOOMKilled prod/web']);
    const text = message?.parts.get('text/plain') ?? '';
    expect(text).toContain('Finding: ContainerOOMKilled of web\n');
    expect(text).toContain('Workload: prod/web\nContainer: app\nImage: registry.example/web:1.2.3\n');
    expect(text).toContain('Runbook: https://runbooks.example/x');
    expect(message?.parts.get('text/html')).toContain('<td>registry.example/web:1.2.3</td>');
    expect(message?.parts.get('text/html')).toContain('<a href="https://runbooks.example/x">');
  });

  it('groups the pods of a workload into one message', () => {
    expect(mailOf('ContainerOOMKilled')).toHaveLength(1);
    expect(
      mailOf('ContainerOOMKilled')[0]
        ?.parts.get('text/plain')
        ?.match(/^FIRING critical/gm),
    ).toHaveLength(2);
    expect(
      bodiesTo('/slack').filter(({ attachments }) => attachments[0].title.includes('ContainerOOMKilled')),
    ).toHaveLength(1);
  });

  it('silences the warning of a workload that is told of as critical, and no other', () => {
    const subjects = mail.mails.map(({ headers }) => headers.get('subject')?.[0]);
    expect(subjects).toContain('[FIRING:1] warning MemoryNearLimit prod/api');
    expect(subjects).not.toContain('[FIRING:1] warning MemoryNearLimit prod/web');
    expect(subjects).toContain('[FIRING:1] warning ClockSkew n2:9100');
    expect(subjects).toContain('[FIRING:1] critical DiskFull n1:9100');
  });

  it('silences what ran on a node that is gone', () => {
    expect(mailOf('NodeNotReady')).toHaveLength(1);
    expect(mailOf('PodNotReady')).toEqual([]);
  });

  it('tells the team’s people, and everyone where no team is named', () => {
    expect(mailOf('MemoryNearLimit')[0]?.to).toEqual(['shop@example.com']);
    expect(mailOf('DiskFull')[0]?.to).toEqual(['everyone@example.com']);
  });

  it('posts to Slack', () => {
    const [message] = bodiesTo('/slack').filter(({ attachments }) =>
      attachments[0].title.includes('ContainerOOMKilled'),
    );
    const [attachment] = message.attachments;
    expect(attachment).toMatchObject({
      title: '[FIRING:2] critical ContainerOOMKilled prod/web',
      color: 'danger',
      mrkdwn_in: ['pretext'],
    });
    expect(attachment.text).toContain(
      'Finding: ContainerOOMKilled of web\nWorkload: prod/web\nContainer: app\nImage: registry.example/web:1.2.3\n',
    );
  });

  it('sends a text message through the gateway, with its token, for what is critical only', () => {
    const texts = bodiesTo('/sms').map(({ text }) => text);
    expect(bodiesTo('/sms')[0]?.to).toEqual(['+15555550100']);
    expect(texts).toContain(
      '[FIRING:2] critical ContainerOOMKilled prod/web: ContainerOOMKilled of web Image registry.example/web:1.2.3',
    );
    expect(texts.join('\n')).not.toContain('warning');
    expect(new Set(requestsTo('/sms').map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer token-of-sms']),
    );
  });

  it('publishes to SNS, signed with the credentials of the file', () => {
    const sent = requestsTo('/sns/').map(({ body }) => new URLSearchParams(body));
    const message = sent.find((each) => each.get('Message')?.includes('ContainerOOMKilled'));
    expect(message?.get('TopicArn')).toBe('arn:aws:sns:eu-central-1:123456789012:alerts-shop');
    expect(message?.get('Message')).toContain('prod/web: ContainerOOMKilled of web Image registry.example/web:1.2.3');
    expect(requestsTo('/sns/')[0]?.authorization).toContain('AKIDEXAMPLE');
  });

  it('triggers PagerDuty and posts to Teams', () => {
    const event = bodiesTo('/pagerduty').find(({ payload }) => payload.class === 'ContainerOOMKilled');
    expect(event).toMatchObject({
      routing_key: 'key-of-pagerduty',
      event_action: 'trigger',
      payload: { severity: 'critical', component: 'web', group: 'prod' },
    });
    expect(event.payload.custom_details.firing[0].labels.image).toBe(image);
    const card = bodiesTo('/teams').find((each) => JSON.stringify(each).includes('ContainerOOMKilled'));
    expect(card.attachments[0].content.body[1].text).toContain('Image: registry.example/web:1.2.3');
  });

  it('gives the responder everything, unsilenced ones of every severity, with its token', () => {
    const messages = bodiesTo('/respond');
    expect(new Set(requestsTo('/respond').map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer token-of-responder']),
    );
    const names = new Set(messages.flatMap((each) => each.alerts.map((one: Alert) => one.labels.alertname)));
    expect(names).toEqual(
      new Set(['ContainerOOMKilled', 'MemoryNearLimit', 'DiskFull', 'ClockSkew', 'NodeNotReady', 'Evil']),
    );
    expect(messages[0]).toMatchObject({ version: '4', receiver: 'webhook' });
  });

  it('holds warnings back in quiet hours, and nothing that is critical', () => {
    const titles = bodiesTo('/quiet-slack').map(({ attachments }) => attachments[0].title);
    expect(titles).toEqual(['[FIRING:1] critical NowOrNever prod/api']);
  });

  it('writes values that hold markup, control characters, headers and templates as what they are', () => {
    const [message] = mailOf('Evil');
    // Neither a header of its own, nor markup, nor a character that reorders.
    expect(message?.headers.get('bcc')).toBeUndefined();
    expect(message?.to).toEqual(['shop@example.com']);
    const html = message?.parts.get('text/html') ?? '';
    expect(html).not.toContain('<script');
    expect(html).not.toMatch(/[\u0000-\u0008\u202e]/);
    expect(html).toContain('evil:1&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(message?.parts.get('text/plain')).toContain('Finding: a: b Bcc: victim@example.com back & "quoted"');
    const [slack] = bodiesTo('/slack').filter(({ attachments }) => attachments[0].title.includes('Evil'));
    expect(slack.attachments[0].text).toContain(
      '&lt;!channel&gt; *b* &lt;http://evil.example|click&gt; {{ .ExternalURL }}',
    );
    expect(JSON.stringify(slack)).not.toContain('<!channel>');
    expect(slack.attachments[0].fallback).not.toMatch(/[<>]/);
    const sms = bodiesTo('/sms').find(({ text }) => text.includes('Evil'));
    expect(sms.text).toContain(`evil/${evil.workload}: a: b Bcc: victim@example.com`);
    expect(sms.to).toEqual(['+15555550100']);
    const teams = bodiesTo('/teams').find((each) => JSON.stringify(each).includes('Evil'));
    expect(teams.attachments[0].content.body[1].text).toContain(
      '\\<!channel\\> \\*b\\* \\<http://evil.example\\|click\\>',
    );
    expect(teams.attachments[0].content.body[1].text).toContain('\\[x\\](http://evil.example)');
    const pagerduty = bodiesTo('/pagerduty').find(({ payload }) => payload.class === 'Evil');
    expect(pagerduty.payload.custom_details.firing[0].labels.image).toBe(evil.image);
  });
});

function makeCertificate(): { readonly key: string; readonly cert: string } {
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: directory, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  writeFileSync(path.join(directory, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
  );
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'mail.key', '-out', 'mail.csr', '-subj', '/CN=localhost');
  openssl(
    'x509',
    '-req',
    '-in',
    'mail.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'mail.pem',
    '-days',
    '2',
    '-extfile',
    'names',
  );
  const read = (name: string) => readFileSync(path.join(directory, name), 'utf8');
  return { key: read('mail.key'), cert: read('mail.pem') };
}

async function until(condition: () => boolean, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`nothing came:\n${alertmanager.log().slice(-8000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
