import type { Place } from '../detector.ts';
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
      [...text.matchAll(/^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v/gm)].map(([, name = '']) => name),
    ),
    replacedBy: [...text.matchAll(/=>\s*(\.{1,2}\/\S*|\.{1,2})\s*$/gm)].map(([, path = '']) => path),
  };
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
