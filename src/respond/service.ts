import { readFileSync } from 'node:fs';
import { Server as TlsServer } from 'node:tls';
import { errorCode, UserError } from '../core/errors.ts';
import type { ClusterClient } from '../kubernetes/cluster-client.ts';
import type { ResponseMode } from '../kubernetes/response/response-policy.ts';
import { apiCluster } from './api-cluster.ts';
import { systemClock } from './clock.ts';
import { policyFile } from './policy-file.ts';
import { startResponder } from './responder.ts';
import { secretFile } from './secret-file.ts';
import { responderServer, type TlsFiles, tlsOptions } from './server.ts';
import { telemetry } from './telemetry.ts';

/** What `plimsoll respond` is started with. */
export interface ServiceSettings {
  readonly policy: string;
  readonly host: string;
  readonly port: number;
  readonly tokenFile: string | undefined;
  readonly approvalKeyFile: string | undefined;
  readonly tls: TlsFiles | undefined;
  readonly mode: ResponseMode | undefined;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly bodyLimit: number;
  readonly webhooksPerSecond: number;
}

const lookEvery = 2000;

/**
 * Runs the responder until the signal says that it is over: then what is begun is ended, and the lease given back.
 * @param write takes lines of the log
 * @throws UserError for a policy, file or address that cannot be used
 */
export async function runService(
  settings: ServiceSettings,
  client: ClusterClient,
  write: (text: string) => void,
  stop: AbortSignal,
): Promise<void> {
  const clock = systemClock();
  const told = telemetry(write, clock.wall);
  const warn = (path: string) => (message: string) => told.say('warning', message, { file: path });
  const key = settings.approvalKeyFile;
  const policy = policyFile(
    settings.policy,
    (read) => {
      if (key === undefined && read.rules.some(({ approval }) => approval))
        throw new UserError('a rule of the policy needs approval, and links are signed with a key', {
          where: settings.policy,
          remedy: 'Give the file of one: --approval-key-file FILE.',
        });
    },
    (loaded, message) => {
      told.policy(loaded);
      told.say(loaded ? 'info' : 'error', message);
    },
  );
  const tokens =
    settings.tokenFile === undefined ? undefined : secretFile(settings.tokenFile, clock.now, warn(settings.tokenFile));
  const approvalKeys = key === undefined ? undefined : secretFile(key, clock.now, warn(key));
  const responder = startResponder({
    cluster: apiCluster(client, told.apiRequest),
    clock,
    telemetry: told,
    policy: policy.policy,
    forcedMode: settings.mode,
    namespace: settings.namespace,
    name: settings.name,
    identity: settings.identity,
    approvalKey: approvalKeys && (() => Buffer.from(approvalKeys.lines()[0] ?? '', 'utf8')),
  });
  const app = responderServer({
    responder,
    telemetry: told,
    clock,
    tokens,
    tls: settings.tls,
    bodyLimit: settings.bodyLimit,
    webhooksPerSecond: settings.webhooksPerSecond,
    hasPolicy: () => true,
  });
  const lookAtCertificate = () => {
    if (settings.tls && app.server instanceof TlsServer) renewCertificate(app.server, settings.tls, told.say);
  };
  // Knows from now on what is in use.
  lookAtCertificate();
  const looking = setInterval(() => {
    policy.look();
    lookAtCertificate();
  }, lookEvery);
  try {
    const address = await listen(() => app.listen({ host: settings.host, port: settings.port }), settings);
    told.say('info', 'listening', { address, cluster: client.server, namespace: settings.namespace });
    await new Promise<void>((resolve) => {
      if (stop.aborted) resolve();
      stop.addEventListener('abort', () => resolve(), { once: true });
    });
    told.say('info', 'stopping');
  } finally {
    clearInterval(looking);
    await app.close();
    await responder.stop();
    client.close();
  }
}

async function listen(start: () => Promise<string>, { host, port }: ServiceSettings): Promise<string> {
  try {
    return await start();
  } catch (cause) {
    const reason = errorCode(cause) ?? String(cause);
    throw new UserError(`cannot listen there: ${reason}`, { where: `${host}:${port}`, cause });
  }
}

const certificates = new WeakMap<TlsServer, string>();

/** A certificate that was renewed in its file is used for new connections. */
function renewCertificate(
  server: TlsServer,
  files: TlsFiles,
  say: (level: 'info' | 'warning', message: string, fields?: Readonly<Record<string, unknown>>) => void,
): void {
  try {
    const now = [files.certificate, files.key, files.clientAuthority ?? files.certificate]
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const before = certificates.get(server);
    certificates.set(server, now);
    if (before === undefined || before === now) return;
    server.setSecureContext(tlsOptions(files));
    say('info', 'the renewed certificate is in use');
  } catch (error) {
    say('warning', 'the certificate cannot be renewed; the last one stays in use', {
      error: error instanceof Error ? error.message : String(error),
    });
  }
}
