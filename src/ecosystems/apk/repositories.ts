import { lines } from '../internal/stanzas.ts';

/** A repository that apk asks (https://man.archlinux.org/man/extra/apk-tools/apk-repositories.5.en). */
export interface ApkRepository {
  readonly uri: string;
  /** Only packages that are asked for with it (`name@edge`) come from there. */
  readonly tag: string | undefined;
  /** `etc/apk/repositories:2` */
  readonly place: string;
}

const mostRepositories = 100;

export function isApkRepositoryFile(path: string): boolean {
  return path === 'etc/apk/repositories' || /^etc\/apk\/repositories\.d\/[\w.-]+\.list$/.test(path);
}

/** Reads the files that name apk's repositories, by their paths. */
export function readApkRepositories(files: ReadonlyMap<string, string>): ApkRepository[] {
  const found: ApkRepository[] = [];
  for (const [path, text] of [...files].filter(([path]) => isApkRepositoryFile(path)).sort()) {
    let number = 0;
    for (const line of lines(text)) {
      number++;
      const read = /^(?:@(\S+)\s+)?(\S+)/.exec(line.replace(/#.*$/, '').trim());
      const [, tag, uri = ''] = read ?? [];
      if (uri !== '' && found.length < mostRepositories) found.push({ uri, tag, place: `${path}:${number}` });
    }
  }
  return found;
}
