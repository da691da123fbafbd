const headerBytes = 12;
/** Times, device, inode, mode, owner and size of a file. */
const statBytes = 40;
const hashBytes = { sha1: 20, sha256: 32 } as const;
const flagBytes = 2;
const isExtended = 0x4000;
const lengthBits = 0xfff;
/** What an operating system takes as a path is shorter; a name could else grow with every entry. */
const longestName = 64 * 1024;

const slash = 0x2f;

/**
 * The names of all directories in which an index of version 4 has files. Each name is there as what it has other than the one before: how many bytes of
 * that end, and what stands there instead, up to a zero. Undefined where the bytes are no such index.
 * https://git-scm.com/docs/gitformat-index
 */
export function compressedDirectories(index: Buffer): ReadonlySet<string> | undefined {
  // Which hash it has stands elsewhere; the lengths of the names tell whether it was the right one.
  return directoriesIn(index, hashBytes.sha1) ?? directoriesIn(index, hashBytes.sha256);
}

function directoriesIn(index: Buffer, hash: number): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  const name = Buffer.alloc(longestName);
  let used = 0;
  let at = headerBytes;
  for (let left = index.readUInt32BE(8); left > 0; left--) {
    at += statBytes + hash;
    if (at + flagBytes > index.length) return undefined;
    const flags = index.readUInt16BE(at);
    const shorter = lengthAt(index, at + ((flags & isExtended) === 0 ? flagBytes : 2 * flagBytes));
    const end = index.indexOf(0, shorter.end);
    const kept = used - shorter.value;
    if (end === -1 || kept < 0 || kept + end - shorter.end > longestName) return undefined;
    index.copy(name, kept, shorter.end, end);
    used = kept + end - shorter.end;
    if ((flags & lengthBits) !== Math.min(used, lengthBits)) return undefined;
    const whole = name.subarray(0, used);
    for (let to = whole.indexOf(slash, kept); to !== -1; to = whole.indexOf(slash, to + 1))
      found.add(whole.toString('utf8', to === 0 ? 0 : whole.lastIndexOf(slash, to - 1) + 1, to));
    at = end + 1;
  }
  return found;
}

/** A number of 7 bits a byte, the greatest first, each further byte counting from one: https://git-scm.com/docs/gitformat-pack */
function lengthAt(index: Buffer, start: number): { readonly value: number; readonly end: number } {
  let at = start;
  let byte = index[at++] ?? 0;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0 && value < longestName) {
    byte = index[at++] ?? 0;
    value = (value + 1) * 0x80 + (byte & 0x7f);
  }
  return { value, end: at };
}
