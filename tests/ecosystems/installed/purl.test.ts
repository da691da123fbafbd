import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packageUrl } from '../../../src/ecosystems/purl.ts';

/** After the cases of https://github.com/package-url/purl-spec/tree/main/tests */
describe('package URLs', () => {
  test.each([
    [
      { type: 'maven', namespace: 'org.apache.commons', name: 'io', version: '1.3.4' },
      'pkg:maven/org.apache.commons/io@1.3.4',
    ],
    [
      { type: 'npm', namespace: '@angular', name: 'animation', version: '12.3.1' },
      'pkg:npm/%40angular/animation@12.3.1',
    ],
    [{ type: 'pypi', name: 'Django_package', version: '1.11.1.dev1' }, 'pkg:pypi/django-package@1.11.1.dev1'],
    [
      { type: 'deb', namespace: 'debian', name: 'attr', version: '1:2.4.47-2', qualifiers: { arch: 'source' } },
      'pkg:deb/debian/attr@1:2.4.47-2?arch=source',
    ],
    [
      {
        type: 'rpm',
        namespace: 'Fedora',
        name: 'curl',
        version: '7.50.3-1.fc25',
        qualifiers: { distro: 'fedora-25', arch: 'i386' },
      },
      'pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25',
    ],
    [
      { type: 'golang', namespace: 'github.com/BurntSushi', name: 'toml', version: 'v0.3.1' },
      'pkg:golang/github.com/burntsushi/toml@v0.3.1',
    ],
    [{ type: 'gem', name: 'a', version: '1', qualifiers: { platform: undefined } }, 'pkg:gem/a@1'],
    [
      { type: 'generic', name: 'a b?#@é', version: "1+2!'()*" },
      'pkg:generic/a%20b%3F%23%40%C3%A9@1%2B2%21%27%28%29%2A',
    ],
  ])('%j', (parts, expected) => {
    expect(packageUrl(parts)).toBe(expected);
  });

  test('whatever the names are, the parts can be told apart', () => {
    const text = fc.array(fc.nat(0xffff), { maxLength: 8 }).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(text, text, (name, version) => {
        expect(packageUrl({ type: 'generic', name, version })).toMatch(/^pkg:generic\/[\w.~:%-]*(?:@[\w.~:%-]+)?$/);
      }),
    );
  });
});
