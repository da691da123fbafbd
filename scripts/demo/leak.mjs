// Customers who fill carts and never come back, until the responder has acted; and the way from the metric to the record, by who took which time.
import { until } from './command.mjs';

const note = 'x'.repeat(20_000);

/**
 * Sends requests to all pods of the example until it is stopped, or so many: fast at first, slowly when their memory nears its limit.
 */
export function sendCustomers({ kubectl, namespace }, { requests: most = Number.POSITIVE_INFINITY } = {}) {
  let stopped = false;
  let customer = 0;
  const seen = { requests: 0 };
  const work = (async () => {
    while (!stopped && seen.requests < most) {
      const pods = podsOf(kubectl, namespace);
      const until = Date.now() + 3000;
      while (Date.now() < until && !stopped && seen.requests < most) {
        await Promise.all(
          pods.map(async (pod) => {
            const memory = await memoryOf(pod);
            // 0.5 MB a second near the limit, where Prometheus has to see it before the kernel ends it.
            const requests = memory === undefined || memory > 140e6 ? 13 : 150;
            for (let at = 0; at < requests && !stopped; at++) {
              customer += 1;
              await order(pod, customer);
              seen.requests += 1;
            }
          }),
        );
        await pause(400);
      }
    }
  })();
  return {
    seen,
    done: work,
    stop: async () => {
      stopped = true;
      await work;
    },
  };
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function podsOf(kubectl, namespace) {
  const { items } = JSON.parse(
    kubectl(['get', 'pods', '--namespace', namespace, '--selector', 'app=carts', '--output', 'json']),
  );
  return items
    .filter(({ metadata, status }) => !metadata.deletionTimestamp && status.phase === 'Running' && status.podIP)
    .map(({ status }) => `http://${status.podIP}:8080`);
}

/** The largest memory of a pod of the example, in bytes. */
export async function memoryOfPods({ kubectl, namespace }) {
  const memories = await Promise.all(podsOf(kubectl, namespace).map(memoryOf));
  const known = memories.filter((memory) => memory !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

async function memoryOf(pod) {
  try {
    const text = await (await fetch(`${pod}/metrics`, { signal: AbortSignal.timeout(2000) })).text();
    return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1]);
  } catch {
    return undefined;
  }
}

async function order(pod, customer) {
  try {
    const body = JSON.stringify({ product: 'rope', count: 1, note });
    const response = await fetch(`${pod}/carts/customer-${customer}`, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(2000),
    });
    await response.arrayBuffer();
  } catch {
    // The pod is being restarted: that is what the demo is about.
  }
}

/**
 * Waits until the responder has restarted the example and recorded it, and says each step when it is seen. Gives the moments in
 * milliseconds since 1970, each as the system that was there says it, not as the demo saw it.
 */
export async function watchResponse({ kubectl, namespace, monitoring, say }) {
  const { query, decisions, slack } = monitoring;
  const container = `namespace="${namespace}", container="carts"`;
  let saidAt = Date.now();
  const isOver = async () => {
    const [highest] = await query(`max(container:memory_limit_ratio{${container}})`);
    const share = Number(highest?.value[1] ?? 0);
    // It takes minutes: who watches sees that it goes on.
    if (share <= 0.9 && Date.now() - saidAt > 30_000) {
      say('leak', `${Math.round(share * 100)} % of the memory limit`);
      saidAt = Date.now();
    }
    return share > 0.9;
  };
  await until('memory to pass nine tenths of the limit', 900, isOver, 1000);
  say('metric', 'a container uses more than nine tenths of its memory limit');
  const decided = await until('the responder to act', 600, () =>
    decisions().find(({ outcome, rule }) => outcome === 'act' && rule === 'memory'),
  );
  say('alert', `${decided.alert} fires; the responder is told and decides: ${decided.detail}`);
  const acted = await until('the action', 120, () =>
    decisions().find(({ message, intent }) => message === 'action' && intent === decided.intent),
  );
  say('response', `${acted.detail} (${acted.outcome})`);
  const record = await until('the record', 120, () => recordOf(kubectl, namespace));
  say('record', `ConfigMap ${record.metadata.name} with events, logs and what was decided`);
  const told = await until('the message', 120, () =>
    slack.messages.find(({ attachments = [] }) => attachments.some(({ title = '' }) => title.includes(decided.alert))),
  );
  say('notification', `${told.attachments[0].title}`);
  const pod = /^carts-\w+-\w+$/.exec(podOf(kubectl, namespace, decided.intent) ?? '')?.[0];
  const series = `${container}${pod ? `, pod="${pod}"` : ''}`;
  const alert = `alertname="${decided.alert}", ${series}`;
  return {
    over: await firstOver(query, series),
    pending: await firstOf(query, `ALERTS{${alert}, alertstate="pending"}`),
    firing: await firstOf(query, `ALERTS{${alert}, alertstate="firing"}`),
    deliverySeconds: await monitoring.deliverySeconds(),
    received: Date.parse(decided.time),
    acted: Date.parse(acted.time),
    recorded: Date.parse(record.metadata.managedFields?.[0]?.time ?? record.metadata.creationTimestamp),
    told: told.at,
    memory: await highest(query, series),
  };
}

function recordOf(kubectl, namespace) {
  const { items } = JSON.parse(
    kubectl([
      'get',
      'configmaps',
      '--namespace',
      namespace,
      '--selector',
      'respond.plimsoll.dev/record=incident',
      '--show-managed-fields',
      '--output',
      'json',
    ]),
  );
  return items[0];
}

/** The pod that the alert was about, as the responder's journal in the cluster has it. */
function podOf(kubectl, namespace, intent) {
  const journal = kubectl([
    'get',
    'configmap',
    'plimsoll-respond-journal',
    '--namespace',
    namespace,
    '--output',
    'jsonpath={.data.journal\\.json}',
  ]);
  return JSON.parse(journal).intents.find(({ id }) => id === intent)?.target.pod;
}

/** The first sample of cAdvisor's that is above nine tenths of the limit. */
async function firstOver(query, series) {
  const [limit] = await query(`max by (pod) (container_spec_memory_limit_bytes{${series}})`);
  const [used] = await query(`container_memory_working_set_bytes{${series}}[20m]`);
  const bytes = Number(limit?.value[1] ?? 192 * 1024 * 1024);
  const [time] = used?.values.find(([, value]) => Number(value) > 0.9 * bytes) ?? [];
  return time && time * 1000;
}

async function highest(query, series) {
  const [used] = await query(`max_over_time(container_memory_working_set_bytes{${series}}[20m])`);
  return used && Number(used.value[1]);
}

async function firstOf(query, selector) {
  const series = await query(`${selector}[20m]`);
  const times = series.flatMap(({ values }) => values.map(([time]) => time * 1000));
  return times.length > 0 ? Math.min(...times) : undefined;
}
