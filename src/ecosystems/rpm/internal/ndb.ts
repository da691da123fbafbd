/** rpm's own database, `Packages.db` (https://github.com/rpm-software-management/rpm/blob/master/lib/backend/ndb/rpmpkg.c): little-endian words. */
const magics = { header: word('RpmP'), slot: word('Slot'), blob: word('BlbS') } as const;
const slotPageBytes = 4096;
const slotBytes = 16;
const headerBytes = 32;
const blockBytes = 16;
const blobHeaderBytes = 16;

/** The blobs of all slots that are in use, in the order of the slots. */
export function* ndbBlobs(content: Uint8Array): Generator<Uint8Array> {
  if (content.length < slotPageBytes) return;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const at = (offset: number): number => view.getUint32(offset, true);
  if (at(0) !== magics.header) return;
  const end = Math.min(at(12) * slotPageBytes, content.length);
  // Blobs that overlap are made up: together they are no longer than the file.
  let left = content.length;
  for (let slot = headerBytes; slot + slotBytes <= end; slot += slotBytes) {
    if (at(slot) !== magics.slot || at(slot + 8) === 0) continue;
    const start = at(slot + 8) * blockBytes;
    if (start + blobHeaderBytes > content.length || at(start) !== magics.blob || at(start + 4) !== at(slot + 4))
      continue;
    const length = at(start + 12);
    if (length > left || start + blobHeaderBytes + length > content.length) continue;
    left -= length;
    yield content.subarray(start + blobHeaderBytes, start + blobHeaderBytes + length);
  }
}

function word(text: string): number {
  return Buffer.from(text, 'latin1').readUInt32LE();
}
