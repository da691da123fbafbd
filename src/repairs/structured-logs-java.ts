import type { LoggerUse } from '../project/application.ts';
import type { LogSwitch } from './structured-logs.ts';
import { replacement } from './text-edits.ts';

/** The encoder of logback and the layout of log4j2, in their XML. */
export function javaLogs({ library, range, path }: LoggerUse, text: string): LogSwitch | undefined {
  if (!path.endsWith('.xml')) return undefined;
  if (library === 'logback')
    return only(
      text,
      range.start,
      /<encoder(?:\s+class="ch\.qos\.logback\.classic\.encoder\.PatternLayoutEncoder")?\s*>\s*<pattern>[^<]*<\/pattern>\s*(?:<charset>[^<]*<\/charset>\s*)?<\/encoder>/g,
      '<encoder class="ch.qos.logback.classic.encoder.JsonEncoder"/>',
      'Use the JSON encoder of logback',
      'JsonEncoder came with logback 1.3.8 and 1.4.8 (Spring Boot 3.1): is that version or a later one in the application? A message with {} stays so in it, and its arguments stand beside it.',
    );
  if (library === 'log4j2')
    return only(
      text,
      range.start,
      /<PatternLayout\b[^<>]*\/>|<PatternLayout\b[^<>]*>\s*<Pattern>[^<]*<\/Pattern>\s*<\/PatternLayout>/g,
      '<JsonTemplateLayout eventTemplateUri="classpath:EcsLayout.json"/>',
      'Use JsonTemplateLayout',
      'Is org.apache.logging.log4j:log4j-layout-template-json among the dependencies? Without it log4j2 refuses the layout.',
    );
  return undefined;
}

/** The one place of that kind; with several, a person has to say which are for the console. */
function only(
  text: string,
  near: number,
  pattern: RegExp,
  replaced: string,
  title: string,
  question: string,
): LogSwitch | undefined {
  const matches = [...text.matchAll(pattern)];
  const [match] = matches;
  if (match === undefined || matches.length > 1 || Math.abs(match.index - near) > 2000) return undefined;
  return {
    title,
    edits: [replacement({ start: match.index, end: match.index + match[0].length }, replaced)],
    question,
  };
}
