import { posix } from 'node:path';
import type { Place } from '../detector.ts';
import { directoryOf, join } from '../repository.ts';
import { findInSources } from './endpoints.ts';

export interface GoModule {
  readonly text: string;
  readonly name: string;
  readonly requires: ReadonlySet<string>;
  /** Directories of this repository that stand in for modules. */
  readonly replacedBy: readonly string[];
}

export function readModule(place: Place): GoModule {
  const text = place.read('go.mod') ?? '';
  return {
    text,
    name: /^module\s+"?(\S+?)"?\s*$/m.exec(text)?.[1] ?? 'app',
    requires: new Set(
      [...text.matchAll(/^[ \t]*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v/gm)].map(([, name = '']) => name),
    ),
    replacedBy: [...text.matchAll(/=>\s*(\.{1,2}\/\S*|\.{1,2})\s*$/gm)].map(([, path = '']) => path),
  };
}

/**
 * The directory that a module is built from: its own, or one above where modules beside it stand in for others, by `replace` or by a
 * workspace (https://go.dev/ref/mod#workspaces) that uses it.
 */
export function goContext({ repository, directory }: Place, { replacedBy }: GoModule): string {
  let root = directory;
  for (const path of replacedBy) {
    const target = posix.normalize(posix.join(directory, path));
    if (target.startsWith('..')) continue;
    while (root !== '' && target !== root && !target.startsWith(`${root}/`)) root = directoryOf(root);
  }
  for (let at = directory; at !== ''; ) {
    at = directoryOf(at);
    const text = repository.read(join(at, 'go.work'));
    if (text === undefined) continue;
    const used = [...text.matchAll(/^[ \t]*(?:use[ \t]+)?"?(\.[^\s"()]*)"?[ \t\r]*$/gm)].map(([, path = '']) =>
      posix.normalize(posix.join(at, path)),
    );
    if (used.includes(directory) && used.length > 1 && at.length < root.length) root = at;
    break;
  }
  return root;
}

/** Modules that are C in part. */
const cgoModules =
  /^(?:github\.com\/mattn\/go-sqlite3|github\.com\/confluentinc\/confluent-kafka-go|github\.com\/DataDog\/zstd|github\.com\/h2non\/bimg|github\.com\/libgit2|github\.com\/pebbe\/zmq4|gocv\.io\/)/;

export function needsCgo(place: Place, module: GoModule): string | undefined {
  const required = [...module.requires].find((name) => cgoModules.test(name));
  if (required) return `${required} (${place.place('go.mod', required)})`;
  const found = findInSources(place, /^import "C"$/m);
  return found && `import "C" (${found.evidence})`;
}
