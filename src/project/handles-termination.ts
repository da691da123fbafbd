import type { Application } from './application.ts';
import type { Project } from './project.ts';

/** What sources name that say what is done at SIGTERM, by language; the packages of Node.js with one of these words in their names are for that. */
const handlers: Readonly<Partial<Record<Application['language'], RegExp>>> = {
  node: /['"`]SIGTERM['"`]|enableShutdownHooks|terminus|http-terminator|lightship|close-with-grace/,
  python: /\bSIGTERM\b|\badd_signal_handler\b|\bsignal\.signal\b/,
};

/** Whether the sources of an application, as far as they were read, have a handler for SIGTERM. False for a language of which it is not known. */
export function handlesTermination(project: Project, { sourcePaths, language }: Application): boolean {
  const handler = handlers[language];
  return handler !== undefined && sourcePaths.some((path) => handler.test(project.readFile?.(path)?.text ?? ''));
}
