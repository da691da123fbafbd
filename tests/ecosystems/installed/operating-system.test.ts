import { expect, test } from 'vitest';
import { readOperatingSystem } from '../../../src/ecosystems/operating-system.ts';

test.each([
  [
    {
      'usr/lib/os-release':
        'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n',
      'etc/debian_version': '12.5\n',
    },
    { id: 'debian', idLike: [], versionId: '12', codename: 'bookworm', prettyName: 'Debian GNU/Linux 12 (bookworm)' },
  ],
  [
    { 'etc/os-release': 'ID="rocky"\r\nID_LIKE="rhel centos fedora"\r\nVERSION_ID="9.3"\r\n' },
    { id: 'rocky', idLike: ['rhel', 'centos', 'fedora'], versionId: '9.3' },
  ],
  [
    { 'etc/os-release': 'ID=debian\nVERSION_CODENAME=trixie\n', 'etc/debian_version': 'trixie/sid\n' },
    { id: 'debian', idLike: [], codename: 'trixie' },
  ],
  [{ 'etc/alpine-release': '3.19.1\n' }, { id: 'alpine', idLike: [], versionId: '3.19.1' }],
  [
    { 'etc/redhat-release': 'CentOS Linux release 7.9.2009 (Core)\n' },
    {
      id: 'centos',
      idLike: ['rhel', 'fedora'],
      versionId: '7.9.2009',
      prettyName: 'CentOS Linux release 7.9.2009 (Core)',
    },
  ],
  [
    { 'etc/lsb-release': 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=jammy\n' },
    { id: 'ubuntu', idLike: [], versionId: '22.04', codename: 'jammy' },
  ],
  [{ 'etc/debian_version': '11.9\n' }, { id: 'debian', idLike: [], versionId: '11' }],
  [{ 'etc/os-release': 'nothing\n\0' }, undefined],
  [{}, undefined],
])('%j', (texts, expected) => {
  expect(readOperatingSystem(new Map(Object.entries(texts)))).toEqual(expected);
});
