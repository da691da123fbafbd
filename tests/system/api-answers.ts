import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';

/** Whether the API server would take an object, and what it said. */
export interface Answer {
  readonly taken: boolean;
  readonly says: string;
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * Asks an API server of `scripts/cluster` for each text, YAML or JSON of one object, whether it would create it, as strictly as
 * `kubectl apply --validate=strict` does, but without a process and three requests for each. What is there already, or is forbidden by
 * its content's owner, is well formed.
 */
export async function strictAnswers(kubeconfig: string, texts: readonly string[]): Promise<Answer[]> {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'));
  const server = new URL(clusters[0].cluster.server);
  const agent = new Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false });
  const call = (method: string, path: string, body?: string) =>
    new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${users[0].user.token}`, 'content-type': 'application/json' };
      const asked = request(new URL(path, server), { agent, method, headers, timeout: 20_000 }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  const lists = new Map<string, Promise<readonly Resource[]>>();
  const resourcesOf = (api: string): Promise<readonly Resource[]> => {
    const known = lists.get(api) ?? call('GET', api).then(({ text }) => JSON.parse(text).resources ?? []);
    lists.set(api, known);
    return known;
  };
  const ask = async (text: string): Promise<Answer> => {
    const object = parse(text, { version: '1.1' });
    const api = `/${String(object.apiVersion).includes('/') ? 'apis' : 'api'}/${object.apiVersion}`;
    const resource = (await resourcesOf(api)).find(({ kind, name }) => kind === object.kind && !name.includes('/'));
    if (!resource) return { taken: false, says: `no kind ${object.kind}` };
    const namespace = resource.namespaced ? `/namespaces/${object.metadata?.namespace ?? 'default'}` : '';
    const path = `${api}${namespace}/${resource.name}?dryRun=All&fieldValidation=Strict`;
    const { status, text: says } = await call('POST', path, JSON.stringify(object));
    return { taken: status < 300 || status === 409 || status === 403, says: says.slice(0, 500) };
  };
  try {
    const answers: Answer[] = [];
    for (let at = 0; at < texts.length; at += 8) answers.push(...(await Promise.all(texts.slice(at, at + 8).map(ask))));
    return answers;
  } finally {
    agent.destroy();
  }
}
