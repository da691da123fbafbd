import type { Place } from '../detector.ts';
import { type Detection, keepsData, type Question, type RunPlan } from '../plan.ts';
import { filesBelow, join, placeIn } from '../repository.ts';
import { keepsDirectory } from './data-paths.ts';
import { findInSources } from './endpoints.ts';

const namesData = /(?:^|_)DATA_(?:DIR|DIRECTORY|FOLDER|PATH|ROOT)$/i;

/** What stores data in a file of the program's own, as manifests of each language name it. */
const store: readonly RegExp[] = [
  /^[ \t]*(?:require[ \t]+)?(?:github\.com\/(?:mattn\/go-sqlite3|glebarez\/(?:go-)?sqlite|ncruces\/go-sqlite3|boltdb\/bolt|asdine\/storm|dgraph-io\/badger|syndtr\/goleveldb|cockroachdb\/pebble)|modernc\.org\/sqlite|zombiezen\.com\/go\/sqlite|gorm\.io\/driver\/sqlite|go\.etcd\.io\/bbolt)(?:\/v\d+)? v(?![^\n]{0,200}\/\/ indirect)/m,
  /^(?:rusqlite|libsqlite3-sys|sled|redb|rocksdb|heed)\b|"(?:diesel|sqlx|sea-orm)\/(?:sqlx-)?sqlite"|^(?:diesel|sqlx|sea-orm)[ \t]*=[^\n]{0,300}"(?:sqlx-)?sqlite"/m,
  /"(?:better-sqlite3|sqlite3)"\s*:/,
  /\bInclude="(?:Microsoft\.EntityFrameworkCore\.Sqlite(?:\.Core)?|Microsoft\.Data\.Sqlite(?:\.Core)?|System\.Data\.SQLite(?:\.Core)?|LiteDB)"/i,
];

/** PHP's functions for files that are written; plain programs have no other place to keep anything, unless they name a database. */
export const writesFiles =
  /\b(?:file_put_contents|move_uploaded_file)\s{0,9}\(|\bfopen\s{0,9}\([^)\n]{0,200},\s*['"][wax]/;

/**
 * With the directories that the user says data is kept in: each gets a part of the volume that outlives the pods. That it keeps none is
 * said of what was found, too: then nothing outlives the pod.
 */
export function withChosenData(run: RunPlan, place: Place, language: string): RunPlan {
  const { data } = place.choices;
  if (data === undefined) return run;
  const found = run.writable.filter(({ path }) => !data.includes(path));
  return {
    ...run,
    writable: [
      ...found.map(({ lasts: _, ...each }) => each),
      ...data.map((path) => ({
        path,
        why: 'Data is kept here, as --data says.',
        lasts: true as const,
        ...(comesWithFiles(place, language, path) && { filled: true as const }),
      })),
    ],
  };
}

/** Where sources are copied as they are, and a shell can copy what lies there into a volume. */
const homeOfSources: Readonly<Record<string, string>> = { PHP: '/var/www/html', Python: '/app', 'Node.js': '/app' };

function comesWithFiles({ repository, directory }: Place, language: string, path: string): boolean {
  const home = homeOfSources[language];
  if (home === undefined || !path.startsWith(`${home}/`)) return false;
  return filesBelow(repository, join(directory, path.slice(home.length + 1))).length > 0;
}

/** What says that the program may keep data in files, though no path that it writes is known and the user has said nothing. */
export function mayKeepData(
  place: Place,
  { run, language, framework, asksForData }: Pick<Detection, 'run' | 'language' | 'framework' | 'asksForData'>,
): readonly Question[] {
  const { application, repository, directory, choices } = place;
  if (choices.data !== undefined || keepsData({ run }) || run.port === undefined || asksForData) return [];
  const read = application?.variablesRead.find(({ name }) => namesData.test(name));
  const inside = filesBelow(repository, join(directory, 'data'));
  const isEmpty = inside.length > 0 && inside.every((file) => keepsDirectory.test(file));
  const evidence = read
    ? `it reads ${read.name} (${placeIn(read.path, repository.read(read.path), read.range.start)})`
    : isEmpty
      ? `a directory without data is there (${inside[0]})`
      : (storeOf(
          language === '.NET'
            ? repository.files.filter((file) => /\.(?:cs|fs|vb)proj$/.test(file) && !/test/i.test(file))
            : ['go.mod', 'Cargo.toml', 'package.json'].map((name) => join(directory, name)),
          repository,
        ) ?? (language === 'PHP' && framework === undefined ? writerOf(place) : undefined));
  if (evidence === undefined) return [];
  const question = `Does the program keep data in files: ${evidence}? --data says where (absolute, in the container), and a volume is mounted there: the root is read-only. --stateless says that it does not, and several pods share the work.`;
  return [{ question, flag: '--data', assumed: 'one pod, without a volume' }];
}

function writerOf(place: Place): string | undefined {
  const found = findInSources(place, writesFiles);
  return found && `it writes files (${found.evidence})`;
}

function storeOf(manifests: readonly string[], repository: Place['repository']): string | undefined {
  for (const path of manifests) {
    const text = repository.read(path);
    for (const pattern of store) {
      const found = text?.search(pattern) ?? -1;
      if (found !== -1)
        return `a driver of SQLite or another store in files is among its dependencies (${placeIn(path, text, found)})`;
    }
  }
  return undefined;
}
