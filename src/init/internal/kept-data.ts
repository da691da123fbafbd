import type { Place } from '../detector.ts';
import { keepsData, type Question, type RunPlan } from '../plan.ts';
import { join, placeIn } from '../repository.ts';

const namesData = /(?:^|_)DATA_(?:DIR|DIRECTORY|FOLDER|PATH|ROOT)$/i;

const driver =
  /\bmattn\/go-sqlite3\b|\bmodernc\.org\/sqlite\b|\bglebarez\/sqlite\b|\bgorm\.io\/driver\/sqlite\b|^rusqlite\b|"(?:better-sqlite3|sqlite3)"\s*:/m;

/** What says that the program may keep data in files, though no path that it writes is known. */
export function mayKeepData({ application, repository, directory }: Place, run: RunPlan): readonly Question[] {
  if (keepsData({ run }) || run.port === undefined) return [];
  const read = application?.variablesRead.find(({ name }) => namesData.test(name));
  const inside = repository.files.filter((file) => file.startsWith(`${join(directory, 'data')}/`));
  const isEmpty =
    inside.length > 0 &&
    inside.every((file) => /\/(?:\.git(?:keep|ignore)|\.keep|\.htaccess|index\.html|README\.md)$/.test(file));
  const evidence = read
    ? `it reads ${read.name} (${placeIn(read.path, repository.read(read.path), read.range.start)})`
    : isEmpty
      ? `a directory without data is there (${inside[0]})`
      : driverOf(
          ['go.mod', 'Cargo.toml', 'package.json'].map((name) => join(directory, name)),
          repository,
        );
  if (evidence === undefined) return [];
  const question = `Does the program keep data in files: ${evidence}? If so, mount a volume there, run one replica and delete hpa.yaml: the root is read-only, and each pod would have its own.`;
  return [{ question, flag: undefined, assumed: 'it does not' }];
}

function driverOf(manifests: readonly string[], repository: Place['repository']): string | undefined {
  for (const path of manifests) {
    const text = repository.read(path);
    const found = text?.search(driver) ?? -1;
    if (found !== -1) return `a driver of SQLite is among its dependencies (${placeIn(path, text, found)})`;
  }
  return undefined;
}
