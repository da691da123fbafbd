import { describe, expect, test } from 'vitest';
import { apk, apt, type ToolCase } from './tool-world.ts';

const install = (what: string) => [`apt-get install -y ${what}`];

describe('apt in thought', () => {
  test.each<[string, ToolCase, readonly string[]]>([
    [
      'takes the candidate',
      { installed: [], offered: ['web 1.0', 'web 1.1'], commands: install('web') },
      ['web - -> 1.1'],
    ],
    [
      'brings what is installed already up to it, as it is named',
      { installed: ['web 1.0'], offered: ['web 1.1'], commands: install('web') },
      ['web 1.0 -> 1.1'],
    ],
    [
      'leaves what it needs where it is enough',
      { installed: ['lib 1.0'], offered: ['web 1; Depends: lib (>= 1.0)', 'lib 1.1'], commands: install('web') },
      ['web - -> 1'],
    ],
    [
      'renews what it needs where it is not',
      { installed: ['lib 1.0'], offered: ['web 1; Depends: lib (>= 1.1)', 'lib 1.1'], commands: install('web') },
      ['lib 1.0 -> 1.1', 'web - -> 1'],
    ],
    [
      'takes along who stands on exactly the old one',
      {
        installed: ['lib 1.0', 'user 1.0; Depends: lib (= 1.0)'],
        offered: ['lib 1.1', 'user 1.1; Depends: lib (= 1.1)'],
        commands: install('lib'),
      },
      ['lib 1.0 -> 1.1', 'user 1.0 -> 1.1'],
    ],
    ['keeps a pin', { installed: [], offered: ['web 1.0', 'web 1.1'], commands: install('web=1.0') }, ['web - -> 1.0']],
    [
      'keeps a pin with a star',
      { installed: [], offered: ['web 1.0-2', 'web 2.0'], commands: install("'web=1.*'") },
      ['web - -> 1.0-2'],
    ],
    [
      'brings recommended packages',
      { installed: [], offered: ['web 1; Recommends: docs', 'docs 1'], commands: install('web') },
      ['docs - -> 1', 'web - -> 1'],
    ],
    [
      'does not where it is told not to',
      {
        installed: [],
        offered: ['web 1; Recommends: docs', 'docs 1'],
        commands: install('--no-install-recommends web'),
      },
      ['web - -> 1'],
    ],
    [
      'brings with a newer version only what is newly recommended',
      {
        installed: ['web 1; Recommends: docs'],
        offered: ['web 2; Recommends: docs, more', 'docs 1', 'more 1'],
        commands: install('web'),
      },
      ['more - -> 1', 'web 1 -> 2'],
    ],
    [
      'goes on without what is recommended and not there',
      { installed: [], offered: ['web 1; Recommends: docs'], commands: install('web') },
      ['web - -> 1'],
    ],
    [
      'takes the first alternative',
      { installed: [], offered: ['web 1; Depends: a | b', 'a 1', 'b 1'], commands: install('web') },
      ['a - -> 1', 'web - -> 1'],
    ],
    [
      'or the one that is there',
      { installed: ['b 1'], offered: ['web 1; Depends: a | b', 'a 1'], commands: install('web') },
      ['web - -> 1'],
    ],
    [
      'or the next where the first cannot come',
      { installed: [], offered: ['web 1; Depends: a | b', 'a 1; Depends: gone', 'b 1'], commands: install('web') },
      ['b - -> 1', 'web - -> 1'],
    ],
    [
      'takes a provider, the one that it took before',
      {
        installed: [],
        offered: ['web 1; Depends: mta', 'a 1; Provides: mta', 'b 1; Provides: mta', 'c 1; Provides: mta'],
        commands: install('web'),
        chosenBefore: ['b'],
      },
      ['b - -> 1', 'web - -> 1'],
    ],
    [
      'of providers the last, as apt does',
      {
        installed: [],
        offered: ['web 1; Depends: mta', 'a 1; Provides: mta', 'b 1; Provides: mta'],
        commands: install('web'),
      },
      ['b - -> 1', 'web - -> 1'],
    ],
    [
      'does not take a version for what is provided without one',
      {
        installed: ['old 1; Provides: api'],
        offered: ['web 1; Depends: api (>= 1) | other', 'other 1'],
        commands: install('web'),
      },
      ['other - -> 1', 'web - -> 1'],
    ],
    [
      'renews what the new version breaks',
      { installed: ['plug 1'], offered: ['web 1; Breaks: plug (<< 2)', 'plug 2'], commands: install('web') },
      ['plug 1 -> 2', 'web - -> 1'],
    ],
    [
      'upgrades all that it can without anything new',
      {
        installed: ['a 1', 'b 1', 'c 1'],
        offered: ['a 2', 'b 2; Depends: new', 'new 1', 'c 1'],
        commands: ['apt-get upgrade -y'],
      },
      ['a 1 -> 2'],
    ],
    [
      'upgrades with something new where it may',
      { installed: ['b 1'], offered: ['b 2; Depends: new', 'new 1'], commands: ['apt-get dist-upgrade -y'] },
      ['b 1 -> 2', 'new - -> 1'],
    ],
    [
      'removes with what needs it',
      { installed: ['a 1', 'b 1; Depends: a', 'c 1'], offered: [], commands: ['apt-get purge -y a'] },
      ['a 1 -> -', 'b 1 -> -'],
    ],
    [
      'removes what is no longer needed',
      {
        installed: ['a 1; Depends: lib', 'lib 1', 'own 1'],
        automatic: ['lib'],
        offered: [],
        commands: ['apt-get remove -y --auto-remove a'],
      },
      ['a 1 -> -', 'lib 1 -> -'],
    ],
    [
      'keeps what is needed or recommended otherwise',
      {
        installed: ['a 1; Depends: lib', 'lib 1', 'b 1; Recommends: lib'],
        automatic: ['lib'],
        offered: [],
        commands: ['apt-get remove -y --auto-remove a'],
      },
      ['a 1 -> -'],
    ],
    [
      'leaves nothing of what is installed and removed in one step',
      {
        installed: [],
        offered: ['cc 1; Depends: libcc', 'libcc 1'],
        commands: ['apt-get install -y cc && apt-get purge -y --auto-remove cc'],
      },
      [],
    ],
    [
      'does nothing where it only downloads',
      { installed: [], offered: ['web 1'], commands: ['apt-get install -y --download-only web'] },
      [],
    ],
  ])('%s', (_, given, changes) => {
    expect(apt(given)).toEqual({ changes, fails: undefined, unknown: [] });
  });

  test.each<[string, ToolCase, string]>([
    [
      'a package that nobody offers',
      { installed: [], offered: [], commands: install('web') },
      'web is offered by no source',
    ],
    [
      'a version that is offered no more',
      { installed: [], offered: ['web 1.1'], commands: install('web=1.0') },
      'web=1.0 is offered no more: there is 1.1',
    ],
    [
      'what it needs and nobody offers',
      { installed: [], offered: ['web 1; Depends: lib (>= 2)', 'lib 1'], commands: install('web') },
      'web 1 needs lib >= 2, which no source offers',
    ],
    [
      'a name that several provide',
      { installed: [], offered: ['a 1; Provides: mta', 'b 1; Provides: mta'], commands: install('mta') },
      'mta is provided by several packages, and none is chosen',
    ],
  ])('ends at %s', (_, given, fails) => {
    expect(apt(given).fails).toBe(fails);
  });

  test.each([
    ["'lib*'", 'a pattern is not followed'],
    ['web-', 'what it removes is not followed'],
    ['web/testing', 'the release behind the slash is not followed'],
    ['./web.deb', 'what this file holds is taken to be the same'],
    ['$WHAT', 'which packages and versions that is was taken from the image'],
  ])('says that it does not know %s', (word, reason) => {
    const { unknown, fails } = apt({ installed: [], offered: ['web 1'], commands: install(word) });
    expect([fails, ...unknown]).toEqual([undefined, expect.stringContaining(reason)]);
  });

  test('does not call a build broken that only excludes what it does not follow', () => {
    const given = { installed: ['old 1'], offered: ['web 1; Conflicts: old'], commands: install('web') };
    expect(apt(given)).toMatchObject({ fails: undefined, unknown: ['web 1 and old 1 exclude each other'] });
  });
});

