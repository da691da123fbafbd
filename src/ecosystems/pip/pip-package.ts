import type { CommandWord } from '../../core/command-line.ts';
import { valueWordOf } from '../internal/flag-lookup.ts';
import { isPath, isUrl, nameIsUnknown, packageArgument, unknownPackage } from '../internal/tool-reader.ts';
import type { CommandFlag, PackageArgument, PinKind } from '../package-command.ts';

/** https://packaging.python.org/en/latest/specifications/dependency-specifiers/ and what pip takes beside it. */
export function pipPackage(word: CommandWord): PackageArgument {
  const { value } = word;
  if (nameIsUnknown(word)) return unknownPackage(word);
  if (/^(?:git|hg|svn|bzr)\+/.test(value)) return packageArgument(word, value, { kind: 'vcs', ...revision(value) });
  if (isUrl(value)) return packageArgument(word, value, { kind: 'url', pin: 'unknown' });
  if (/\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)$/.test(value)) return packageArgument(word, value, { kind: 'file' });
  // No name of a package holds a slash: pip looks for such a directory.
  if (isPath(value) || value.startsWith('.[') || /^[^\s@=<>!~;[]*\//.test(value))
    return packageArgument(word, value, { kind: 'directory' });
  const direct = /^([\w.-]+(?:\[[^\]]*\])?)\s*@\s*(.+)$/.exec(value);
  if (direct) return packageArgument(word, bareName(direct[1] ?? value), directReference(direct[2] ?? ''));
  const requirement = value.split(';', 1)[0]?.trim() ?? value;
  const at = requirement.search(/[=<>!~]/);
  if (at === -1) return packageArgument(word, bareName(requirement));
  const constraint = requirement.slice(at).trim();
  return packageArgument(word, bareName(requirement.slice(0, at)), specifier(constraint));
}

/** The name without extras: `uvicorn[standard]` is uvicorn. */
function bareName(text: string): string {
  const at = text.indexOf('[');
  return (at === -1 ? text : text.slice(0, at)).trim();
}

function specifier(constraint: string): { version: string; pin: PinKind } {
  const exact = /^===?\s*([^,*\s]+)$/.exec(constraint);
  return exact ? { version: exact[1] ?? constraint, pin: 'exact' } : { version: constraint, pin: 'range' };
}

function directReference(target: string): Partial<PackageArgument> {
  if (/^(?:git|hg|svn|bzr)\+/.test(target)) return { kind: 'vcs', ...revision(target) };
  // uv and Poetry write `name@1.2`.
  if (/^\d/.test(target)) return { version: target, pin: 'exact' };
  if (/^[\^~<>=]/.test(target)) return { version: target, pin: 'range' };
  if (target === 'latest') return { version: target, pin: 'moving' };
  return { kind: 'url', pin: 'unknown' };
}

function revision(value: string): { version: string | undefined; pin: PinKind } {
  const path = value.replace(/^[\w+]+:\/\//, '').split('#', 1)[0] ?? '';
  const slash = path.lastIndexOf('/');
  const at = path.indexOf('@', slash + 1);
  if (at === -1) return { version: undefined, pin: 'none' };
  const version = path.slice(at + 1);
  return { version, pin: /^[0-9a-f]{40}$/.test(version) ? 'exact' : 'moving' };
}

/** Files and directories that options name: `-r requirements.txt`, `-c constraints.txt`, `-e .`. */
export function optionPackages(flags: readonly CommandFlag[]): PackageArgument[] {
  return flags.flatMap((flag) => {
    if (flag.value === undefined) return [];
    const word = valueWordOf(flag);
    if (flag.name === 'requirement')
      return [packageArgument(word, flag.value, { kind: 'requirements-file', pin: 'unknown' })];
    if (flag.name === 'constraint')
      return [packageArgument(word, flag.value, { kind: 'constraint-file', pin: 'unknown' })];
    if (flag.name === 'editable') return [{ ...pipPackage({ ...word, value: flag.value }), word }];
    return [];
  });
}
