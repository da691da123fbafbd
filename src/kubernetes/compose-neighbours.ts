import type { ComposeFile, ComposeService } from './compose.ts';
import { directoryOf } from './project-path.ts';
import { entriesAt, scalarsAt, textAt } from './yaml-node.ts';

export interface ComposeNeighbours {
  /** Whether a host's name is one that Compose gives to a container beside those of the file. */
  has(file: ComposeFile, host: string): boolean;
}

/**
 * The names under which the services of a Compose project reach each other: services, `container_name`, aliases in networks and those of
 * links. Files of one directory are one project, with what they include or extend. Constant time for each question.
 */
export function composeNeighbours(files: readonly ComposeFile[]): ComposeNeighbours {
  const names = new Map<string, Set<string>>();
  const joined = new Map<string, Set<string>>();
  for (const file of files) {
    const directory = directoryOf(file.path);
    for (const name of file.services.flatMap(namesOf)) setOf(names, directory).add(name.toLowerCase());
    for (const other of file.includes.map(directoryOf)) {
      setOf(joined, directory).add(other);
      setOf(joined, other).add(directory);
    }
  }
  return {
    has(file, host) {
      const directory = directoryOf(file.path);
      return [directory, ...(joined.get(directory) ?? [])].some((each) => names.get(each)?.has(host.toLowerCase()));
    },
  };
}

function setOf(map: Map<string, Set<string>>, key: string): Set<string> {
  const known = map.get(key) ?? new Set<string>();
  map.set(key, known);
  return known;
}

/** https://docs.docker.com/reference/compose-file/services/ */
function namesOf({ name, node }: ComposeService): readonly string[] {
  const container = textAt(node, 'container_name');
  return [
    name,
    ...(container === undefined ? [] : [container]),
    ...entriesAt(node, 'networks').flatMap(({ value }) => scalarsAt(value, 'aliases').map(({ text }) => text)),
    ...scalarsAt(node, 'links').flatMap(({ text }) => text.split(':')[1] ?? []),
  ];
}
