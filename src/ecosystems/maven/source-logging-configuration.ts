import type { SourceRange } from '../../core/text.ts';
import type { LogFormat, SourceLogger } from '../source-facts.ts';
import { isStandardStream } from '../standard-stream.ts';

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly range: SourceRange;
  readonly closing: boolean;
  readonly empty: boolean;
}

/** Loggers that logback.xml, log4j2.xml or logging.properties set up. Appenders that nothing refers to are left out. */
export function readLoggingConfiguration(text: string, base: string): SourceLogger[] {
  if (base.endsWith('.properties')) return readLoggingProperties(text);
  const tags = readTags(text);
  return /^log4j2?(?:-[\w-]+)?\.xml$/.test(base) ? log4j(tags) : logback(tags);
}

/** The tags of an XML text, comments left out. Linear in the text. */
function readTags(text: string): Tag[] {
  const tags: Tag[] = [];
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at);
      if (end === -1) break;
      at = end + 3;
      continue;
    }
    const end = text.indexOf('>', at);
    if (end === -1) break;
    const body = text.slice(at + 1, end);
    const name = /^\/?([\w.:-]{1,200})/.exec(body)?.[1];
    if (name !== undefined)
      tags.push({
        name,
        attributes: attributesOf(body),
        range: { start: at, end: end + 1 },
        closing: body.startsWith('/'),
        empty: body.endsWith('/'),
      });
    at = end + 1;
  }
  return tags;
}

function attributesOf(body: string): Map<string, string> {
  const result = new Map<string, string>();
  for (const match of body.matchAll(/([\w.:-]{1,100})\s{0,20}=\s{0,20}(?:"([^"]{0,2000})"|'([^']{0,2000})')/g))
    result.set(match[1] ?? '', match[2] ?? match[3] ?? '');
  return result;
}

/** https://logback.qos.ch/manual/appenders.html */
function logback(tags: readonly Tag[]): SourceLogger[] {
  const used = new Set(tags.filter((tag) => tag.name === 'appender-ref').map((tag) => tag.attributes.get('ref')));
  const result: SourceLogger[] = [];
  tags.forEach((tag, index) => {
    if (tag.name !== 'appender' || tag.closing || !used.has(tag.attributes.get('name'))) return;
    const inner = innerTags(tags, index);
    const className = tag.attributes.get('class') ?? '';
    const toFile = /FileAppender$/.test(className);
    const format = inner.map((each) => formatOfClass(each.attributes.get('class') ?? each.name)).find(Boolean);
    if (!toFile && !/ConsoleAppender$/.test(className)) return;
    result.push({
      library: 'logback',
      range: tag.range,
      format: format ?? 'text',
      destination: toFile ? 'file' : 'stdout',
    });
  });
  return result;
}

/** https://logging.apache.org/log4j/2.x/manual/appenders.html */
function log4j(tags: readonly Tag[]): SourceLogger[] {
  const used = new Set(tags.filter((tag) => /^appender-?ref$/i.test(tag.name)).map((tag) => tag.attributes.get('ref')));
  const result: SourceLogger[] = [];
  tags.forEach((tag, index) => {
    const kind = tag.name === 'Appender' || tag.name === 'appender' ? (tag.attributes.get('type') ?? '') : tag.name;
    const toFile = /^(?:Rolling)?(?:RandomAccess)?File$/.test(kind);
    if (tag.closing || (!toFile && kind !== 'Console') || !used.has(tag.attributes.get('name'))) return;
    const format = innerTags(tags, index)
      .map((each) => formatOfClass(each.name))
      .find(Boolean);
    const file = tag.attributes.get('fileName');
    const standard = file !== undefined && isStandardStream(file);
    result.push({
      library: 'log4j2',
      range: tag.range,
      format: format ?? 'text',
      destination: toFile && !standard ? 'file' : 'stdout',
      ...(file !== undefined && { file }),
    });
  });
  return result;
}

function innerTags(tags: readonly Tag[], index: number): readonly Tag[] {
  const tag = tags[index];
  if (!tag || tag.empty) return [];
  const limit = Math.min(tags.length, index + 100);
  for (let at = index + 1; at < limit; at++)
    if (tags[at]?.closing && tags[at]?.name === tag.name) return tags.slice(index + 1, at);
  return tags.slice(index + 1, limit);
}

function formatOfClass(name: string): LogFormat | undefined {
  if (
    /Logstash\w*(?:Encoder|Layout)|Json(?:Template)?(?:Encoder|Layout)|EcsEncoder|EcsLayout|StructuredLogEncoder/i.test(
      name,
    )
  )
    return 'json';
  return /PatternLayout(?:Encoder)?$/.test(name) ? 'text' : undefined;
}

/** java.util.logging's own file. */
function readLoggingProperties(text: string): SourceLogger[] {
  const line = /^[ \t]*(?:\.|[\w.]{1,200}\.)?handlers[ \t]*=.{0,500}FileHandler.*$/m.exec(text);
  if (!line) return [];
  return [
    {
      library: 'java.util.logging',
      range: { start: line.index, end: line.index + line[0].length },
      format: 'unknown',
      destination: 'file',
    },
  ];
}
