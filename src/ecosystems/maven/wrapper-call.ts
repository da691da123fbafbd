import type { CommandLine } from '../../core/command-line.ts';

/** How a wrapper script of the project is started: `./mvnw`, `sh ./gradlew`; undefined where it lies in another directory. */
export function wrapperCall({ name, nameWord, arguments: words }: CommandLine, wrapper: string): string | undefined {
  if (name === wrapper) return nameWord.raw === `./${wrapper}` ? nameWord.raw : undefined;
  if (name !== 'sh' && name !== 'bash') return undefined;
  const [script] = words;
  return script?.value === wrapper || script?.value === `./${wrapper}` ? `${name} ./${wrapper}` : undefined;
}
