import type { Place } from '../detector.ts';
import type { Question } from '../plan.ts';

/** A setting that names a directory of the machine: `file.upload-dir=/Users/ada/uploads`, `upload-dir: "/var/shop"`. */
const directory =
  /^[ \t]*([\w.-]{0,80}?(?:dir|directory|folder|(?:upload|storage|data|file)[\w-]{0,20}[._-]?(?:path|location)))[ \t]{0,20}[=:][ \t]{0,20}["']?(?:file:(?:\/\/)?)?(\/(?!tmp(?:\/|$))[\w.-]{1,60}(?:\/[\w.-]{1,60}){0,12})\/?["']?[ \t]{0,20}\r?$/gim;

/** Settings of the program that name a directory of the machine it was written on: in the pod nobody can write there. */
export function directoriesInSettings({ read, place, choices }: Place): readonly Question[] {
  return ['application.properties', 'application.yml', 'application.yaml'].flatMap((name) => {
    const file = `src/main/resources/${name}`;
    return [...(read(file) ?? '').matchAll(directory)]
      .filter(([, , path = '']) => choices.data?.includes(path) !== true)
      .map(({ index, 1: setting = '', 2: path = '' }) => ({
        question: `The setting ${setting} (${place(file, index)}) names ${path}: the root of the pod is read-only, and what is written there goes with it. Mount a volume there (--data ${path}), or name another place by a variable.`,
        flag: '--data',
        assumed: 'one pod, without a volume',
      }));
  });
}
