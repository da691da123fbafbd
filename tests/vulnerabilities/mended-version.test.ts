import { expect, test } from 'vitest';
import { mendedText } from '../../src/vulnerabilities/mended-version.ts';
import { installed } from './packages.ts';

const source = (name: string, version: string) => ({ source: { name, version } });

test.each([
  {
    title: 'has the epoch that the package has before its source’s version',
    of: installed('deb', 'bsdutils', '1:2.38.1-5+deb12u3', source('util-linux', '2.38.1-5+deb12u3')),
    text: '1:2.38.1-5+deb12u4',
  },
  {
    title: 'is not told of a rebuild',
    of: installed('deb', 'libmount1', '2.38.1-5+deb12u3+b1', source('util-linux', '2.38.1-5+deb12u3')),
    text: '2.38.1-5+deb12u4',
  },
  {
    title: 'is the source’s where the package is numbered otherwise',
    of: installed('deb', 'libdevmapper1.02.1', '2:1.02.185-2', source('lvm2', '2.03.16-2')),
    text: '2.38.1-5+deb12u4 of lvm2',
  },
  {
    title: 'is the package’s own of an rpm, whose source is named without epoch',
    of: installed('rpm', 'openssl-libs', '1:3.0.7-1', source('openssl', '3.0.7-1')),
    text: '2.38.1-5+deb12u4',
  },
  {
    title: 'is that of the source of an rpm which is numbered otherwise',
    of: installed('rpm', 'npm', '1:6.14.4-1', source('nodejs', '1:10.21.0-3')),
    text: '2.38.1-5+deb12u4 of nodejs',
  },
])('the version that mends $title', ({ of, text }) => {
  expect(mendedText({ package: of, fixedIn: '2.38.1-5+deb12u4' })).toBe(text);
});

test('the last affected version is named as such, and nothing where nothing is known', () => {
  const of = installed('maven', 'a:b', '10.0.0');
  expect(mendedText({ package: of, fixedAbove: '10.2.5' })).toBe('above 10.2.5');
  expect(mendedText({ package: of })).toBe('');
});