describe('apk in thought', () => {
  test.each<[string, ToolCase, readonly string[]]>([
    [
      'takes the newest',
      { installed: [], offered: ['web 1.0-r0', 'web 1.0-r1'], commands: ['apk add --no-cache web'] },
      ['web - -> 1.0-r1'],
    ],
    ['leaves what is installed', { installed: ['web 1.0-r0'], offered: ['web 1.1-r0'], commands: ['apk add web'] }, []],
    [
      'renews it where it is told to',
      {
        installed: ['web 1.0-r0; D:lib', 'lib 1-r0'],
        automatic: ['lib'],
        offered: ['web 1.1-r0; D:lib', 'lib 2-r0'],
        commands: ['apk add -u web'],
      },
      ['lib 1-r0 -> 2-r0', 'web 1.0-r0 -> 1.1-r0'],
    ],
    [
      'brings what provides a library',
      {
        installed: [],
        offered: ['web 1-r0; D:so:libx.so.1', 'libx 3-r0; p:so:libx.so.1=1.2.3'],
        commands: ['apk add web'],
      },
      ['libx - -> 3-r0', 'web - -> 1-r0'],
    ],
    [
      'of providers the one of the highest priority',
      {
        installed: [],
        offered: ['web 1-r0; D:cmd:sh', 'a 1-r0; p:cmd:sh=1; k:10', 'b 1-r0; p:cmd:sh=1; k:90'],
        commands: ['apk add web'],
      },
      ['b - -> 1-r0', 'web - -> 1-r0'],
    ],
    [
      'keeps what comes by itself, whatever needs what it came with twice',
      {
        installed: ['lib 1-r0', 'web 1-r0; D:lib'],
        automatic: ['lib'],
        offered: ['web-doc 1-r0; i:web docs', 'docs 1-r0; D:lib'],
        commands: ['apk add docs'],
      },
      ['docs - -> 1-r0', 'web-doc - -> 1-r0'],
    ],
    [
      'takes one that provides a name without a version where it is asked for',
      { installed: [], offered: ['web 1-r0; D:shell', 'a 1-r0; p:shell'], commands: ['apk add web a'] },
      ['a - -> 1-r0', 'web - -> 1-r0'],
    ],
    [
      'keeps a pin',
      { installed: [], offered: ['web 1.0-r0', 'web 1.1-r0'], commands: ["apk add 'web=1.0-r0'"] },
      ['web - -> 1.0-r0'],
    ],
    [
      'keeps to a fuzzy version',
      { installed: [], offered: ['web 1.26.9-r0', 'web 1.260-r0', 'web 1.27-r0'], commands: ["apk add 'web~1.26'"] },
      ['web - -> 1.26.9-r0'],
    ],
    [
      'brings what comes by itself',
      { installed: ['docs 1-r0'], offered: ['web 1-r0', 'web-doc 1-r0; i:web docs'], commands: ['apk add web'] },
      ['web - -> 1-r0', 'web-doc - -> 1-r0'],
    ],
    [
      'takes a virtual package and what came with it away again',
      {
        installed: ['own 1-r0'],
        offered: ['cc 1-r0; D:libcc', 'libcc 1-r0'],
        commands: ['apk add --virtual .build cc own && apk del .build'],
      },
      [],
    ],
    [
      'keeps what others need',
      { installed: ['web 1-r0; D:lib', 'lib 1-r0'], offered: [], commands: ['apk del lib'] },
      [],
    ],
    [
      'removes what nothing needs',
      { installed: ['web 1-r0; D:lib', 'lib 1-r0'], automatic: ['lib'], offered: [], commands: ['apk del web'] },
      ['lib 1-r0 -> -', 'web 1-r0 -> -'],
    ],
    [
      'upgrades all, with what is new',
      {
        installed: ['a 1-r0', 'b 1-r0'],
        offered: ['a 2-r0; D:new', 'new 1-r0', 'b 1-r0'],
        commands: ['apk upgrade --no-cache'],
      },
      ['a 1-r0 -> 2-r0', 'new - -> 1-r0'],
    ],
  ])('%s', (_, given, changes) => {
    expect(apk(given)).toEqual({ changes, fails: undefined, unknown: [] });
  });

  test('ends at a version that is offered no more', () => {
    // A name without a version chooses nobody.
    const chosen = { installed: [], offered: ['web 1-r0; D:/bin/sh', 'a 1-r0; p:/bin/sh'], commands: ['apk add web'] };
    expect(apk(chosen).fails).toContain('needs /bin/sh, which no source offers');
    const given = { installed: [], offered: ['web 1.1-r0'], commands: ["apk add 'web=1.0-r0'"] };
    expect(apk(given).fails).toBe('web=1.0-r0 is offered by no repository: there is 1.1-r0');
  });
});
