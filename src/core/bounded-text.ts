/**
 * The text of an answer over HTTP, of which no more than `maximumBytes` is ever kept, whatever length it announces.
 * @throws Error where it is longer, and what the connection throws.
 */
export async function boundedText(response: Response, maximumBytes: number): Promise<string> {
  return (await boundedBytes(response, maximumBytes)).toString('utf8');
}

/** The same, as bytes. */
export async function boundedBytes(response: Response, maximumBytes: number): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0);
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    bytes += next.value.length;
    if (bytes > maximumBytes) {
      await reader.cancel();
      throw new Error(`the answer has more than ${maximumBytes} bytes`);
    }
    parts.push(next.value);
  }
  return Buffer.concat(parts);
}
