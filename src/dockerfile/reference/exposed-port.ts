import { isIP } from 'node:net';
import { parseGoInteger } from './go-number.ts';

/** A port of EXPOSE, split as BuildKit does it. */
export interface ExposedPort {
  /** Why BuildKit refuses it, one clause. */
  readonly fault: string | undefined;
  /** The protocol has capital letters. */
  readonly protocolHasCapitals: boolean;
  /** It names an address or a port of the host, which EXPOSE cannot set. */
  readonly namesHost: boolean;
}

/** Reads `[address:][hostPort:]port[-port][/protocol]`. */
export function readExposedPort(text: string): ExposedPort {
  const { address, hostPort, containerPort } = splitParts(text);
  const slash = containerPort.indexOf('/');
  const port = slash === -1 ? containerPort : containerPort.slice(0, slash);
  const protocol = slash === -1 ? '' : containerPort.slice(slash + 1);
  const early = port === '' ? 'it names no port' : protocolFault(protocol);
  if (early !== undefined) return { fault: early, protocolHasCapitals: false, namesHost: false };
  return {
    fault: addressFault(address) ?? rangeFault(port, hostPort),
    protocolHasCapitals: protocol !== protocol.toLowerCase(),
    namesHost: address !== '' || hostPort !== '',
  };
}

function splitParts(text: string): { address: string; hostPort: string; containerPort: string } {
  const parts = text.split(':');
  return {
    address: parts.slice(0, -2).join(':'),
    hostPort: parts.at(-2) ?? '',
    containerPort: parts.at(-1) ?? '',
  };
}

function protocolFault(protocol: string): string | undefined {
  return ['', 'tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())
    ? undefined
    : `'${protocol}' is no protocol; EXPOSE knows tcp, udp and sctp`;
}

function addressFault(address: string): string | undefined {
  const bare = address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
  return address === '' || (isIP(bare) !== 0 && !bare.includes('%')) ? undefined : `'${address}' is no IP address`;
}

function rangeFault(port: string, hostPort: string): string | undefined {
  const container = portRange(port);
  if (container === undefined) return `'${port}' is no port`;
  if (hostPort === '') return undefined;
  const host = portRange(hostPort);
  if (host === undefined) return `'${hostPort}' is no port`;
  if (container !== 0 && container !== host) return 'its two port ranges differ in length';
  return undefined;
}

/** How many ports a range has beyond its first; undefined when it is none. */
function portRange(text: string): number | undefined {
  const dash = text.indexOf('-');
  const start = portNumber(dash === -1 ? text : text.slice(0, dash));
  const end = dash === -1 ? start : portNumber(text.slice(dash + 1));
  if (start === undefined || end === undefined || end < start) return undefined;
  return end - start;
}

function portNumber(text: string): number | undefined {
  const value = parseGoInteger(text);
  return value !== undefined && value >= 0n && value <= 65535n ? Number(value) : undefined;
}
