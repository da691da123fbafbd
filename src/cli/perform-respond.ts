import { randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import { meantOf } from '../core/nearest.ts';
import { printable } from '../core/printable.ts';
import { readPolicy } from '../kubernetes/response/read-policy.ts';
import type { ResponsePolicy } from '../kubernetes/response/response-policy.ts';
import { describePolicy } from '../respond/describe-policy.ts';
import { readPolicyFile } from '../respond/policy-file.ts';
import type { ParsedArguments, Terminal } from './command.ts';

const dnsName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Runs the responder, checks a policy or prints manifests, as the arguments of `plimsoll respond` say. */
export async function performRespond(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const [what, file, more] = parsed.positionals;
  if (what === 'check') {
    if (file === undefined || more !== undefined)
      throw new UserError('check takes one policy: plimsoll respond check POLICY');
    terminal.stdout.write(describePolicy(policyIn(terminal, file)));
    return exitCodes.clean;
  }
  if (what === 'manifests' && file === undefined) {
    await printManifests(parsed, terminal);
    return exitCodes.clean;
  }
  if (what !== undefined)
    throw new UserError(
      `respond takes «check POLICY», «manifests» or nothing; not «${printable(parsed.positionals.join(' '))}»${meantOf(what, ['check', 'manifests'])}`,
      {
        remedy: '«plimsoll respond --help» says what each does.',
      },
    );
  await serve(parsed, terminal);
  return exitCodes.clean;
}

function policyIn(terminal: Terminal, file: string): ResponsePolicy {
  return readPolicy(file, textOf(terminal, file));
}

function textOf(terminal: Terminal, file: string): string {
  return readPolicyFile(path.resolve(terminal.cwd, file));
}

function policyFlag(parsed: ParsedArguments): string {
  const file = parsed.value('policy');
  if (file === undefined)
    throw new UserError('a policy is needed: --policy FILE', { remedy: 'docs/respond.md has one to begin with.' });
  return file;
}

async function printManifests(parsed: ParsedArguments, terminal: Terminal): Promise<void> {
  const { responderManifests } = await import('../observe/respond/manifests.ts');
  const { plimsollImage, plimsollImageNote } = await import('../observe/plimsoll-image.ts');
  const file = policyFlag(parsed);
  const files = responderManifests({
    policy: policyIn(terminal, file),
    policyText: textOf(terminal, file),
    namespace: nameOf(parsed, 'namespace') ?? 'monitoring',
    image: parsed.value('image') ?? plimsollImage,
    imageNote: plimsollImageNote,
    mode: modeOf(parsed),
    keda: parsed.has('keda'),
  });
  terminal.stdout.write(files.map(({ text }) => text).join('---\n'));
}

async function serve(parsed: ParsedArguments, terminal: Terminal): Promise<void> {
  const policy = policyFlag(parsed);
  const resolve = (name: string) => {
    const value = parsed.value(name);
    return value === undefined ? undefined : path.resolve(terminal.cwd, value);
  };
  const tls = tlsOf(resolve('tls-cert'), resolve('tls-key'), resolve('client-ca'));
  if (!parsed.has('token-file') && tls?.clientAuthority === undefined)
    throw new UserError('webhooks must say who sends them', {
      remedy: 'Give the file of a bearer token, --token-file, or the authority of clients’ certificates, --client-ca.',
    });
  const { openCluster } = await import('../kubernetes/cluster-client.ts');
  const { requestTimeout } = await import('../respond/api-cluster.ts');
  const { runService } = await import('../respond/service.ts');
  const { host, port } = listenAddress(parsed.value('listen') ?? '127.0.0.1:8080');
  const access = { environment: terminal.environment, cwd: terminal.cwd };
  const client = await openCluster(
    { ...access, kubeconfig: parsed.value('kubeconfig'), context: parsed.value('context') },
    { timeout: requestTimeout, retries: 1, userAgent: `plimsoll-respond/${terminal.version}` },
  );
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGTERM', end).once('SIGINT', end);
  await runService(
    {
      policy: path.resolve(terminal.cwd, policy),
      host,
      port,
      tokenFile: resolve('token-file'),
      approvalKeyFile: resolve('approval-key-file'),
      tls,
      mode: modeOf(parsed),
      namespace: nameOf(parsed, 'namespace') ?? client.namespace,
      name: nameOf(parsed, 'name') ?? 'plimsoll-respond',
      // Outside of a pod two may run on one machine: they must not take each other's lease for their own.
      identity:
        parsed.value('identity') ??
        terminal.environment.POD_NAME ??
        `${os.hostname()}_${randomBytes(6).toString('hex')}`,
      bodyLimit: 1024 * integerOf(parsed, 'max-body', 1024, 16_384),
      webhooksPerSecond: integerOf(parsed, 'max-rate', 2000, 100_000),
    },
    client,
    (text) => terminal.stdout.write(text),
    stop.signal,
  );
}

function modeOf(parsed: ParsedArguments): 'act' | 'dry-run' | undefined {
  if (parsed.has('act') && parsed.has('dry-run')) throw new UserError('--act and --dry-run exclude each other');
  if (parsed.has('act')) return 'act';
  return parsed.has('dry-run') ? 'dry-run' : undefined;
}

function tlsOf(certificate: string | undefined, key: string | undefined, clientAuthority: string | undefined) {
  if (certificate !== undefined && key !== undefined) return { certificate, key, clientAuthority };
  if (certificate === undefined && key === undefined && clientAuthority === undefined) return undefined;
  throw new UserError('TLS needs --tls-cert and --tls-key; --client-ca comes beside them');
}

function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = ''] = /^(\[[0-9a-fA-F:]+\]|[^:\s]*):(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535)
    throw new UserError(`--listen takes an address and a port, as 127.0.0.1:8080 or :8080; not «${text}»`);
  return { host: host.replace(/^\[|\]$/g, '') || '::', port: Number(port) };
}

function integerOf(parsed: ParsedArguments, name: string, otherwise: number, most: number): number {
  const text = parsed.value(name);
  if (text === undefined) return otherwise;
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1 || Number(text) > most)
    throw new UserError(`--${name} takes a number from 1 to ${most}; not «${text}»`);
  return Number(text);
}

function nameOf(parsed: ParsedArguments, flag: string): string | undefined {
  const name = parsed.value(flag);
  if (name !== undefined && !dnsName.test(name))
    throw new UserError(`--${flag} takes lower case letters, digits and hyphens, at most 63; not «${name}»`);
  return name;
}
