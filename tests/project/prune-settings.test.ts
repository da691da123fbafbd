import { expect, it } from 'vitest';
import { noPruneSettings } from '../../src/project/prune-settings.ts';
import { readConfiguration } from '../../src/project/read-configuration.ts';

const read = (text: string) => readConfiguration('plimsoll.yaml', text, new Map()).prune;

it('reads what of engines is kept, and what else goes', () => {
  const { engine, registry } = read(`prune:
  engine:
    keep: {last: 2, youngerThan: 3d, images: [shop/*], labels: keep=yes}
    only: [ci/*]
    cache: {olderThan: 12h, size: 20GB}
    stoppedFor: 1d
    untilFree: 20%
`);
  expect(registry).toEqual(noPruneSettings.registry);
  expect(engine).toEqual({
    keep: { last: 2, youngerThan: 259_200, images: ['shop/*'], labels: ['keep=yes'] },
    only: ['ci/*'],
    cache: { olderThan: 43_200, bytes: 20e9 },
    stoppedFor: 86_400,
    untilFree: { share: 0.2 },
  });
});

it('leaves the rest as it is', () => {
  expect(read('prune: {engine: {untilFree: 50GB}}').engine).toEqual({
    keep: {},
    cache: {},
    untilFree: { bytes: 50e9 },
  });
  expect(read('prune: {registry: {keep: {last: 1}}}').engine).toEqual(noPruneSettings.engine);
});

it.each<[string, string, RegExp]>([
  ['a rule that is none', 'prune:\n  engine:\n    keeep: {}\n', /no key «keeep»; is «keep» meant/],
  ['a volume', 'prune:\n  engine:\n    volumes: [data]\n', /no key «volumes»/],
  ['a count', 'prune:\n  engine:\n    keep: {last: -1}\n', /a whole number is needed/],
  ['an age', 'prune:\n  engine:\n    stoppedFor: soon\n', /an age is needed/],
  ['a size', 'prune:\n  engine:\n    cache: {size: lots}\n', /a size is needed/],
  ['a share', 'prune:\n  engine:\n    untilFree: 100%\n', /a share below 100% or a size/],
  ['a list', 'prune:\n  engine:\n    only: {a: b}\n', /a list is needed/],
  ['a list of no repository', 'prune:\n  engine:\n    only: []\n', /a repository is needed here/],
  ['tags that are commented out', 'prune:\n  registry:\n    keep: {tags: }\n', /nothing is written here/],
  ['versions that are commented out', 'prune:\n  registry:\n    keep: {versions: }\n', /nothing is written here/],
  [
    'a list whose items are commented out',
    'prune:\n  engine:\n    only:\n#     - ci/*\n',
    /a repository is needed here/,
  ],
])('says where %s is wrong', (_, text, message) => {
  expect(() => read(text)).toThrow(message);
  try {
    read(text);
  } catch (error) {
    expect(error).toMatchObject({ where: expect.stringMatching(/^plimsoll\.yaml:3:\d+$/) });
  }
});
