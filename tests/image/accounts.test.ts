import { expect, test } from 'vitest';
import { readAccounts } from '../../src/image/accounts.ts';

test.each([
  ['root:x:0:0:root:/root:/bin/sh', 'root::0:::::', 'none'],
  ['root::0:0:root:/root:/bin/sh', undefined, 'none'],
  ['root:x:0:0:root:/root:/bin/sh', 'root:*:0:::::', 'locked'],
  ['root:x:0:0:root:/root:/bin/sh', 'root:!$6$salt$hash:0:::::', 'locked'],
  ['root:x:0:0:root:/root:/bin/sh', undefined, 'locked'],
  ['root:x:0:0:root:/root:/bin/sh', 'root:$6$salt$hash:0:::::', 'set'],
])('the password of %s with %s is %s', (passwd, shadow, password) => {
  expect(readAccounts(passwd, shadow)).toMatchObject([{ name: 'root', user: 0, shell: '/bin/sh', password }]);
});

test('lines that are no accounts are left out', () => {
  expect(readAccounts('# a comment\n\n+::::::\nweb:x:ten:1::/:\nweb:x:10:11::/:\n', undefined)).toMatchObject([
    { name: 'web', user: 10, group: 11 },
  ]);
});
