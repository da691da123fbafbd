import type { InstalledPackage } from '../../ecosystems/installed-package.ts';
import { normalPythonName, type PythonRequirement, readRequirement } from '../../ecosystems/pip/requirement.ts';
import { packageUrl } from '../../ecosystems/purl.ts';
import { isSet } from './kept-lock.ts';
import { type LanguageOutcome, type LanguageStep, pairsOf, unknown } from './language-outcome.ts';
import { pipTree } from './pip-tree.ts';
import { settingsWith } from './system-files.ts';

const elsewhere = [
  'PIP_INDEX_URL',
  'PIP_EXTRA_INDEX_URL',
  'PIP_FIND_LINKS',
  'PIP_NO_INDEX',
  'PIP_PRE',
  'PIP_CONSTRAINT',
  'PIP_CONFIG_FILE',
];

/** What pip would choose now, with all that it needs. */
export async function pipStep({
  commands,
  brought,
  files,
  filesBefore,
  analysis,
  ask,
  hiddenSettings,
}: LanguageStep): Promise<LanguageOutcome> {
  const { environment, platform } = analysis.image.configuration;
  const isElsewhere = 'has pip ask another index, or keep to constraints, which is not followed';
  const set = elsewhere.find(
    (name) =>
      environment.some((each) => each.startsWith(`${name}=`)) || commands.some(({ variable }) => isSet(variable, name)),
  );
  if (set !== undefined) return unknown(`${set} ${isElsewhere}`);
  // Either form of a name, either sign behind it: https://pip.pypa.io/en/stable/topics/configuration/
  const says = /^[ \t]*(?:(?:extra[-_])?index[-_]url|find[-_]links|constraint|no[-_]index|pre)\s*[=:]/im;
  const settings = settingsWith([files, filesBefore], /pip\.conf$/, says);
  if (settings !== undefined) return unknown(`${settings} ${isElsewhere}`);
  if (hiddenSettings !== undefined) return unknown(`${hiddenSettings}: what pip would bring now is not asked for`);
  const requirements: PythonRequirement[] = [];
  for (const { packages, tool, flags, action } of commands.map(({ read }) => read)) {
    if (
      tool !== 'pip' ||
      action === 'build' ||
      flags.some(({ name }) => /index|find-links|^pre$|target|upgrade|constraint/.test(name))
    )
      return unknown(`${tool} with these options is not followed`);
    for (const { kind, name, word } of packages) {
      const lines = kind === 'requirements-file' ? requirementLines(name, files.contents) : [word.value];
      if (typeof lines === 'string') return unknown(lines);
      for (const line of lines) {
        const read =
          kind === 'requirements-file' || (kind === 'registry' && word.literal) ? readRequirement(line) : undefined;
        if (read === undefined) return unknown(`«${line.slice(0, 80)}» is not followed`);
        requirements.push(read);
      }
    }
  }
  const python = brought.map(pythonOf).find((each) => each !== undefined);
  if (python === undefined) return unknown('for which Python the packages are is not known');
  const isOwn = new Set(brought);
  const others = analysis.packages.filter(
    (one) => one.kind === 'pypi' && ![...isOwn].some((own) => own.path === one.path),
  );
  const tree = await pipTree(
    {
      requirements,
      python: fullVersion(python, analysis.packages),
      machine:
        platform.architecture === 'amd64'
          ? 'x86_64'
          : platform.architecture === 'arm64'
            ? 'aarch64'
            : platform.architecture,
      installed: new Map(others.map(({ name, version }) => [normalPythonName(name), version])),
    },
    ask,
  );
  if (tree.unknown !== undefined) return unknown(tree.unknown);
  const there = new Set(others.map(({ name }) => normalPythonName(name)));
  const names = new Map(brought.map(({ name }) => [normalPythonName(name), name]));
  const coming = tree.packages
    .filter(({ name }) => !there.has(name))
    .map(({ name, version }) => installed(names.get(name) ?? name, version));
  return { changes: pairsOf(brought, coming, ({ name }) => normalPythonName(name)), unknown: [] };
}

/** A text says why they are not known. */
function requirementLines(written: string, contents: ReadonlyMap<string, Buffer>): string[] | string {
  const base = written.slice(written.lastIndexOf('/') + 1);
  const [path, ...more] = [...contents.keys()].filter((each) => each === base || each.endsWith(`/${base}`));
  const text = path === undefined || more.length > 0 ? undefined : contents.get(path)?.toString('utf8');
  if (text === undefined) return `${written} is not in the image, or there are several: what it names is not known`;
  const lines = text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/(?:^|\s)#.*$/, '')
        .replace(/\s--hash=\S+/g, '')
        .trim(),
    )
    .filter((line) => line !== '');
  const option = lines.find((line) => line.startsWith('-'));
  return option === undefined ? lines : `${written}: «${option.slice(0, 60)}» is not followed`;
}

/** `3.11.2` by the interpreter that lies in the image; the line alone where none tells. */
function fullVersion(line: string, packages: readonly InstalledPackage[]): string {
  const tells = packages.filter(({ name }) => name === 'python' || name === `python${line}`);
  const versions = tells.flatMap(({ version }) => /^(?:\d+:)?(\d+\.\d+\.\d+)/.exec(version)?.[1] ?? []);
  return versions.find((version) => version.startsWith(`${line}.`)) ?? line;
}

/** The release of Python in whose folder a package lies; undefined where the path does not tell. */
function pythonOf({ path }: InstalledPackage): string | undefined {
  return /\/python(\d+\.\d+)\//.exec(path)?.[1];
}

function installed(name: string, version: string): InstalledPackage {
  const purl = packageUrl({ type: 'pypi', name: normalPythonName(name), version });
  return { kind: 'pypi', name, version, purl, licences: [], path: '' };
}
