import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { Fetch } from './internal/registry-redirects.ts';

/** What a name stands for: as `lookup` of node:dns/promises with `all`. */
export type AddressLookup = (host: string) => Promise<readonly { readonly address: string }[]>;

/** Addresses of the host, by whose name nobody should be asked. */
type Reach = 'public' | 'private' | 'loopback' | 'link-local';

/**
 * A `fetch` for names that others chose: a workload may name any host as its image's registry, and a registry may lead anywhere by
 * redirects and for tokens. Link-local addresses (https://www.rfc-editor.org/rfc/rfc3927: 169.254.169.254 hands out a cloud's credentials) are never
 * asked. Private ones and this machine's own only where `mayAskPrivate` knows the host. A name that changes its address between the look and
 * the request is not caught.
 * @param mayAskPrivate is given the host, with its port where one is written
 */
export function guardedFetch(
  fetch: Fetch,
  mayAskPrivate: (host: string) => boolean,
  resolve: AddressLookup = (host) => lookup(host, { all: true }),
): Fetch {
  return async (url, init) => {
    const { host, hostname } = new URL(url);
    const name = hostname.replace(/^\[|\]$/g, '');
    // A name that is not known fails in the request itself, with its reason.
    const addresses = isIP(name) ? [{ address: name }] : await resolve(name).catch(() => []);
    for (const { address } of addresses) {
      const reach = reachOf(address);
      if (reach === 'link-local') throw new Error(`${host} is a link-local address, which is never asked`);
      if (reach !== 'public' && !mayAskPrivate(host))
        throw new Error(`${host} is a ${reach} address that no image names as its registry`);
    }
    return fetch(url, init);
  };
}

/**
 * Whether one host belongs to another one's registry: itself, or a neighbour in its domain, as `gitlab.corp.example` hands out the tokens of
 * `registry.corp.example`.
 */
export function belongsToRegistry(host: string, registry: string): boolean {
  if (host === registry) return true;
  const [one, other] = [host, registry].map((each) => each.replace(/:\d+$/, ''));
  if (one === undefined || other === undefined || /^[\d.[]/.test(one) || /^[\d.[]/.test(other)) return false;
  const parent = other.split('.').slice(1);
  return one === other || (parent.length >= 2 && one.endsWith(`.${parent.join('.')}`));
}

interface Lists {
  readonly linkLocal: BlockList;
  readonly loopback: BlockList;
  readonly private: BlockList;
}

let lists: Lists | undefined;

function reachOf(address: string): Reach {
  lists ??= addressLists();
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (lists.linkLocal.check(address, family)) return 'link-local';
  if (lists.loopback.check(address, family)) return 'loopback';
  return lists.private.check(address, family) ? 'private' : 'public';
}

/** https://www.iana.org/assignments/iana-ipv4-special-registry and its like for IPv6. */
function addressLists(): Lists {
  const list = (subnets: readonly (readonly [network: string, prefix: number])[]) => {
    const made = new BlockList();
    for (const [network, prefix] of subnets) made.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
    return made;
  };
  return {
    linkLocal: list([
      ['169.254.0.0', 16],
      ['fe80::', 10],
      // The same by way of NAT64, and where EC2 hands out credentials by IPv6.
      ['64:ff9b::a9fe:0', 112],
      ['fd00:ec2::', 32],
      // Nobody in particular: multicast, reserved.
      ['224.0.0.0', 3],
      ['ff00::', 8],
    ]),
    loopback: list([
      ['127.0.0.0', 8],
      ['0.0.0.0', 8],
      ['::', 127],
    ]),
    private: list([
      ['10.0.0.0', 8],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
      ['100.64.0.0', 10],
      ['198.18.0.0', 15],
      ['fc00::', 7],
      ['64:ff9b::', 96],
    ]),
  };
}
