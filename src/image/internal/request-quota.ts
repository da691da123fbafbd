/** What a server says is left of what may be asked of it. */
export interface RequestQuota {
  readonly remaining: number;
  readonly limit: number | undefined;
  /** Milliseconds until there is more; undefined where it does not say. */
  readonly resetsIn: number | undefined;
  /** Only pulls count: `GET` of manifests, as Docker Hub has it (https://docs.docker.com/docker-hub/usage/pulls/). */
  readonly ofPulls: boolean;
}

/** The last tenth, and no more than so many, is left to builds and nodes that pull. */
const mostReserved = 20;

/** A header of seconds until then has smaller numbers than one of seconds since 1970. */
const earliestTime = 1_000_000_000;

/**
 * `RateLimit-Remaining` and its neighbours: `76;w=21600` of Docker Hub, plain numbers with `RateLimit-Reset` of GitLab and others
 * (https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-07). Undefined where there are none.
 */
export function requestQuota(headers: Headers): RequestQuota | undefined {
  const read = (name: string) => headers.get(`ratelimit-${name}`) ?? headers.get(`x-ratelimit-${name}`) ?? '';
  const [, remaining, window] = /^\s*(\d{1,9})(?:\s*;\s*w=(\d{1,9}))?\s*(?:;|$)/.exec(read('remaining')) ?? [];
  if (remaining === undefined) return undefined;
  const limit = /^\s*(\d{1,9})/.exec(read('limit'))?.[1];
  const reset = /^\s*(\d{1,12})\s*$/.exec(read('reset'))?.[1];
  const seconds = reset === undefined ? undefined : Number(reset);
  return {
    remaining: Number(remaining),
    limit: limit === undefined ? undefined : Number(limit),
    resetsIn:
      seconds === undefined
        ? undefined
        : Math.max(0, seconds >= earliestTime ? seconds * 1000 - Date.now() : seconds * 1000),
    ofPulls: window !== undefined,
  };
}

/** Whether what is left is to be left. */
export function isNearlySpent({ remaining, limit }: RequestQuota): boolean {
  return remaining <= Math.min(mostReserved, Math.ceil((limit ?? 10) / 10));
}

/** `docker.io is asked for no more manifests: 3 of 100 pulls are left`. */
export function quotaText(host: string, { remaining, limit, ofPulls }: RequestQuota): string {
  const left = limit === undefined ? String(remaining) : `${remaining} of ${limit}`;
  const [asked, counted] = ofPulls ? ['for no more manifests', 'pulls'] : ['no more', 'requests'];
  return `${host} is asked ${asked}: ${left} ${counted} are left, and these are for what builds and runs`;
}
