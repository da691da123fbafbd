import { describe, expect, test } from 'vitest';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { findApplications } from '../../src/project/find-applications.ts';

/** What an application of one source file logs with, as `library format destination [file]`. */
function loggersOf(path: string, text: string, manifest: string): string[] {
  const [application] = findApplications([path, manifest], (each) =>
    decodeArtifact(each, Buffer.from(each === path ? text : '')),
  );
  return (application?.loggers ?? []).map(({ library, format, destination, file }) =>
    [library, format, destination, ...(file === undefined ? [] : [file])].join(' '),
  );
}

describe('Node.js loggers', () => {
  test.each<[string, string, string[]]>([
    ['console', `console.log('a'); console.error('b')`, ['console text stdout']],
    ['console with JSON', `console.log(JSON.stringify({ a: 1 }))`, ['console json stdout']],
    ['console in a comment', `// console.log('a')`, []],
    ['pino', `import pino from 'pino';\nconst log = pino();`, ['pino json stdout']],
    [
      'pino-pretty',
      `const pino = require('pino');\npino({ transport: { target: 'pino-pretty' } })`,
      ['pino text stdout'],
    ],
    [
      'pino-pretty outside of production',
      `const pino = require('pino');\npino(process.env.NODE_ENV === 'x' ? {} : { transport: { target: 'pino-pretty' } })`,
      ['pino unknown stdout'],
    ],
    [
      'pino to a file',
      `const pino = require('pino');\npino(pino.destination('/var/log/a.log'))`,
      ['pino json stdout', 'pino json file /var/log/a.log'],
    ],
    [
      'winston with JSON',
      `const winston = require('winston');\nwinston.createLogger({ format: winston.format.json(), transports: [new winston.transports.Console()] })`,
      ['winston json stdout'],
    ],
    [
      'winston to a file',
      `const winston = require('winston');\nwinston.createLogger({ format: winston.format.simple(), transports: [new winston.transports.File({ filename: 'logs/app.log' })] })`,
      ['winston text unknown', 'winston unknown file logs/app.log'],
    ],
    ['bunyan', `const bunyan = require('bunyan');\nbunyan.createLogger({ name: 'a' })`, ['bunyan json stdout']],
    ['morgan', `const morgan = require('morgan');\napp.use(morgan('combined'))`, ['morgan text stdout']],
    [
      'log4js',
      `const log4js = require('log4js');\nlog4js.configure({ appenders: { a: { type: 'file', filename: 'a.log' } } })`,
      ['log4js text file a.log'],
    ],
    ['a stream', `fs.createWriteStream(path.join(dir, 'access.log'), { flags: 'a' })`, ['fs unknown file access.log']],
    ['a stream of something else', `fs.createWriteStream('data.csv')`, []],
  ])('%s', (_name, text, expected) => {
    expect(loggersOf('index.js', text, 'package.json')).toEqual(expected);
  });
});

describe('Python loggers', () => {
  test.each<[string, string, string[]]>([
    ['basicConfig', `import logging\nlogging.basicConfig(level=logging.INFO)`, ['logging text stdout']],
    [
      'basicConfig to a file',
      `logging.basicConfig(filename="/var/log/a.log")`,
      ['logging unknown file /var/log/a.log'],
    ],
    [
      'a rotating file',
      `h = logging.handlers.RotatingFileHandler("/var/log/a.log", maxBytes=1)`,
      ['logging unknown file /var/log/a.log'],
    ],
    ['a handler on standard output', `logging.FileHandler("/dev/stdout")`, ['logging unknown stdout /dev/stdout']],
    [
      'a JSON formatter',
      `from pythonjsonlogger import jsonlogger\nlogging.basicConfig(handlers=[h])\nf = jsonlogger.JsonFormatter()`,
      ['logging unknown unknown', 'logging json unknown'],
    ],
    [
      'dictConfig',
      `LOGGING = {"handlers": {"f": {"class": "logging.FileHandler", "filename": "/var/log/d.log"}}}`,
      ['logging unknown file /var/log/d.log'],
    ],
    [
      'structlog',
      `import structlog\nstructlog.configure(processors=[structlog.processors.JSONRenderer()])`,
      ['structlog json stdout'],
    ],
    ['loguru', `from loguru import logger\nlogger.info("a")`, ['loguru text stdout']],
    ['loguru to a file', `from loguru import logger\nlogger.add("a.log", serialize=True)`, ['loguru json file a.log']],
    ['print', `print("a")`, ['print text stdout']],
  ])('%s', (_name, text, expected) => {
    expect(loggersOf('app.py', text, 'requirements.txt')).toEqual(expected);
  });
});

