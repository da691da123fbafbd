import { noFacts, type SourceFacts, type SourceLogger, type SourceVariable } from '../source-facts.ts';
import { isStandardStream } from '../standard-stream.ts';

/** `${NAME}` and `${NAME:default}`; only names in capitals are variables for certain, others are properties. */
const placeholder = /\$\{([A-Z][A-Z0-9_]{1,100})(?::([^{}\n]{0,300}))?\}/g;

/**
 * The environment variables that Spring's placeholders name.
 * https://docs.spring.io/spring-boot/reference/features/external-config.html
 */
export function placeholders(text: string, offset: number): SourceVariable[] {
  return [...text.matchAll(placeholder)].map((match) => ({
    name: match[1] ?? '',
    range: { start: offset + match.index, end: offset + match.index + match[0].length },
    optional: match[2] !== undefined,
    required: match[2] === undefined,
    fallback: match[2],
  }));
}

/** Spring's application.properties and application.yml: Spring binds any variable to any property, so that others are read too. */
export function readProperties(text: string, base: string): SourceFacts {
  const variables: SourceVariable[] = [];
  const loggers: SourceLogger[] = [];
  const keys: { readonly indent: number; readonly name: string }[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const content = line.replace(/(?:^|\s)#.*$/, '');
    const key = base.endsWith('.properties') ? /^\s*([\w.-]+)\s*[=:]/.exec(content)?.[1] : yamlKey(content, keys);
    variables.push(...placeholders(content, offset));
    const value = content
      .slice(content.search(/[=:]/) + 1)
      .trim()
      .replace(/^["']|["']$/g, '');
    const setting = key === undefined ? undefined : loggingSetting(key, value, offset, line.length);
    if (setting) loggers.push(setting);
    offset += line.length + 1;
  }
  return { ...noFacts, variables, loggers, readsOthers: true };
}

/** The dotted name of the key on a line of block YAML. */
function yamlKey(line: string, keys: { readonly indent: number; readonly name: string }[]): string | undefined {
  const match = /^( *)(["']?)([\w.-]+)\2\s*:(?:\s|$)/.exec(line);
  if (!match) return undefined;
  const indent = (match[1] ?? '').length;
  while ((keys.at(-1)?.indent ?? -1) >= indent) keys.pop();
  keys.push({ indent, name: match[3] ?? '' });
  return keys.map(({ name }) => name).join('.');
}

function loggingSetting(key: string, value: string, offset: number, length: number): SourceLogger | undefined {
  const range = { start: offset, end: offset + length };
  if (value === '') return undefined;
  if (key === 'logging.file.name' || key === 'logging.file.path' || key === 'logging.file')
    return {
      library: 'spring-boot',
      range,
      format: 'unknown',
      destination: isStandardStream(value) ? 'stdout' : 'file',
      file: value,
    };
  if (key === 'logging.structured.format.console')
    return { library: 'spring-boot', range, format: 'json', destination: 'stdout' };
  return undefined;
}
