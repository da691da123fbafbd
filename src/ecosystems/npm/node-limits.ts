/** The newest Node.js that a major version of a compiled package builds on; of their own tables of supported platforms. */
const newest: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'node-sass': { '4': '14', '5': '14', '6': '16', '7': '16', '8': '18', '9': '20' },
  fibers: { '4': '14', '5': '14' },
  grpc: { '1': '14' },
  sqlite3: { '3': '10', '4': '14' },
};

export interface NodeLimit {
  readonly package: string;
  readonly version: string;
  /** The last release line of Node.js, of those with long-term support. */
  readonly line: string;
}

/** The package of a lock file that keeps the application to the oldest Node.js; undefined where none does. */
export function nodeLimit(lock: string): NodeLimit | undefined {
  const limits = Object.entries(newest).flatMap(([name, lines]): NodeLimit[] => {
    const version = lockedVersion(lock, name);
    const line = version === undefined ? undefined : lines[version.split('.')[0] ?? ''];
    return version === undefined || line === undefined ? [] : [{ package: name, version, line }];
  });
  return limits.sort((one, other) => Number(one.line) - Number(other.line))[0];
}

/** webpack up to 4 hashes with MD4, which OpenSSL 3, that of Node.js 17 and later, has only when it is asked for. */
export function needsLegacyOpenSsl(lock: string, line: string): boolean {
  return Number(line) >= 17 && /^4\./.test(lockedVersion(lock, 'webpack') ?? '');
}

/** The version of a package at the top of a lock file of npm, Yarn or pnpm. */
export function lockedVersion(lock: string, name: string): string | undefined {
  const escaped = name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const patterns = [
    `"node_modules/${escaped}": \\{\\s*"version": "([^"]+)"`,
    `^ {4}"${escaped}": \\{\\s*"version": "([^"]+)"`,
    `^"?${escaped}@[^\\n]*:\\n {2}version:? "?([\\w.-]+)`,
    `^ {2}['"]?/?${escaped}[@/](\\d[\\w.-]*)`,
  ];
  for (const pattern of patterns) {
    const version = new RegExp(pattern, 'm').exec(lock)?.[1];
    if (version !== undefined) return version;
  }
  return undefined;
}