describe('Go loggers', () => {
  test.each<[string, string, string[]]>([
    ['slog JSON', `import "log/slog"\nslog.New(slog.NewJSONHandler(os.Stdout, nil))`, ['log/slog json stdout']],
    ['slog text', `slog.New(slog.NewTextHandler(os.Stderr, nil))`, ['log/slog text stdout']],
    ['log', `import "log"\nfunc main() { log.Println("a") }`, ['log text unknown']],
    ['log.Fatal alone', `import "log"\nfunc main() { log.Fatal("a") }`, []],
    [
      'log to a file',
      `import (\n "log"\n "os"\n)\nf, err := os.OpenFile("/var/log/a.log", os.O_APPEND, 0o644)\nlog.SetOutput(f)\nlog.Printf("a")`,
      ['log unknown file /var/log/a.log', 'log text unknown'],
    ],
    ['a file that is no log', `f, err := os.Create("data.bin")\nf.Write(b)`, []],
    ['zap', `import "go.uber.org/zap"\nl, _ := zap.NewProduction()`, ['zap json stdout']],
    [
      'zap with a configuration',
      `import "go.uber.org/zap"\nc := zap.Config{Encoding: "json", OutputPaths: []string{"stderr"}}`,
      ['zap json stdout'],
    ],
    ['zerolog', `import "github.com/rs/zerolog/log"\nlog.Info().Msg("a")`, ['zerolog json stdout']],
    [
      'logrus',
      `import log "github.com/sirupsen/logrus"\nlog.SetFormatter(&log.JSONFormatter{})`,
      ['logrus json stdout'],
    ],
    [
      'lumberjack',
      `log.SetOutput(&lumberjack.Logger{Filename: "/var/log/a.log"})`,
      ['lumberjack unknown file /var/log/a.log'],
    ],
  ])('%s', (_name, text, expected) => {
    expect(loggersOf('main.go', text, 'go.mod')).toEqual(expected);
  });
});

describe('Java loggers', () => {
  test.each<[string, string, string, string[]]>([
    [
      'logback to a file',
      'src/main/resources/logback.xml',
      `<configuration><!-- <appender name="X" class="ch.qos.logback.core.FileAppender"/> --><appender name="F" class="ch.qos.logback.core.rolling.RollingFileAppender"><file>a.log</file><encoder><pattern>%msg</pattern></encoder></appender><root><appender-ref ref="F"/></root></configuration>`,
      ['logback text file'],
    ],
    [
      'logback with JSON',
      'src/main/resources/logback-spring.xml',
      `<configuration><appender name="C" class="ch.qos.logback.core.ConsoleAppender"><encoder class="net.logstash.logback.encoder.LogstashEncoder"/></appender><root><appender-ref ref="C"/></root></configuration>`,
      ['logback json stdout'],
    ],
    [
      'an appender that nothing uses',
      'src/main/resources/logback.xml',
      `<configuration><appender name="F" class="ch.qos.logback.core.FileAppender"></appender></configuration>`,
      [],
    ],
    [
      'Log4j',
      'src/main/resources/log4j2.xml',
      `<Configuration><Appenders><Console name="C"><JsonTemplateLayout/></Console><RollingFile name="F" fileName="/var/log/a.log"><PatternLayout pattern="%m"/></RollingFile></Appenders><Loggers><Root><AppenderRef ref="C"/><AppenderRef ref="F"/></Root></Loggers></Configuration>`,
      ['log4j2 json stdout', 'log4j2 text file /var/log/a.log'],
    ],
    [
      'Spring',
      'src/main/resources/application.yml',
      `logging:\n  file:\n    name: /var/log/a.log\n`,
      ['spring-boot unknown file /var/log/a.log'],
    ],
    ['System.out', 'Main.java', `System.out.println("a");`, ['System.out text stdout']],
  ])('%s', (_name, path, text, expected) => {
    expect(loggersOf(path, text, 'pom.xml')).toEqual(expected);
  });
});

describe('.NET loggers', () => {
  test.each<[string, string, string, string[]]>([
    ['Serilog', 'Program.cs', 'new LoggerConfiguration().WriteTo.Console().CreateLogger();', ['Serilog text stdout']],
    [
      'Serilog with a formatter',
      'Program.cs',
      'new LoggerConfiguration().WriteTo.Console(new CompactJsonFormatter()).CreateLogger();',
      ['Serilog json stdout'],
    ],
    ['Serilog in a comment', 'Program.cs', '// new LoggerConfiguration().WriteTo.Console();', []],
    [
      'Serilog in settings',
      'appsettings.json',
      '{ "Serilog": { "WriteTo": [{ "Name": "Console" }] } }',
      ['Serilog text stdout'],
    ],
    [
      'Serilog in settings with a formatter',
      'appsettings.json',
      '{ "Serilog": { "WriteTo": [{ "Name": "Console", "Args": { "formatter": "Serilog.Formatting.Json.JsonFormatter, Serilog" } }] } }',
      ['Serilog json stdout'],
    ],
    ['Serilog elsewhere', 'appsettings.json', '{ "Serilog": { "WriteTo": [{ "Name": "Seq" }] } }', []],
    [
      'the JSON console',
      'Program.cs',
      'builder.Logging.AddJsonConsole();',
      ['Microsoft.Extensions.Logging json stdout'],
    ],
    [
      'the JSON console in settings',
      'appsettings.json',
      '{ "Logging": { "Console": { "FormatterName": "json" } } }',
      ['Microsoft.Extensions.Logging json stdout'],
    ],
  ])('%s', (_name, path, text, expected) => {
    expect(loggersOf(path, text, 'Web.csproj')).toEqual(expected);
  });
});
