import type { Cataloguer, InstalledPackage } from '../installed-package.ts';
import { isWord, textOf } from '../internal/installed-text.ts';
import { packageUrl } from '../purl.ts';

/** A gemspec is a program of some kilobytes; what it declares stands at its start. */
const maximumLength = 256 * 1024;

/** Gems as RubyGems keeps their specifications, those that come with Ruby among them. */
export const gemCataloguer: Cataloguer = {
  name: 'gem',
  wants: (file) =>
    file.path.endsWith('.gemspec') && /\/specifications(?:\/default)?\/[^/]+$/.test(file.path.slice(-300))
      ? 'whole'
      : undefined,
  whole: (file, content) => {
    const gem = installedGem(file.path, textOf(content.subarray(0, maximumLength)));
    return gem ? [gem] : [];
  },
};

/** RubyGems writes the literals that are read here (Gem::Specification#to_ruby); a gemspec that computes them has no stub line and is left out. */
function installedGem(path: string, text: string): InstalledPackage | undefined {
  // https://github.com/ruby/rubygems/blob/master/lib/rubygems/stub_specification.rb
  const stub = /^# stub: (\S+) (\S+) (\S+)/m.exec(text);
  const name = stub?.[1] ?? literal(text, 'name');
  const version = stub?.[2] ?? literal(text, 'version');
  const platform = stub?.[3] ?? literal(text, 'platform') ?? 'ruby';
  if (!isWord(name) || !isWord(version)) return undefined;
  return {
    kind: 'gem',
    name,
    version,
    purl: packageUrl({
      type: 'gem',
      name,
      version,
      qualifiers: { platform: platform === 'ruby' ? undefined : platform },
    }),
    ...(platform !== 'ruby' && { architecture: platform }),
    licences: literals(text),
    path,
  };
}

function literal(text: string, field: string): string | undefined {
  return new RegExp(`^\\s{0,8}s\\.${field} = (?:Gem::Version\\.new\\(?)?["']([^"'\\n]{1,300})["']`, 'm').exec(
    text,
  )?.[1];
}

function literals(text: string): string[] {
  const list = /^\s{0,8}s\.licenses = \[([^\]]{0,2000})\]/m.exec(text)?.[1] ?? '';
  return [...list.matchAll(/["']([^"']{1,200})["']/g)].flatMap(([, licence]) => licence ?? []);
}
