import { describe, expect, test } from 'vitest';
import { environmentAt } from '../../src/dockerfile/environment.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';

const read = (text: string) => parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });

/** The environment at the last instruction. */
function atEnd(text: string) {
  const dockerfile = read(text);
  return environmentAt(dockerfile, dockerfile.instructions.at(-1) ?? expect.unreachable());
}

describe('values at the last instruction', () => {
  test.each<[string, string, string, string | undefined]>([
    ['ENV', 'FROM scratch\nENV a=1\nRUN x', 'a', '1'],
    ['not before it', 'FROM scratch\nRUN x\nENV a=1', 'a', undefined],
    ['the later one holds', 'FROM scratch\nENV a=1\nENV a=2\nRUN x', 'a', '2'],
    ['made of another', 'FROM scratch\nENV a=1\nENV b=${a}2\nRUN x', 'b', '12'],
    ['pairs of one ENV do not see each other', 'FROM scratch\nENV a=1\nENV a=2 b=$a\nRUN x', 'b', '1'],
    ['those of one ARG do', 'FROM scratch\nARG a=2 b=$a\nRUN x', 'b', '2'],
    ['quotes are removed', `FROM scratch\nENV a="b c"'d'\nRUN x`, 'a', 'b cd'],
    ['single quotes hide a variable', `FROM scratch\nENV a=1 b='$a'\nRUN x`, 'b', '$a'],
    ['the legacy form', 'FROM scratch\nENV a "b c"\nRUN x', 'a', 'b c'],
    ['ARG with default', 'FROM scratch\nARG a=1\nRUN x', 'a', '1'],
    ['ARG takes the global default', 'ARG a=1\nFROM scratch\nARG a\nRUN x', 'a', '1'],
    ['a global ARG is not in scope by itself', 'ARG a=1\nFROM scratch\nRUN x', 'a', undefined],
    ['an own default goes before the global one', 'ARG a=1\nFROM scratch\nARG a=2\nRUN x', 'a', '2'],
    ['ARG alone leaves ENV as it is', 'FROM scratch\nENV a=1\nARG a\nRUN x', 'a', '1'],
    ['inherited from the base stage', 'FROM scratch AS b\nENV a=1\nARG c=2\nFROM b\nRUN x', 'a', '1'],
    ['ARG too', 'FROM scratch AS b\nARG c=2\nFROM b\nRUN x', 'c', '2'],
    ['not from another stage', 'FROM scratch\nENV a=1\nFROM scratch\nRUN x', 'a', undefined],
    ['unset is empty in a default', 'FROM scratch\nENV a=${b:-1}\nRUN x', 'a', '1'],
    ['made of an unknown value: unknown', 'FROM a\nENV b=$PATH:/x\nRUN x', 'b', undefined],
    ['FROM sees the global ones', 'ARG a=1\nFROM x:$a', 'a', '1'],
    ['a global ARG sees those before it', 'ARG a=1\nARG b=$a', 'a', '1'],
  ])('%s', (_, text, name, value) => expect(atEnd(text).get(name)).toBe(value));
});

describe('what is there', () => {
  test.each([
    ['an ARG without value is not', 'FROM scratch\nARG a\nRUN x', 'a', false],
    ['PATH always', 'FROM scratch\nRUN x', 'PATH', true],
    ['a platform variable in FROM', 'FROM a:$TARGETARCH', 'TARGETARCH', true],
    ['not in a stage', 'FROM scratch\nRUN x', 'TARGETARCH', false],
    ['unless it is declared', 'FROM scratch\nARG TARGETARCH\nRUN x', 'TARGETARCH', true],
    ['in a fragment without FROM too', 'ENV a=1\nRUN x', 'a', true],
  ])('%s', (_, text, name, expected) => expect(atEnd(text).has(name)).toBe(expected));

  test.each([
    ['FROM scratch\nRUN x', true],
    ['FROM node\nRUN x', false],
    ['FROM scratch AS a\nFROM a\nRUN x', true],
    ['FROM node AS a\nFROM a\nRUN x', false],
    ['RUN x', false],
  ])('%j is complete: %s', (text, complete) => expect(atEnd(text).complete).toBe(complete));

  test('the declaration is known, with or without value', () => {
    const environment = atEnd('FROM scratch\nENV a=1\nARG a\nARG b\nRUN x');
    expect(environment.declaration('a')).toMatchObject({ instruction: { name: 'ARG', line: 3 }, isSet: false });
    expect(environment.declaration('b')).toMatchObject({ value: undefined, isSet: false });
    expect(environment.declaration('c')).toBeUndefined();
  });
});

test('stages that build on each other without end cost no more than their number', () => {
  const text = Array.from({ length: 3000 }, (_, index) => `FROM s${index} AS s${index + 1}\nENV a${index}=$a\n`).join(
    '',
  );
  const dockerfile = read(text);
  const started = performance.now();
  for (const instruction of dockerfile.instructions) environmentAt(dockerfile, instruction).get('a');
  expect(performance.now() - started).toBeLessThan(5000);
});
