/** What a `WWW-Authenticate` header asks for. */
export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads the first challenge of a `WWW-Authenticate` header (RFC 9110, section 11.6.1). Linear in its length; undefined for none. */
export function parseChallenge(header: string): Challenge | undefined {
  const scheme = /^\s*([A-Za-z]+)(?:\s|$)/.exec(header)?.[1];
  if (scheme === undefined || header.length > 8192) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name, quoted, plain] of header.matchAll(/([A-Za-z_]+)=(?:"([^"]*)"|([^\s,"]+))/g))
    if (name !== undefined) parameters.set(name.toLowerCase(), quoted ?? plain ?? '');
  return { scheme: scheme.toLowerCase(), parameters };
}
