import type { CommandWord } from '../../core/command-line.ts';
import { isPath, isUrl, nameIsUnknown, packageArgument, unknownPackage } from '../internal/tool-reader.ts';
import type { PackageArgument, PinKind } from '../package-command.ts';

/** https://docs.npmjs.com/cli/v10/using-npm/package-spec */
export function npmPackage(word: CommandWord): PackageArgument {
  const { value } = word;
  if (nameIsUnknown(word)) return unknownPackage(word);
  if (isPath(value)) return packageArgument(word, value, { kind: value.endsWith('.tgz') ? 'file' : 'directory' });
  if (isVersionControl(value)) return packageArgument(word, value, { kind: 'vcs', ...commitPin(value) });
  if (isUrl(value)) return packageArgument(word, value, { kind: 'url', pin: 'unknown' });
  if (value.startsWith('file:') || value.startsWith('link:'))
    return packageArgument(word, value, { kind: 'directory' });
  if (/\.(?:tgz|tar\.gz|tar)$/.test(value) && !/@[\d^~]/.test(value))
    return packageArgument(word, value, { kind: 'file' });
  const at = value.indexOf('@', 1);
  if (at === -1) return packageArgument(word, value);
  const version = value.slice(at + 1);
  const aliased = /^npm:(@?[^@]+)(?:@(.*))?$/.exec(version);
  if (aliased) return registryPackage(word, aliased[1] ?? value, aliased[2]);
  return registryPackage(word, value.slice(0, at), version);
}

function registryPackage(word: CommandWord, name: string, version: string | undefined): PackageArgument {
  if (version === undefined || version === '') return packageArgument(word, name);
  return packageArgument(word, name, { version, pin: versionPin(version) });
}

function versionPin(version: string): PinKind {
  // A version that a build argument gives is one version.
  if (/^[=v]?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version) || version.startsWith('$')) return 'exact';
  if (/^[a-z][\w.-]*$/i.test(version) && !/^x(?:$|\.)/i.test(version)) return 'moving';
  return 'range';
}

function isVersionControl(value: string): boolean {
  return (
    /^(?:git[+:]|git@|github:|gitlab:|bitbucket:|gist:)/.test(value) ||
    /^https?:\/\/.*\.git(?:#|$)/.test(value) ||
    /^[\w.-]+\/[\w.-]+(?:#.*)?$/.test(value)
  );
}

function commitPin(value: string): { pin: PinKind; version: string | undefined } {
  const at = value.indexOf('#');
  const version = at === -1 ? undefined : value.slice(at + 1);
  if (version === undefined) return { pin: 'none', version };
  if (/^[0-9a-f]{40}$/.test(version)) return { pin: 'exact', version };
  return { pin: version.startsWith('semver:') ? 'range' : 'moving', version };
}
