import { describe, expect, it } from 'vitest';
import type { Inventory, ManifestFacts, RepositoryInventory } from '../../../src/maintain/prune-registry/inventory.ts';
import { defaultKeepRules, type KeepPolicy, type KeepRules } from '../../../src/maintain/prune-registry/keep-policy.ts';
import { mentionCollector } from '../../../src/maintain/prune-registry/mentions.ts';
import { deletedIn, emptiedBy, prunePlan } from '../../../src/maintain/prune-registry/plan.ts';
import { digestOf } from '../../system/pushed-images.ts';

const now = Date.UTC(2026, 10, 28) / 1000;
const day = 86_400;

interface Given {
  readonly days?: number;
  readonly children?: readonly string[];
  readonly subject?: string;
  readonly bytes?: number;
  readonly blobs?: Readonly<Record<string, number>>;
}

/** Manifests and tags are named by short words; `tags` maps a tag to the word of its manifest. */
function inventory(
  manifests: Readonly<Record<string, Given>>,
  tags: Readonly<Record<string, string>>,
  problem?: string,
  leftOver: readonly string[] = [],
): Inventory {
  const facts = Object.entries(manifests).map(([name, given]): [string, ManifestFacts] => [
    digestOf(name),
    {
      digest: digestOf(name),
      kind: given.children ? 'index' : 'image',
      bytes: 0,
      children: (given.children ?? []).map(digestOf),
      subject: given.subject === undefined ? undefined : digestOf(given.subject),
      configuration: digestOf(`configuration of ${name}`),
      blobs: Object.entries(given.blobs ?? {}).map(([blob, bytes]) => ({ digest: digestOf(blob), bytes })),
      date: given.days === undefined ? undefined : now - given.days * day,
      dated: given.days === undefined ? undefined : 'built',
    },
  ]);
  const repository: RepositoryInventory = {
    name: 'shop/web',
    isThere: true,
    tags: new Map(Object.entries(tags).map(([tag, name]) => [tag, digestOf(name)])),
    manifests: new Map(facts),
    leftOver: new Set(leftOver.map(digestOf)),
    problem,
  };
  return {
    registry: 'registry.example',
    now,
    repositories: [repository],
    hasReferrers: false,
    isWhole: true,
    unknown: [],
  };
}

const signatureOf = (name: string, kind = '.sig') => `${digestOf(name).replace(':', '-')}${kind}`;

function plan(given: Inventory, rules: Partial<KeepRules> = {}, named: readonly string[] = []) {
  const policy: KeepPolicy = { rules: { ...defaultKeepRules, last: 0, tags: [], ...rules }, repositories: [] };
  const collector = mentionCollector(given.repositories.map(({ name }) => name));
  for (const text of named) collector.text(text, { kind: 'cluster', by: 'a pod' });
  collector.endSource();
  return prunePlan(given, policy, collector.mentions, []);
}

/** The words of what is deleted, in its order. */
function deleted(given: Inventory, rules?: Partial<KeepRules>, named?: readonly string[]): string[] {
  const known = ['a', 'b', 'c', 'd', 'e', 'index', 'other index', 'sig', 'sig of sig', 'list'];
  const words = new Map(known.map((name) => [digestOf(name), name]));
  return plan(given, rules, named).repositories.flatMap((each) =>
    deletedIn(each).map(({ digest }) => words.get(digest) ?? digest),
  );
}

