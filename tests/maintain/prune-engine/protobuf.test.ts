import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protobufMessage, readProtobuf } from '../../../src/maintain/prune-engine/internal/protobuf.ts';

describe('messages of protobuf', () => {
  it('are what the specification gives as examples', () => {
    expect(protobufMessage({ 1: 150 }).toString('hex')).toBe('089601');
    expect(protobufMessage({ 2: 'testing' }).toString('hex')).toBe('120774657374696e67');
    expect(protobufMessage({ 3: protobufMessage({ 1: 150 }) }).toString('hex')).toBe('1a03089601');
  });

  it('come back as they were sent, and maps and lists with them', () => {
    const entry = (key: string, value: string) => protobufMessage({ 1: key, 2: value });
    const message = readProtobuf(
      Buffer.concat([
        protobufMessage({ 1: 'name', 2: 7, 4: true }),
        protobufMessage({ 3: entry('a', 'b') }),
        protobufMessage({ 3: entry('c', '') }),
      ]),
    );
    expect([message.text(1), message.number(2), message.number(4), message.text(9), message.number(9)]).toEqual([
      'name',
      7,
      1,
      '',
      0,
    ]);
    expect([...message.map(3)]).toEqual([
      ['a', 'b'],
      ['c', ''],
    ]);
  });

  it('that are damaged are read or refused, in no other way', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          readProtobuf(Buffer.from(bytes)).messages(1);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
