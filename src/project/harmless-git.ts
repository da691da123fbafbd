import { execFileSync } from 'node:child_process';

/**
 * The environment in which git, asked about a directory, starts no program of the repository's choice: no monitor, hook or filter, and
 * no transport for objects that are not there. The repository may be anybody's, and its configuration came with it.
 * @throws what starting git throws, so that nothing is asked of a repository whose filters are not known.
 */
export function harmlessGit(directory: string): NodeJS.ProcessEnv {
  const settings: [string, string][] = [
    ['core.fsmonitor', 'false'],
    ['core.hooksPath', '/dev/null'],
    ['core.quotePath', 'false'],
    ...filtersOf(directory).flatMap((filter): [string, string][] => [
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

/** `filter.lfs` of every filter that is configured, wherever. The names hold what they like, `=` too. */
function filtersOf(directory: string): string[] {
  try {
    const keys = execFileSync('git', ['-C', directory, 'config', '-z', '--name-only', '--get-regexp', '^filter\\.'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 26,
    });
    const names = keys.split('\0').map((key) => key.slice(0, key.lastIndexOf('.')));
    return [...new Set(names.filter((name) => name.startsWith('filter.')))];
  } catch (error) {
    // There is none.
    if (error instanceof Error && 'status' in error && error.status === 1) return [];
    throw error;
  }
}
