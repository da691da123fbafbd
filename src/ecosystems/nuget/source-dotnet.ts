import { noFacts, type SourceFacts, type SourceLogger, type SourceReader } from '../source-facts.ts';

/** C#, F# and Visual Basic sources and appsettings.json: their loggers alone. Configuration binds any variable, so others are read too. */
export const dotnetSource: SourceReader = {
  read(text, path): SourceFacts {
    const loggers = /(?:^|\/)appsettings\.json$/.test(path) ? settings(text) : code(text);
    return { ...noFacts, loggers, readsOthers: true, setsOthers: true };
  },
};

/** Formatters that write one JSON object an event. */
const jsonFormatter = /Json\w*Formatter|EcsTextFormatter/;

/** So many characters of a call's arguments are looked at. */
const callLength = 1000;

function code(text: string): SourceLogger[] {
  if (!text.includes('Console')) return [];
  const result: SourceLogger[] = [];
  for (const match of text.matchAll(/\bWriteTo\s{0,200}\.\s{0,20}Console(?=\s{0,20}\()/g)) {
    const end = match.index + match[0].length;
    if (isComment(text, match.index)) continue;
    const call = text.slice(end, end + callLength);
    const given = call.slice(0, call.search(/\)\s*(?:[.;,)}]|$)/m) + 1 || undefined);
    result.push({
      library: 'Serilog',
      range: { start: match.index, end },
      format: jsonFormatter.test(given) ? 'json' : given.includes('ExpressionTemplate') ? 'unknown' : 'text',
      destination: 'stdout',
      ...(forSomeTime(text, match.index, call) && { conditional: true }),
    });
  }
  for (const match of text.matchAll(/\.Add(Json|Simple|Systemd)Console(?=\s{0,20}\()/g)) {
    if (isComment(text, match.index)) continue;
    result.push({
      library: 'Microsoft.Extensions.Logging',
      range: { start: match.index + 1, end: match.index + match[0].length },
      format: match[1] === 'Json' ? 'json' : 'text',
      destination: 'stdout',
      ...(forSomeTime(text, match.index, '') && { conditional: true }),
    });
  }
  return result.sort((a, b) => a.range.start - b.range.start);
}

function isComment(text: string, at: number): boolean {
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, at).includes('//');
}

/** In development only, or until the host is built: https://github.com/serilog/serilog-aspnetcore#two-stage-initialization */
function forSomeTime(text: string, at: number, behind: string): boolean {
  if (/IsDevelopment\(\)|#if\s+DEBUG/.test(text.slice(Math.max(0, at - 300), at))) return true;
  const statement = behind.slice(0, behind.indexOf(';') + 1 || undefined);
  return statement.includes('CreateBootstrapLogger');
}

/**
 * https://github.com/serilog/serilog-settings-configuration
 * https://learn.microsoft.com/dotnet/core/extensions/console-log-formatter
 */
function settings(text: string): SourceLogger[] {
  const serilog = /"Serilog"\s{0,20}:/.exec(text);
  if (serilog !== null) {
    const sink = /"Name"\s{0,20}:\s{0,20}"Console"|"WriteTo"\s{0,20}:\s{0,20}\[\s{0,200}"Console"/.exec(
      text.slice(serilog.index),
    );
    if (sink === null) return [];
    const start = serilog.index + sink.index;
    const behind = text.slice(start, start + callLength);
    return [
      {
        library: 'Serilog',
        range: { start, end: start + sink[0].length },
        format: jsonFormatter.test(behind) ? 'json' : 'text',
        destination: 'stdout',
      },
    ];
  }
  const formatter = /"FormatterName"\s{0,20}:\s{0,20}"(\w{1,50})"/.exec(text);
  if (formatter === null) return [];
  return [
    {
      library: 'Microsoft.Extensions.Logging',
      range: { start: formatter.index, end: formatter.index + formatter[0].length },
      format: formatter[1] === 'json' ? 'json' : /^(?:simple|systemd)$/.test(formatter[1] ?? '') ? 'text' : 'unknown',
      destination: 'stdout',
    },
  ];
}
