import type { ObserveChoices } from '../observe-plan.ts';

/** Where the agent sends to. */
export interface StoreAddress {
  readonly host: string;
  readonly port: number;
  /** TLS and a login. The set for trying has neither, and a NetworkPolicy that only lets its own agents in. */
  readonly secure: boolean;
}

/** The data stream that every agent writes to. https://www.elastic.co/docs/reference/fleet/data-streams#data-streams-naming-scheme */
export const dataStream = 'logs-containers-default';

export function storeAddress({ stack, namespace, logStore }: ObserveChoices): StoreAddress {
  const port = { elasticsearch: 9200, opensearch: 9200, loki: 3100, logstash: 8080 }[logStore];
  if (stack === 'full') return { host: `${logStore}.${namespace}.svc`, port, secure: false };
  return {
    host: `${logStore}.example.com`,
    port: logStore === 'loki' || logStore === 'logstash' ? 443 : port,
    secure: true,
  };
}
