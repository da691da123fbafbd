import type { NewFile } from '../core/fix.ts';
import type { Application } from '../project/application.ts';
import { springBootVersion } from '../project/default-loggers.ts';
import type { LogSwitch } from './structured-logs.ts';
import { insertion } from './text-edits.ts';

const property = 'logging.structured.format.console';

/** Spring Boot's own switch, from 3.4 on, in the application's properties: https://docs.spring.io/spring-boot/reference/features/logging.html#features.logging.structured */
export function springLogs(
  application: Application,
  read: (path: string) => string | undefined,
): LogSwitch | undefined {
  const version = springBootVersion(application, read);
  if (version && (version[0] < 3 || (version[0] === 3 && version[1] < 4))) return undefined;
  const files = application.sourcePaths.filter((path) => /(?:^|\/)application\.(?:properties|ya?ml)$/.test(path));
  const [path] = files;
  if (files.length > 1) return undefined;
  const common = {
    title: `Set ${property}`,
    ...(version === undefined && {
      question: `${property} came with Spring Boot 3.4: is the application built with that version or a later one?`,
    }),
  };
  if (path === undefined) {
    const newFile = inMainResources(application);
    return newFile && { ...common, edits: [], newFiles: [newFile] };
  }
  const text = application.artifact(path)?.text;
  const edit =
    text === undefined
      ? undefined
      : path.endsWith('.properties')
        ? addProperty(text)
        : addToYaml(text.replace(/^\uFEFF/, ' '));
  return edit && { ...common, path, edits: [edit] };
}

function inMainResources({ directory, sourcePaths }: Application): NewFile | undefined {
  const prefix = directory === '' ? '' : `${directory}/`;
  if (!sourcePaths.some((path) => path.startsWith(`${prefix}src/main/`))) return undefined;
  return { path: `${prefix}src/main/resources/application.properties`, text: `${property}=ecs\n` };
}

function addProperty(text: string): LogSwitch['edits'][number] | undefined {
  const documents = /^[#!]---/m.exec(text);
  if (/^[ \t]*logging\.structured/m.test(text)) return undefined;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const at = documents?.index ?? text.length;
  // A line that ends in a backslash goes on in the next one.
  if (/\\\s*$/.test(text.slice(0, at))) return undefined;
  const lead = at === 0 || text[at - 1] === '\n' ? '' : newline;
  return insertion(at, `${lead}${property}=ecs${newline}`);
}

/** Below the key `logging` of the first document, or at its end. */
function addToYaml(text: string): LogSwitch['edits'][number] | undefined {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const first = /^---[^\S\n]*\r?\n/.exec(text)?.[0].length ?? 0;
  const separator = /^(?:---|\.\.\.)(?:\s|$)/m.exec(text.slice(first));
  const end = separator ? first + separator.index : text.length;
  const document = text.slice(first, end);
  // Of one profile only, in flow style, or with a flat key of that name: for a person.
  if (/^[ \t]*(?:on-profile|profiles)\s*:|^[ \t]*\{|^logging\.|^[ \t]*structured\s*:|\t/m.test(document))
    return undefined;
  // Its first key tells how far in its keys stand; a comment above that may stand elsewhere.
  const logging = /^(logging:[^\S\r\n]*(?:#[^\r\n]*)?\r?\n)(?:[^\S\r\n]*(?:#[^\r\n]*)?\r?\n)*([ ]+)(?=[\w"'])/m.exec(
    document,
  );
  if (logging) {
    const indent = logging[2] ?? '  ';
    const at = first + logging.index + (logging[1] ?? '').length;
    const lines = ['structured:', `${indent}format:`, `${indent}${indent}console: ecs`];
    return insertion(at, lines.map((line) => `${indent}${line}${newline}`).join(''));
  }
  if (/^["']?logging["']?\s*:/m.test(document)) return undefined;
  const lead = end === 0 || text[end - 1] === '\n' ? '' : newline;
  const lines = ['logging:', '  structured:', '    format:', '      console: ecs'];
  return insertion(end, lead + lines.map((line) => `${line}${newline}`).join(''));
}
