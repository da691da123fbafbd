import { deflateRawSync } from 'node:zlib';

/**
 * A zip archive with these files, deflated unless their name says that they are archives themselves (as Spring Boot stores them). `lengthsBehind` puts the
 * lengths of the deflated ones into a descriptor behind them, as Java does; `wide` writes those before and behind a file as zip64 has them.
 */
export function zipArchive(
  files: Readonly<Record<string, string | Uint8Array>>,
  { lengthsBehind = false, wide = false }: { readonly lengthsBehind?: boolean; readonly wide?: boolean } = {},
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const stored = /\.[jw]ar$/.test(name);
    const packed = stored ? bytes : deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(stored ? 0 : 8, 4);

    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const front = Buffer.from(common);
    const extra = Buffer.alloc(wide ? 20 : 0);
    if (wide) {
      extra.writeUInt32LE((16 << 16) | 1, 0);
      extra.writeBigUInt64LE(BigInt(bytes.length), 4);
      extra.writeBigUInt64LE(BigInt(packed.length), 12);
      front.fill(0xff, 14, 22);
      front.writeUInt16LE(extra.length, 24);
    }
    let behind = Buffer.alloc(0);
    if (lengthsBehind && !stored) {
      front.writeUInt16LE(8, 2);
      front.fill(0, 10, 22);
      const wideLengths = Buffer.concat([common.subarray(10, 14), extra.subarray(12), extra.subarray(4, 12)]);
      behind = Buffer.concat([Buffer.from('PK\x07\x08'), wide ? wideLengths : common.subarray(10, 22)]);
    }
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), front, Buffer.from(name), extra, packed, behind]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, place, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, listed, end]);
}
