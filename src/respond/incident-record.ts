import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject } from '../core/json-object.ts';
import { recordName } from '../kubernetes/response/response-grants.ts';
import type { ResponsePolicy } from '../kubernetes/response/response-policy.ts';
import { hasFault, kinds, type ResponderCluster } from './cluster.ts';
import { type Evidence, evidenceText } from './evidence.ts';
import type { Intent } from './journal.ts';

const recordLabel = 'respond.plimsoll.dev/record';
const longestText = 200 * 1024;

/** What is kept of one incident. */
export interface IncidentRecord {
  readonly intent: Intent;
  readonly outcome: string;
  readonly evidence: Evidence | undefined;
}

/**
 * Keeps the record of an incident, once for an intent however often it is called, in place of the oldest where there are as many as the
 * policy keeps. Gives where it is; undefined where the policy keeps none.
 */
export async function keepRecord(
  cluster: ResponderCluster,
  responder: { readonly namespace: string; readonly name: string },
  record: IncidentRecord,
  policy: ResponsePolicy['record'],
): Promise<string | undefined> {
  switch (policy.kind) {
    case 'none':
      return undefined;
    case 'file':
      return keepFile(policy.directory ?? '.', record, policy.keep);
    case 'configmap':
      return keepConfigMap(cluster, responder, record, policy.keep);
  }
}

async function keepConfigMap(
  cluster: ResponderCluster,
  { namespace, name: responder }: { readonly namespace: string; readonly name: string },
  record: IncidentRecord,
  keep: number,
): Promise<string> {
  const name = recordName(record.intent.serial % keep, responder);
  const object: JsonObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'plimsoll', [recordLabel]: 'incident' },
    },
    data: { 'incident.json': JSON.stringify(recordJson(record), null, 2), 'incident.txt': recordText(record) },
  };
  try {
    await cluster.create(kinds.configMap, namespace, object);
  } catch (error) {
    if (!hasFault(error, 'conflict')) throw error;
    await cluster.replace({ kind: kinds.configMap, namespace, name }, object);
  }
  return `configmap/${name} in ${namespace}`;
}

async function keepFile(directory: string, record: IncidentRecord, keep: number): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, `incident-${record.intent.id}.json`);
  await writeFile(`${file}.new`, `${JSON.stringify(recordJson(record), null, 2)}\n`, { mode: 0o640 });
  await rename(`${file}.new`, file);
  const names = (await readdir(directory)).filter((name) => /^incident-[0-9a-f]+\.json$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(path.join(directory, name))).mtimeMs })),
  );
  for (const { name } of files.sort((a, b) => b.at - a.at).slice(keep))
    await rm(path.join(directory, name), { force: true });
  return file;
}

function recordJson({ intent, outcome, evidence }: IncidentRecord): JsonObject {
  return {
    id: intent.id,
    alert: intent.alert,
    summary: intent.summary,
    fingerprint: intent.fingerprint,
    startsAt: new Date(intent.startsAt).toISOString(),
    decidedAt: new Date(intent.decidedAt).toISOString(),
    rule: intent.rule,
    action: intent.change ?? 'record',
    mode: intent.mode,
    target: intent.target,
    container: intent.container,
    image: intent.image,
    approvedBy: intent.approvedBy,
    outcome,
    evidence,
  };
}

function recordText(record: IncidentRecord): string {
  const { intent, outcome, evidence } = record;
  const lines = [
    `${intent.alert} in ${intent.target.namespace}, since ${new Date(intent.startsAt).toISOString()}`,
    ...(intent.summary === '' ? [] : [intent.summary]),
    outcome,
    ...(evidence ? ['', evidenceText(evidence, longestText)] : []),
  ];
  return `${lines.join('\n')}\n`;
}