describe('a plan', () => {
  it.each<{
    readonly what: string;
    readonly given: Inventory;
    readonly rules?: Partial<KeepRules>;
    readonly named?: string[];
    readonly gone: string[];
  }>([
    {
      what: 'deletes what is old and nobody needs',
      given: inventory({ a: { days: 40 }, b: { days: 20 } }, { 1: 'a', 2: 'b' }),
      gone: ['a'],
    },
    {
      what: 'keeps a manifest of which one tag is kept, and with it its other tags',
      given: inventory({ a: { days: 400 } }, { old: 'a', stable: 'a' }),
      rules: { tags: ['stable'] },
      gone: [],
    },
    {
      what: 'keeps what has no date',
      given: inventory({ a: {}, b: { days: 400 } }, { 1: 'a', 2: 'b' }),
      gone: ['b'],
    },
    {
      what: 'keeps what is dated in the future',
      given: inventory({ a: { days: -400 }, b: { days: 400 } }, { 1: 'a', 2: 'b' }),
      gone: ['b'],
    },
    {
      what: 'does not let what is dated in the future take the place of the newest',
      given: inventory({ a: { days: -400 }, b: { days: 400 }, c: { days: 500 } }, { 1: 'a', 2: 'b', 3: 'c' }),
      rules: { last: 1 },
      gone: ['c'],
    },
    {
      what: 'keeps all that are as new as the last of the newest',
      given: inventory(
        { a: { days: 50 }, b: { days: 60 }, c: { days: 60 }, d: { days: 70 } },
        { 1: 'a', 2: 'b', 3: 'c', 4: 'd' },
      ),
      rules: { last: 2 },
      gone: ['d'],
    },
    {
      what: 'keeps what a kept index lists, whatever points there',
      given: inventory(
        { index: { days: 400, children: ['a', 'b'] }, a: { days: 400 }, b: { days: 400 } },
        { stable: 'index', 'old-amd64': 'a' },
      ),
      rules: { tags: ['stable'] },
      gone: [],
    },
    {
      what: 'keeps the part of two indexes of which one is deleted',
      given: inventory(
        {
          index: { days: 400, children: ['a', 'b'] },
          'other index': { days: 400, children: ['b', 'c'] },
          a: { days: 400 },
          b: { days: 400 },
          c: { days: 400 },
        },
        { stable: 'index', old: 'other index' },
      ),
      rules: { tags: ['stable'] },
      gone: ['other index', 'c'],
    },
    {
      what: 'deletes an index before what it lists, and a subject before what refers to it',
      given: inventory(
        {
          sig: { subject: 'index' },
          'sig of sig': { subject: 'sig' },
          a: { days: 400 },
          index: { days: 400, children: ['a'] },
        },
        { 1: 'index' },
      ),
      gone: ['index', 'sig', 'a', 'sig of sig'],
    },
    {
      what: 'keeps referrers of what is kept, by their own word',
      given: inventory(
        { a: { days: 400 }, sig: { days: 400, subject: 'a' }, 'sig of sig': { days: 400, subject: 'sig' } },
        { stable: 'a', sbom: 'sig' },
      ),
      rules: { tags: ['stable'] },
      gone: [],
    },
    {
      what: 'keeps referrers of what is kept, by their tags of any kind',
      given: inventory(
        {
          a: { days: 400 },
          b: { days: 400 },
          c: { days: 400 },
          list: { days: 400, children: ['d'] },
          d: { days: 400 },
          e: { days: 400 },
        },
        {
          stable: 'a',
          [signatureOf('a')]: 'b',
          [signatureOf('a', '.sbom')]: 'c',
          [signatureOf('a', '')]: 'list',
          [signatureOf('d', '.att')]: 'e',
        },
      ),
      rules: { tags: ['stable'] },
      gone: [],
    },
    {
      what: 'deletes undated signatures with what they are about, and does not count them as images',
      given: inventory({ a: { days: 400 }, b: { days: 50 }, sig: {} }, { 1: 'a', 2: 'b', [signatureOf('a')]: 'sig' }),
      rules: { last: 1 },
      gone: ['a', 'sig'],
    },
    {
      what: 'keeps what a kept referrer is about',
      given: inventory({ a: { days: 400 }, sig: { subject: 'a' } }, { 1: 'a', approved: 'sig' }),
      rules: { tags: ['approved'] },
      gone: [],
    },
    {
      what: 'keeps a referrer whose subject is not there, while nobody knows its age',
      given: inventory({ sig: { subject: 'z' } }, {}),
      gone: [],
    },
    {
      what: 'keeps a young part of an old index, and deletes the index and the rest',
      given: inventory(
        { index: { days: 400, children: ['a', 'b'] }, a: { days: 2 }, b: { days: 400 } },
        { 1: 'index' },
      ),
      gone: ['index', 'b'],
    },
    {
      what: 'deletes what has no tag, when it is old',
      given: inventory({ a: { days: 400 }, b: { days: 2 }, c: {} }, {}),
      gone: ['a'],
    },
    {
      what: 'keeps what an artifact has among its blobs, where that is a manifest',
      given: inventory({ a: { days: 400 }, b: { days: 400, blobs: { a: 1 } } }, { 1: 'a', stable: 'b' }),
      rules: { tags: ['stable'] },
      gone: [],
    },
    {
      what: 'goes on with undated parts of what an interrupted run deleted, unless somebody gave them a tag since',
      given: inventory({ a: {}, sig: {}, b: {} }, { [signatureOf('z')]: 'sig', new: 'b' }, undefined, [
        'a',
        'b',
        'sig',
      ]),
      gone: ['sig', 'a'],
    },
    {
      what: 'keeps what a workload names by tag, digest or image ID',
      given: inventory(
        { a: { days: 400 }, b: { days: 400 }, c: { days: 400 }, d: { days: 400 } },
        { 1: 'a', 2: 'b', 3: 'c', 4: 'd' },
      ),
      named: [
        'registry.example/shop/web:1',
        `elsewhere.example/proxy/shop/web@${digestOf('b')}`,
        digestOf('configuration of c'),
      ],
      gone: ['d'],
    },
    {
      what: 'deletes nothing of a repository of which not all is known',
      given: inventory({ a: { days: 400 } }, { 1: 'a' }, 'it answered 500'),
      gone: [],
    },
  ])('$what', ({ given, rules, named, gone }) => {
    expect(deleted(given, rules, named)).toEqual(gone);
  });

  it.each<[string, readonly string[], Partial<KeepRules>, readonly string[]]>([
    [
      'the newest of each minor track',
      ['1.2.9', '1.2.10', '1.3.0', 'v1.3.1'],
      { versions: { minor: 1 } },
      ['1.2.10', 'v1.3.1'],
    ],
    [
      'the newest two of each major track',
      ['1.0.0', '1.1.0', '1.2.0', '2.0.0'],
      { versions: { major: 2 } },
      ['1.1.0', '1.2.0', '2.0.0'],
    ],
    [
      'variants in tracks of their own',
      ['1.2.3', '1.2.2-alpine', '1.2.1-alpine'],
      { versions: { minor: 1 } },
      ['1.2.3', '1.2.2-alpine'],
    ],
    [
      'no pre-release in place of a release',
      ['1.2.3', '1.2.4-rc.1', '1.2.4-beta'],
      { versions: { minor: 1 } },
      ['1.2.3'],
    ],
    ['tags that match', ['main', 'release-1', 'pr-7'], { tags: ['release-*', 'main'] }, ['main', 'release-1']],
  ])('keeps %s', (_, tags, rules, kept) => {
    const given = inventory(
      Object.fromEntries(tags.map((tag) => [tag, { days: 400 }])),
      Object.fromEntries(tags.map((tag) => [tag, tag])),
    );
    const [repository] = plan(given, rules).repositories;
    const names = repository?.items.filter(({ decision }) => decision === 'keep').flatMap((item) => item.tags);
    expect(names?.sort()).toEqual([...kept].sort());
  });

  it('gives a reason for everything', () => {
    const given = inventory(
      { a: { days: 400 }, b: { days: 400 }, sig: {} },
      { 1: 'a', 2: 'b', [signatureOf('b')]: 'sig' },
    );
    const [repository] = plan(given, {}, ['shop/web:1']).repositories;
    expect(repository?.items.map(({ tags, reason }) => `${tags[0]}: ${reason}`)).toEqual([
      '1: a pod names the tag 1',
      '2: built on 2025-10-24, 400 days ago; no rule of the policy keeps it, and nothing that was asked needs it',
      `${signatureOf('b')}: it refers to 2, which is deleted`,
    ]);
  });

  it('counts what is freed once, and not what something else needs', () => {
    const given = inventory(
      {
        a: { days: 400, blobs: { base: 100, own: 10 } },
        b: { days: 400, blobs: { base: 100, own: 10, more: 1 } },
        c: { days: 1, blobs: { base: 100 } },
      },
      { 1: 'a', 2: 'b', 3: 'c' },
    );
    expect(plan(given).freedBytes).toBe(11);
  });

  it('keeps a signature of an image in another repository, or in one that was not looked at', () => {
    const images = inventory({ a: { days: 1 } }, { 1: 'a' });
    const signatures = inventory(
      { sig: { days: 400 }, e: { days: 400 } },
      { [signatureOf('a')]: 'sig', [signatureOf('z')]: 'e' },
    );
    const both = (isWhole: boolean) => ({
      ...images,
      isWhole,
      repositories: [
        ...images.repositories,
        ...signatures.repositories.map((each) => ({ ...each, name: 'signatures' })),
      ],
    });
    expect(deleted(both(true))).toEqual(['e']);
    expect(deleted(both(false))).toEqual([]);
  });

  it('says where the age that decided is that of a build, and what a root did not tell', () => {
    const given = inventory({ a: { days: 400 }, b: { days: 1 } }, { 1: 'a', 2: 'b' });
    expect(plan(given).unknown).toEqual([
      expect.stringMatching(/does not tell when something was pushed: 1 of what is deleted counts as old as its build/),
    ]);
    expect(plan(given, { tags: ['1'] }).unknown).toEqual([]);
    const root = { kind: 'git', name: 'x', read: 1, unread: 0, named: 0, unknown: ['other branches'] } as const;
    const policy: KeepPolicy = { rules: { ...defaultKeepRules, tags: ['1'] }, repositories: [] };
    expect(prunePlan(given, policy, mentionCollector([]).mentions, [root]).unknown).toEqual(['other branches']);
  });

  it('has an id that tells what it deletes', () => {
    const one = inventory({ a: { days: 400 }, b: { days: 400 } }, { 1: 'a', 2: 'b' });
    expect(plan(one).id).toBe(plan(one).id);
    expect(plan(one, { tags: ['2'] }).id).not.toBe(plan(one).id);
  });

  it('knows which repositories would have nothing left', () => {
    const given = inventory({ a: { days: 400 }, b: { days: 500 } }, { 1: 'a', 2: 'b' });
    expect(emptiedBy(plan(given)).map(({ name }) => name)).toEqual(['shop/web']);
    expect(emptiedBy(plan(given, { last: 1 }))).toEqual([]);
  });

  it.each<[string, Inventory, readonly string[]]>([
    ['one whose undated image stays', inventory({ a: { days: 400 }, b: {} }, { 1: 'a', 2: 'b' }), ['shop/web']],
    ['one that is used by digest only', inventory({ a: { days: 400 }, b: { days: 500 } }, {}), ['shop/web']],
    [
      'one of which something young has no tag',
      inventory({ a: { days: 400 }, b: { days: 1 } }, { 1: 'a' }),
      ['shop/web'],
    ],
    ['not one whose tags all stay', inventory({ a: { days: 400 }, b: { days: 1 } }, { 2: 'b' }), []],
    ['not one of which nobody knows any age', inventory({ a: {}, b: { days: 500 } }, { 1: 'a' }), []],
  ])('counts as emptied: %s', (_, given, names) => {
    expect(emptiedBy(plan(given)).map(({ name }) => name)).toEqual(names);
  });
});
