import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RespondProcess, startRespond, until, webhookOf } from './respond-process.ts';

// The responder as a process, with certificates of openssl and without a cluster: whom it lets in, and what it does when a file changes.

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe('plimsoll respond with mutual TLS', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-respond-tls-'));
  const file = (name: string) => path.join(directory, name);
  let respond: RespondProcess;

  beforeAll(async () => {
    if (!hasOpenssl && process.env.CI === 'true') throw new Error('openssl is missing');
    if (!hasOpenssl) return;
    for (const name of ['ours', 'theirs']) makeAuthority(name);
    makeCertificate('server', 'ours', '01');
    makeCertificate('alertmanager', 'ours', '02');
    makeCertificate('stranger', 'theirs', '03');
    writeFileSync(file('policy.yaml'), policy('leaks'));
    // Nothing answers there: the responder stands by, and says so to whoever may ask.
    writeFileSync(
      file('kubeconfig'),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:9' } }],
        users: [{ name: 'u', user: {} }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    respond = await startRespond([
      ...['--policy', file('policy.yaml'), '--kubeconfig', file('kubeconfig'), '--namespace', 'monitoring'],
      ...['--tls-cert', file('server.crt'), '--tls-key', file('server.key'), '--client-ca', file('ours.crt')],
    ]);
  }, 60_000);
  beforeEach((context) => {
    if (!hasOpenssl) context.skip('openssl is missing');
  });
  afterAll(() => {
    respond?.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  function openssl(args: readonly string[]): void {
    const { status, stderr } = spawnSync('openssl', args, { cwd: directory, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  function makeAuthority(name: string): void {
    const subject = ['-subj', `/CN=${name}`, '-days', '2'];
    openssl([
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      ...subject,
    ]);
  }

  function makeCertificate(name: string, authority: string, serial: string): void {
    writeFileSync(file('extensions'), 'subjectAltName=IP:127.0.0.1\n');
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key.new`];
    openssl(['req', '-new', ...key, '-out', `${name}.csr`, '-subj', `/CN=${name}`]);
    const signer = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-set_serial', `0x${serial}`];
    openssl([
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...signer,
      '-days',
      '1',
      '-extfile',
      'extensions',
      '-out',
      `${name}.crt.new`,
    ]);
    // As a mounted Secret changes: both at once, as nearly as that can be done here.
    for (const end of ['key', 'crt']) writeFileSync(file(`${name}.${end}`), readFileSync(file(`${name}.${end}.new`)));
  }

  /** The status, or the code of what went wrong, with the serial number of the server's certificate. */
  function ask(
    method: string,
    where: string,
    client?: string,
  ): Promise<{ readonly status: string; readonly serial: string }> {
    const body = method === 'POST' ? JSON.stringify(webhookOf({ alertname: 'Leak' }, '2026-11-27T10:00:00Z')) : '';
    return new Promise((resolve) => {
      let serial = '';
      const request = https.request(
        `${respond.url}${where}`,
        {
          method,
          agent: false,
          ca: readFileSync(file('ours.crt')),
          ...(client !== undefined && {
            cert: readFileSync(file(`${client}.crt`)),
            key: readFileSync(file(`${client}.key`)),
          }),
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve({ status: String(response.statusCode), serial }));
        },
      );
      request.on('socket', (socket) =>
        socket.on('secureConnect', () => {
          serial = 'getPeerCertificate' in socket ? Object(socket).getPeerCertificate().serialNumber : '';
        }),
      );
      request.on('error', (error) => resolve({ status: 'code' in error ? String(error.code) : error.message, serial }));
      request.end(body);
    });
  }

  it.each([
    ['a certificate of the authority', 'alertmanager', '503'],
    ['a certificate of another authority', 'stranger', '401'],
    ['no certificate', undefined, '401'],
  ])('%s (%s): a webhook gets %s', async (_, client, status) => {
    expect((await ask('POST', '/alerts', client)).status).toBe(status);
  });

  it('answers for health and metrics without a certificate: kubelet and Prometheus have none', async () => {
    for (const where of ['/healthz', '/readyz', '/metrics']) expect((await ask('GET', where)).status).toBe('200');
  });

  it('takes a renewed certificate over', async () => {
    expect((await ask('GET', '/healthz')).serial).toBe('01');
    makeCertificate('server', 'ours', '0A');
    await until(() => respond.log.some(({ message }) => message === 'the renewed certificate is in use'), 10);
    expect((await ask('GET', '/healthz')).serial).toBe('0A');
    expect((await ask('POST', '/alerts', 'alertmanager')).status).toBe('503');
  });

  it('takes a changed policy over, and keeps the old one where the new one has a mistake', async () => {
    writeFileSync(
      file('policy.yaml'),
      `${policy('leaks')}  - {name: more, alerts: Other, namespaces: shop, workloads: deployment/web, do: incident}\n`,
    );
    await until(() => respond.log.some(({ message }) => /a new policy is in force: 2 rules/.test(String(message))), 10);
    writeFileSync(file('policy.yaml'), policy('leaks').replace('do: restart', 'do: reboot'));
    const told = await until(
      () => respond.log.find(({ message }) => /the old policy stays in force/.test(String(message))),
      10,
    );
    expect(told).toMatchObject({ level: 'error' });
    expect(String(told.message)).toMatch(/policy\.yaml:\d+:\d+: /);
    expect((await ask('GET', '/readyz')).status).toBe('200');
    writeFileSync(file('policy.yaml'), policy('leaks'));
    await until(() => respond.log.some(({ message }) => /a new policy is in force: 1 rule,/.test(String(message))), 10);
  });
});

function policy(name: string): string {
  return `version: 1
rules:
  - {name: ${name}, alerts: Leak, namespaces: shop, workloads: deployment/web, do: restart}
`;
}
