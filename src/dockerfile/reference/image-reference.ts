const localDomain = 'localhost';
const defaultDomain = 'docker.io';
const maximalPathLength = 255;
/** No host name is longer; longer texts are not looked at. */
const maximalDomainLength = 1024;
const maximalDigestLength = 200;

const hostLabel = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/;
const bracketedAddress = /^\[[a-fA-F0-9:]+\]$/;
const port = /^[0-9]+$/;
const pathComponent = /^[a-z0-9]+(?:(?:__|[._]|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestAlgorithm = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*$/;
const hexadecimal = /^[0-9a-fA-F]{32,}$/;
const imageId = /^[a-f0-9]{64}$/;

/** Length of the hexadecimal form of each digest that registries use. */
const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/**
 * Why an image cannot have this name, as one clause («its repository name has capital letters»), or undefined when it can.
 * Follows https://github.com/distribution/reference, which BuildKit reads image names with.
 */
export function imageReferenceFault(reference: string): string | undefined {
  if (valid.has(reference)) return undefined;
  const fault = faultOf(reference);
  // A copy: a part of a text keeps all of it.
  if (fault === undefined && valid.size < mostKept && reference.length <= longestKept)
    valid.add(Buffer.from(reference).toString());
  return fault;
}

/** Names that are valid: each is asked for several times in a file, and many files have the same. */
const valid = new Set<string>();
const mostKept = 1000;
const longestKept = 255;

function faultOf(reference: string): string | undefined {
  if (imageId.test(reference)) return 'it is 64 hexadecimal digits, which mean an image id and no name';
  const { domain, remainder } = splitDomain(reference);
  const colon = remainder.indexOf(':');
  const repository = colon === -1 ? remainder : remainder.slice(0, colon);
  if (repository !== repository.toLowerCase()) return 'its repository name has capital letters';
  return nameTagDigestFault(domain, remainder);
}

/** What stands before the first slash is a registry only when it looks like a host. */
function splitDomain(reference: string): { domain: string; remainder: string } {
  const slash = reference.indexOf('/');
  if (slash === -1) return { domain: defaultDomain, remainder: `library/${reference}` };
  const first = reference.slice(0, slash);
  const rest = reference.slice(slash + 1);
  const isHub = first === defaultDomain || first === 'index.docker.io';
  const isHost = first === localDomain || /[.:]/.test(first) || first !== first.toLowerCase();
  if (isHost && !isHub) return { domain: first, remainder: rest };
  const onHub = isHub ? rest : reference;
  return { domain: defaultDomain, remainder: onHub.includes('/') ? onHub : `library/${onHub}` };
}

function nameTagDigestFault(domain: string, remainder: string): string | undefined {
  const at = remainder.indexOf('@');
  const digest = at === -1 ? undefined : remainder.slice(at + 1);
  const tagged = at === -1 ? remainder : remainder.slice(0, at);
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
  if (domain.length > maximalDomainLength) return 'its host name is too long';
  const tag = colon === -1 ? undefined : tagged.slice(colon + 1);
  const path = colon === -1 ? tagged : tagged.slice(0, colon);
  if (!isDomain(domain) && !pathComponent.test(domain)) return `'${domain}' is no registry's host name`;
  if (path.length > maximalPathLength) return `its repository name has more than ${maximalPathLength} characters`;
  if (path === '' || path.endsWith('/')) return 'its repository name is empty';
  if (!path.split('/').every((component) => pathComponent.test(component))) return 'its repository name is not valid';
  if (tag === '') return 'nothing stands behind the colon';
  if (tag !== undefined && !tagPattern.test(tag)) return `'${tag}' is no valid tag`;
  if (digest !== undefined && !isReferenceDigest(digest)) return `'${digest}' is no valid digest`;
  return undefined;
}

function isDomain(domain: string): boolean {
  const bracket = domain.lastIndexOf(']');
  const colon = domain.indexOf(':', bracket + 1);
  const host = colon === -1 ? domain : domain.slice(0, colon);
  if (colon !== -1 && !port.test(domain.slice(colon + 1))) return false;
  return bracketedAddress.test(host) || host.split('.').every((label) => hostLabel.test(label));
}

function isReferenceDigest(digest: string): boolean {
  const colon = digest.indexOf(':');
  if (digest.length > maximalDigestLength) return false;
  if (colon === -1 || !digestAlgorithm.test(digest.slice(0, colon)) || !hexadecimal.test(digest.slice(colon + 1)))
    return false;
  return isDigest(digest);
}

/** True for a digest such as `sha256:…` of an algorithm that is known, of the right length, in lower case. */
export function isDigest(digest: string): boolean {
  const colon = digest.indexOf(':');
  const length = digestLengths[digest.slice(0, colon)];
  const encoded = digest.slice(colon + 1);
  return colon > 0 && encoded.length === length && /^[a-f0-9]+$/.test(encoded);
}
