import type { Application } from './application.ts';
import type { Project } from './project.ts';

/** What sources name that say what is done at SIGTERM, by language; the packages of Node.js with one of these words in their names are for that. */
export const terminationHandlers = {
  node: /['"`]SIGTERM['"`]|enableShutdownHooks|terminus|http-terminator|lightship|close-with-grace/,
  python: /\bSIGTERM\b|\badd_signal_handler\b|\bsignal\.signal\b/,
} as const satisfies Readonly<Partial<Record<Application['language'], RegExp>>>;

/** Whether the sources of an application, as far as they were read, have a handler for SIGTERM. False for a language of which it is not known. */
export function handlesTermination(project: Project, { sourcePaths, language }: Application): boolean {
  const handler = language === 'node' || language === 'python' ? terminationHandlers[language] : undefined;
  return handler !== undefined && sourcePaths.some((path) => handler.test(project.readFile?.(path)?.text ?? ''));
}
