import { lines } from '../internal/stanzas.ts';

/** A repository that dnf asks (https://dnf.readthedocs.io/en/latest/conf_ref.html#repo-options). */
export interface RpmRepository {
  readonly id: string;
  /** Addresses, the first that answers is asked; variables are put in. */
  readonly baseUrls: readonly string[];
  /** An address of addresses. */
  readonly list: string | undefined;
  /** The smaller goes first. */
  readonly priority: number;
  readonly excludes: readonly string[];
  readonly includes: readonly string[];
  /** `etc/yum.repos.d/fedora.repo [fedora]` */
  readonly place: string;
}

export interface DnfSettings {
  readonly weakDependencies: boolean;
  /** What is named is brought to the newest, also where it is installed. RHEL and its kin switch it on. */
  readonly best: boolean;
  readonly excludes: readonly string[];
}

const mostRepositories = 200;

export function isRpmRepositoryFile(path: string): boolean {
  if (/^etc\/(?:dnf|yum)\/vars\/\w+$/.test(path)) return true;
  return path === 'etc/dnf/dnf.conf' || path === 'etc/yum.conf' || /^etc\/yum\.repos\.d\/[\w.+-]+\.repo$/.test(path);
}

/** Reads the files that name dnf's repositories, those that are switched on. Variables without a value are named. */
export function readRpmRepositories(
  files: ReadonlyMap<string, string>,
  variables: ReadonlyMap<string, string>,
): { readonly repositories: readonly RpmRepository[]; readonly problems: readonly string[] } {
  const all = new Map(variables);
  for (const [path, text] of files) {
    const name = /^etc\/(?:dnf|yum)\/vars\/(\w+)$/.exec(path)?.[1];
    if (name !== undefined) all.set(name, text.split('\n', 1)[0]?.trim() ?? '');
  }
  const repositories: RpmRepository[] = [];
  const problems: string[] = [];
  for (const [path, text] of [...files].sort())
    for (const [id, options] of sectionsOf(text)) {
      if (!path.startsWith('etc/yum.repos.d/') || id === 'main' || isOff(options.get('enabled'))) continue;
      const place = `${path} [${id}]`;
      const put = (written: string) => {
        const value = withVariables(written, all);
        if (/\$\{?\w/.test(value)) problems.push(`${place}: «${value}» has a variable that nobody sets`);
        return value;
      };
      const list = options.get('metalink') ?? options.get('mirrorlist');
      if (repositories.length >= mostRepositories) break;
      repositories.push({
        id,
        baseUrls: words(options.get('baseurl')).map(put),
        list: list === undefined ? undefined : put(list),
        priority: Number(options.get('priority') ?? 99) || 99,
        excludes: words(options.get('excludepkgs') ?? options.get('exclude')),
        includes: words(options.get('includepkgs')),
        place,
      });
    }
  return { repositories, problems };
}

export function readDnfSettings(files: ReadonlyMap<string, string>): DnfSettings {
  const text = files.get('etc/dnf/dnf.conf') ?? files.get('etc/yum.conf') ?? '';
  const main = new Map(sectionsOf(text)).get('main');
  return {
    // yum 3 knows no such option, and does so.
    best: files.has('etc/dnf/dnf.conf') || !files.has('etc/yum.conf') ? isOn(main?.get('best')) : true,
    weakDependencies: !isOff(main?.get('install_weak_deps')),
    excludes: words(main?.get('excludepkgs') ?? main?.get('exclude')),
  };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|yes|true|on)$/i.test(value);
}

function isOff(value: string | undefined): boolean {
  return value !== undefined && /^(?:0|no|false|off)$/i.test(value);
}

function withVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (written, one?: string, other?: string) => {
    return variables.get(one ?? other ?? '') ?? written;
  });
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter(Boolean);
}

/** Sections of an INI file; a line that begins with a space goes on with the value before. */
function sectionsOf(text: string): (readonly [id: string, options: ReadonlyMap<string, string>])[] {
  const found: (readonly [string, Map<string, string>])[] = [];
  let last = '';
  for (const line of lines(text)) {
    if (/^\s*(?:[#;].*)?$/.test(line)) continue;
    const section = /^\[([^\]]+)\]/.exec(line)?.[1];
    const options = found.at(-1)?.[1];
    if (section !== undefined) found.push([section, new Map()]);
    else if (/^\s/.test(line) && options) options.set(last, `${options.get(last) ?? ''} ${line.trim()}`);
    else {
      const at = line.indexOf('=');
      if (at === -1 || options === undefined) continue;
      last = line.slice(0, at).trim().toLowerCase();
      options.set(last, line.slice(at + 1).trim());
    }
  }
  return found;
}
