import type { Application, LoggerUse } from '../project/application.ts';
import type { LogSwitch } from './structured-logs.ts';
import { behindBracket, insertion, replacement } from './text-edits.ts';

/** Serilog in code and in appsettings.json, and the console of Microsoft.Extensions.Logging. */
export function dotnetLogs(use: LoggerUse, text: string, application: Application): LogSwitch | undefined {
  const isSettings = use.path.endsWith('.json');
  if (use.library === 'Serilog')
    return isSettings ? sinkInSettings(use, text, application) : sinksInCode(text, application);
  if (use.library !== 'Microsoft.Extensions.Logging') return undefined;
  if (use.path.endsWith('proj')) return hostSettings(application, text);
  return isSettings ? formatterName(use) : undefined;
}

/** Serilog.AspNetCore brings the compact format with it; the other is part of Serilog itself. */
function hasCompact({ manifests }: Application): boolean {
  return [...manifests.values()].some(({ text }) => /Serilog\.(?:AspNetCore|Formatting\.Compact)\b/.test(text));
}

/** Arguments of the console sink that its form with a formatter takes as well. */
const keptArguments = /^(?:restrictedToMinimumLevel|levelSwitch|standardErrorFromLevel)\s*:/;
const droppedArguments = /^(?:outputTemplate|theme|formatProvider|applyThemeToRedirectedOutput)\s*:/;

/** All console sinks of a source: https://github.com/serilog/serilog-sinks-console#json-output */
function sinksInCode(text: string, application: Application): LogSwitch | undefined {
  const formatter = hasCompact(application)
    ? 'new Serilog.Formatting.Compact.RenderedCompactJsonFormatter()'
    : 'new Serilog.Formatting.Json.JsonFormatter(renderMessage: true)';
  const edits = [];
  for (const match of text.matchAll(/\bWriteTo\s{0,200}\.\s{0,20}Console\s{0,20}(?=\()/g)) {
    const open = match.index + match[0].length;
    const end = behindBracket(text, open);
    if (end === undefined) return undefined;
    const written = text.slice(open + 1, end - 1);
    // A comment would be lost.
    if (/\/[/*]/.test(written.replace(/"(?:[^"\\\n]|\\.)*"/g, ''))) return undefined;
    const given = argumentsOf(written);
    if (given.some((each) => /Formatter\b/.test(each))) continue;
    if (!given.every((each) => keptArguments.test(each) || droppedArguments.test(each))) return undefined;
    const kept = [formatter, ...given.filter((each) => keptArguments.test(each))];
    edits.push(replacement({ start: open + 1, end: end - 1 }, kept.join(', ')));
  }
  return edits.length === 0 ? undefined : { title: 'Give the console a JSON formatter', edits };
}

/** The arguments of a call, split at the commas between them. */
function argumentsOf(text: string): string[] {
  const result: string[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const character = text[at];
    if (character === '(' || character === '[' || character === '{') at = (behindBracket(text, at) ?? text.length) - 1;
    else if (character === '"')
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    if (character === ',' || at >= text.length) {
      result.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return result.filter((each) => each !== '');
}

/** https://github.com/serilog/serilog-settings-configuration#serilogsettingsconfiguration-- */
function sinkInSettings({ range }: LoggerUse, text: string, application: Application): LogSwitch | undefined {
  const type = hasCompact(application)
    ? 'Serilog.Formatting.Compact.RenderedCompactJsonFormatter, Serilog.Formatting.Compact'
    : 'Serilog.Formatting.Json.JsonFormatter, Serilog';
  const title = 'Give the console a JSON formatter';
  const formatter = `"formatter": "${type}"`;
  const found = text.slice(range.start, range.end);
  if (!found.startsWith('"Name"')) {
    const start = range.end - '"Console"'.length;
    return {
      title,
      edits: [replacement({ start, end: range.end }, `{ "Name": "Console", "Args": { ${formatter} } }`)],
    };
  }
  const open = text.lastIndexOf('{', range.start);
  const end = open === -1 ? undefined : behindBracket(text, open);
  if (end === undefined) return undefined;
  const sink = text.slice(open, end);
  const given = /"Args"\s*:\s*(?=\{)/.exec(sink);
  if (!given) return { title, edits: [insertion(range.end, `, "Args": { ${formatter} }`)] };
  const start = open + given.index + given[0].length;
  const close = behindBracket(text, start);
  if (close === undefined) return undefined;
  const kept = [...text.slice(start + 1, close - 1).matchAll(/"(\w+)"\s*:\s*("(?:[^"\\\n]|\\.)*"|[\w.]+)/g)];
  // What is no plain pair, or a comment, is for a person.
  const rest = text.slice(start + 1, close - 1).replace(/"(\w+)"\s*:\s*("(?:[^"\\\n]|\\.)*"|[\w.]+)/g, '');
  if (/[^\s,]/.test(rest)) return undefined;
  const pairs = kept.filter(([, name]) => /^(?:restrictedToMinimumLevel|standardErrorFromLevel)$/.test(name ?? ''));
  const unknown = kept.filter(
    ([, name]) => !/^(?:restrictedToMinimumLevel|standardErrorFromLevel|outputTemplate|theme)$/.test(name ?? ''),
  );
  if (unknown.length > 0) return undefined;
  return {
    title,
    edits: [replacement({ start, end: close }, `{ ${[formatter, ...pairs.map(([pair]) => pair)].join(', ')} }`)],
  };
}

function formatterName({ range }: LoggerUse): LogSwitch {
  return { title: 'Name the formatter json', edits: [replacement(range, '"FormatterName": "json"')] };
}

/** `Logging:Console:FormatterName`, which .NET 5 and later read. */
function hostSettings(application: Application, project: string): LogSwitch | undefined {
  if (!/<TargetFrameworks?>net(?:[5-9]|\d{2})\.\d/.test(project)) return undefined;
  const paths = application.sourcePaths.filter((path) => /(?:^|\/)appsettings\.json$/.test(path));
  const [path] = paths;
  const text = path === undefined ? undefined : application.artifact(path)?.text;
  if (paths.length > 1 || path === undefined || text === undefined) return undefined;
  const logging = /^([^\S\n]*)"Logging"\s*:\s*\{/m.exec(text);
  if (!logging || /"Console"\s*:/.test(text)) return undefined;
  const at = logging.index + logging[0].length;
  const next = /^(\r?\n)([^\S\n]*)(?=["/])/.exec(text.slice(at));
  const pair = '"Console": { "FormatterName": "json" }';
  const rest = /^\s*\}/.test(text.slice(at)) ? '' : ',';
  const lead = next ? `${next[1]}${next[2]}` : ' ';
  return { title: 'Name the formatter json', path, edits: [insertion(at, `${lead}${pair}${rest}`)] };
}
