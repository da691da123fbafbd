import type { JsonObject } from '../../core/json-object.ts';

/** What one line is written in. */
export type LineFormat = 'json' | 'logfmt' | 'access log' | 'klog' | 'plain' | 'continuation' | 'empty';

/** Formats that a parser takes apart without a pattern of the application's own. */
export function isStructured(format: LineFormat): boolean {
  return format === 'json' || format === 'logfmt';
}

/** Common and combined log format: https://httpd.apache.org/docs/2.4/logs.html#accesslog, nginx's `combined`. */
const accessLog = /^\S{1,80} \S{1,80} \S{1,80} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/;

/** https://github.com/kubernetes/klog */
const klog = /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6}\s{1,20}\d{1,10} \S{1,100}:\d{1,6}\] /;

export function textFormat(text: string): LineFormat {
  if (accessLog.test(text)) return 'access log';
  return klog.test(text) ? 'klog' : 'plain';
}

const pair = /([A-Za-z_@][\w@./-]{0,100})=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?:\s+|$)/y;

/**
 * The pairs of a line that is logfmt from its first character to its last; undefined for every other line. At least two pairs: one
 * alone may stand in any sentence. https://brandur.org/logfmt
 */
export function logfmtPairs(text: string): JsonObject | undefined {
  const first = text.indexOf('=');
  if (first <= 0 || first > 100) return undefined;
  const pairs: Record<string, string> = Object.create(null);
  let count = 0;
  pair.lastIndex = 0;
  while (pair.lastIndex < text.length) {
    const at = pair.lastIndex;
    const match = pair.exec(text);
    if (match === null) {
      pair.lastIndex = at;
      return undefined;
    }
    pairs[match[1] ?? ''] = match[2] ?? match[3] ?? '';
    count += 1;
  }
  return count >= 2 ? pairs : undefined;
}
