/** An image's name as written, tag and digest. Unlike a full reference it keeps what is not valid, such as variables. */
export function parseImageName(text: string): {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
} {
  const atSign = text.indexOf('@');
  const named = atSign === -1 ? text : text.slice(0, atSign);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return {
    name: colon === -1 ? named : named.slice(0, colon),
    tag: colon === -1 ? undefined : named.slice(colon + 1),
    digest: atSign === -1 ? undefined : text.slice(atSign + 1),
  };
}
