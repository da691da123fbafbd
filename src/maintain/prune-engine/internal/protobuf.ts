/** A field to send: bytes, text or a message; a number or truth. */
export type ProtobufValue = string | Uint8Array | number | boolean;

/** A message (https://protobuf.dev/programming-guides/encoding/) of fields by their numbers; what is not given is left out. */
export function protobufMessage(fields: Readonly<Record<number, ProtobufValue | undefined>>): Buffer {
  return Buffer.concat(
    Object.entries(fields).flatMap(([number, value]) => (value === undefined ? [] : field(Number(number), value))),
  );
}

function field(number: number, value: ProtobufValue): Buffer[] {
  if (typeof value === 'number' || typeof value === 'boolean')
    return [varint(BigInt(number * 8)), varint(BigInt(Number(value)))];
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return [varint(BigInt(number * 8 + 2)), varint(BigInt(bytes.length)), Buffer.from(bytes)];
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  bytes.push(Number(left));
  return Buffer.from(bytes);
}

/** A message that was received. Fields that are not there are empty. */
export interface ReceivedMessage {
  text(field: number): string;
  texts(field: number): string[];
  /** Whole numbers beyond 2^53 are not exact. */
  number(field: number): number;
  messages(field: number): ReceivedMessage[];
  /** `map<string, string>` */
  map(field: number): ReadonlyMap<string, string>;
  bytes(field: number): Buffer | undefined;
}

/** @throws RangeError where it is damaged */
export function readProtobuf(bytes: Buffer): ReceivedMessage {
  const fields = new Map<number, (Buffer | bigint)[]>();
  for (let at = 0; at < bytes.length; ) {
    const [tag, from] = readVarint(bytes, at);
    const [value, next] = readValue(bytes, from, Number(tag & 7n));
    const number = Number(tag >> 3n);
    if (value !== undefined) fields.set(number, [...(fields.get(number) ?? []), value]);
    at = next;
  }
  const buffers = (number: number) => (fields.get(number) ?? []).filter((value) => typeof value !== 'bigint');
  const message: ReceivedMessage = {
    text: (number) => buffers(number).at(-1)?.toString('utf8') ?? '',
    texts: (number) => buffers(number).map((value) => value.toString('utf8')),
    number(number) {
      const value = fields.get(number)?.at(-1);
      return typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0;
    },
    messages: (number) => buffers(number).map(readProtobuf),
    map: (number) => new Map(message.messages(number).map((entry) => [entry.text(1), entry.text(2)])),
    bytes: (number) => buffers(number).at(-1),
  };
  return message;
}

function readValue(bytes: Buffer, at: number, type: number): [Buffer | bigint | undefined, number] {
  switch (type) {
    case 0:
      return readVarint(bytes, at);
    case 1:
      return [undefined, ended(bytes, at + 8)];
    case 5:
      return [undefined, ended(bytes, at + 4)];
    case 2: {
      const [length, from] = readVarint(bytes, at);
      const end = ended(bytes, from + Number(length));
      return [bytes.subarray(from, end), end];
    }
    default:
      throw new RangeError(`a field of the unknown type ${type}`);
  }
}

function readVarint(bytes: Buffer, start: number): [bigint, number] {
  let value = 0n;
  for (let at = start, shift = 0n; shift < 70n; at++, shift += 7n) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return [value, at + 1];
  }
  throw new RangeError('a number without an end');
}

function ended(bytes: Buffer, at: number): number {
  if (at > bytes.length) throw new RangeError('a field beyond the end');
  return at;
}
