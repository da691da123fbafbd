import { execFileSync } from 'node:child_process';

/**
 * The environment in which git, asked about a directory, starts no program of the repository's choice: no monitor, hook or filter, and
 * no transport for objects that are not there. The repository may be anybody's, and its configuration came with it.
 * @throws what starting git throws, so that nothing is asked of a repository whose filters are not known.
 */
export function harmlessGit(directory: string): NodeJS.ProcessEnv {
  return withoutFilters(filtersAndOrigin(directory).filters);
}

/** The same, with the URL of the remote `origin`: to start git takes longer than its answer. */
export function harmlessGitAndOrigin(directory: string): {
  readonly env: NodeJS.ProcessEnv;
  readonly origin: string | undefined;
} {
  const { filters, origin } = filtersAndOrigin(directory);
  return { env: withoutFilters(filters), origin };
}

function withoutFilters(filters: readonly string[]): NodeJS.ProcessEnv {
  const settings: [string, string][] = [
    ['core.fsmonitor', 'false'],
    ['core.hooksPath', '/dev/null'],
    ['core.quotePath', 'false'],
    ...filters.flatMap((filter): [string, string][] => [
      [`${filter}.clean`, ''],
      [`${filter}.smudge`, ''],
      [`${filter}.process`, ''],
      [`${filter}.required`, 'false'],
    ]),
  ];
  const own = Number(process.env.GIT_CONFIG_COUNT ?? 0) || 0;
  const numbered = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${own + at}`, key],
    [`GIT_CONFIG_VALUE_${own + at}`, value],
  ]);
  return {
    ...process.env,
    ...Object.fromEntries(numbered),
    GIT_CONFIG_COUNT: String(own + settings.length),
    // No protocol is allowed, whatever `protocol.*.allow` says; newer versions do not even try.
    GIT_ALLOW_PROTOCOL: '',
    GIT_NO_LAZY_FETCH: '1',
  };
}

/** `filter.lfs` of every filter that is configured, wherever, and the URL of the remote `origin`. The names hold what they like, `=` too. */
function filtersAndOrigin(directory: string): { readonly filters: string[]; readonly origin: string | undefined } {
  const pairs = configured(directory, '^(filter\\..*|remote\\.origin\\.url)$');
  const names = pairs.map(([key]) => key.slice(0, key.lastIndexOf('.'))).filter((name) => name.startsWith('filter.'));
  // The last one counts: https://git-scm.com/docs/git-config#Documentation/git-config.txt---get
  const origin = pairs.findLast(([key]) => key === 'remote.origin.url')?.[1]?.trim();
  return { filters: [...new Set(names)], origin: origin || undefined };
}

/** Keys with their values. Neither a key nor the name in it has a line end: https://git-scm.com/docs/git-config#_syntax */
function configured(directory: string, keys: string): [key: string, value: string | undefined][] {
  try {
    const output = execFileSync('git', ['-C', directory, 'config', '-z', '--get-regexp', keys], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 26,
    });
    return output
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => {
        const end = entry.indexOf('\n');
        return end === -1 ? [entry, undefined] : [entry.slice(0, end), entry.slice(end + 1)];
      });
  } catch (error) {
    // There is none.
    if (error instanceof Error && 'status' in error && error.status === 1) return [];
    throw error;
  }
}
