/** What apt is told by its configuration files that decides what it installs (https://manpages.debian.org/bookworm/apt/apt.conf.5.en.html). */
export interface AptSettings {
  readonly recommends: boolean;
  readonly suggests: boolean;
  /** `APT::Default-Release`. */
  readonly defaultRelease: string | undefined;
  /** Recommended packages, and suggested ones, are kept by `autoremove`. */
  readonly keepsRecommended: boolean;
  readonly keepsSuggested: boolean;
}

export function isAptSettingsFile(path: string): boolean {
  return path === 'etc/apt/apt.conf' || /^etc\/apt\/apt\.conf\.d\/[\w-]+(?:\.conf)?$/.test(path);
}

/** Reads apt's configuration files, by their paths, those of `apt.conf.d` first. */
export function readAptSettings(files: ReadonlyMap<string, string>): AptSettings {
  const options = new Map<string, string>();
  const paths = [...files.keys()].filter(isAptSettingsFile).sort((one, other) => {
    const last = Number(one === 'etc/apt/apt.conf') - Number(other === 'etc/apt/apt.conf');
    return last || (one < other ? -1 : 1);
  });
  for (const path of paths) for (const [name, value] of optionsOf(files.get(path) ?? '')) options.set(name, value);
  const isOn = (name: string, usual: boolean) => {
    const value = options.get(name)?.toLowerCase();
    if (value === undefined || value === '') return usual;
    return !/^(?:0|no|false|off|without|disable)$/.test(value);
  };
  return {
    recommends: isOn('apt::install-recommends', true),
    suggests: isOn('apt::install-suggests', false),
    defaultRelease: options.get('apt::default-release') || undefined,
    keepsRecommended: isOn('apt::autoremove::recommendsimportant', true),
    keepsSuggested: isOn('apt::autoremove::suggestsimportant', true),
  };
}

/** Names in lower case. Both forms: `A::B "c";` and `A { B "c"; };`. */
function optionsOf(text: string): (readonly [name: string, value: string])[] {
  const plain = withoutBlocks(text).replace(/^[ \t]*(?:\/\/|#).*$/gm, ' ');
  const found: (readonly [string, string])[] = [];
  const around: string[] = [];
  let name = '';
  for (const [token] of plain.matchAll(/"[^"\n]*"|[{};]|[^\s{};"]+/g)) {
    if (token === '{') {
      around.push(name);
      name = '';
    } else if (token === '}') around.pop();
    else if (token === ';') name = '';
    else if (name === '') name = token;
    else found.push([[...around, name].filter(Boolean).join('::').toLowerCase(), token.replace(/^"|"$/g, '')]);
  }
  return found;
}

/** Without block comments; one that does not end hides the rest. */
function withoutBlocks(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let start = text.indexOf('/*'); start !== -1; start = text.indexOf('/*', at)) {
    kept.push(text.slice(at, start));
    const end = text.indexOf('*/', start + 2);
    if (end === -1) return kept.join(' ');
    at = end + 2;
  }
  return [...kept, text.slice(at)].join(' ');
}
