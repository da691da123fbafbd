import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../core/errors.ts';
import { registryCredentials } from '../image/registry-credentials.ts';
import { type ClusterClient, openCluster } from '../kubernetes/cluster-client.ts';
import { auditFiles } from '../observe/exporter/audit-files.ts';
import { createExporter, type Exporter } from '../observe/exporter/exporter.ts';
import { type RegistryChoice, type RegistryFacts, registryFacts } from '../observe/exporter/registry-facts.ts';
import { listenAddress, serveExporter } from '../observe/exporter/serve.ts';
import type { SourceChange } from '../observe/exporter/source-states.ts';
import { complaint } from '../report/complaint.ts';
import type { ParsedArguments, Terminal } from './command.ts';

/** A source that hangs must not hold up the others for long: a refresh is due each minute. */
const clusterTimeout = 10_000;
const registryTimeoutSeconds = 10;

/** Serves metrics until SIGTERM or SIGINT, or prints them once. False when a source failed at the one time. */
export async function performExporter(parsed: ParsedArguments, terminal: Terminal): Promise<boolean> {
  const once = parsed.has('once');
  const address = listenAddress(parsed.value('listen') ?? '127.0.0.1:9925');
  const interval = intervalFrom(parsed);
  const cluster = await clusterFrom(parsed, terminal);
  const audits = parsed.values('audits').map((each) => path.resolve(terminal.cwd, each));
  if (!cluster && audits.length === 0)
    throw new UserError('there is nothing to export: no cluster and no audits', {
      remedy: 'Name reports with --audits, or leave --no-cluster out.',
    });
  const log = once ? complainTo(terminal) : logTo(terminal);
  const exporter = createExporter(
    {
      cluster,
      namespaces: parsed.values('namespace'),
      registry: cluster ? registryFrom(parsed, terminal) : undefined,
      audits: audits.length > 0 ? auditFiles(audits) : undefined,
    },
    { version: terminal.version, clock, log },
  );
  try {
    if (!once) return await serveUntilStopped(exporter, address, interval, terminal);
    await exporter.refresh();
    terminal.stdout.write(await exporter.text());
    return exporter.down.length === 0;
  } finally {
    cluster?.close();
  }
}

function clock(): number {
  return Date.now() / 1000;
}

async function serveUntilStopped(
  exporter: Exporter,
  address: { readonly host: string | undefined; readonly port: number },
  interval: number,
  terminal: Terminal,
): Promise<boolean> {
  const server = await serveExporter(exporter, address);
  terminal.stdout.write(line({ level: 'info', message: 'listening', address: `${address.host ?? ''}:${server.port}` }));
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);
  while (!stop.signal.aborted) {
    const begun = performance.now();
    await untilStopped(exporter.refresh(), stop.signal);
    const left = Math.max(1000, interval * 1000 - (performance.now() - begun));
    await setTimeout(left, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  await server.close();
  terminal.stdout.write(line({ level: 'info', message: 'stopped' }));
  return true;
}

/** Waits for some work, but no longer than until the signal. Nothing of it is left on the signal afterwards. */
function untilStopped(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
    work.finally(done);
  });
}

async function clusterFrom(parsed: ParsedArguments, terminal: Terminal): Promise<ClusterClient | undefined> {
  if (parsed.has('no-cluster')) return undefined;
  return openCluster(
    {
      kubeconfig: parsed.value('kubeconfig'),
      context: parsed.value('context'),
      environment: terminal.environment,
      cwd: terminal.cwd,
    },
    { timeout: clusterTimeout, retries: 1, userAgent: `plimsoll-exporter/${terminal.version}` },
  );
}

function registryFrom(parsed: ParsedArguments, terminal: Terminal): RegistryFacts | undefined {
  const named = parsed.values('registry');
  if (parsed.has('no-registry')) return undefined;
  const choice: RegistryChoice = named.length > 0 ? named : 'public';
  const file = parsed.value('registry-config');
  const environment = {
    ...terminal.environment,
    ...(file !== undefined && { REGISTRY_AUTH_FILE: path.resolve(terminal.cwd, file) }),
  };
  // Asked anew each time: what a credential helper gives runs out.
  const credentials = (registry: string, repository?: string) => registryCredentials(environment)(registry, repository);
  return registryFacts(choice, { fetch, credentials, timeoutSeconds: registryTimeoutSeconds }, clock);
}

function intervalFrom(parsed: ParsedArguments): number {
  const text = parsed.value('interval') ?? '60';
  const seconds = Number(text);
  if (!/^\d{1,5}$/.test(text) || seconds < 5)
    throw new UserError(`--interval: ${JSON.stringify(text)} is no number of seconds from 5 on`);
  return seconds;
}

function logTo(terminal: Terminal): (change: SourceChange) => void {
  return ({ source, up, message, remedy }) =>
    terminal.stdout.write(
      line({
        level: up ? 'info' : 'error',
        message: up ? 'the source answers again' : `the source cannot be read: ${message ?? ''}`,
        source,
        ...(remedy !== undefined && { remedy }),
      }),
    );
}

function complainTo(terminal: Terminal): (change: SourceChange) => void {
  return ({ source, message, remedy }) =>
    terminal.stderr.write(complaint(source, remedy === undefined ? (message ?? '') : `${message ?? ''}\n  ${remedy}`));
}

/** One line of JSON, as whoever collects logs reads it. */
function line(entry: Readonly<Record<string, string>>): string {
  return `${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`;
}
