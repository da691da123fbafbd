import { describe, expect, test } from 'vitest';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { sliceRange } from '../../src/core/text.ts';
import { findApplications } from '../../src/project/find-applications.ts';

/** An application of one source file, and what it reads, written short: `NAME`, `NAME?` optional, `NAME!` required, `=default`. */
function variablesOf(path: string, text: string, manifest: string): string[] {
  const files = new Map([
    [path, text],
    [manifest, ''],
  ]);
  const [application] = findApplications([...files.keys()], (each) => {
    const found = files.get(each);
    return found === undefined ? undefined : decodeArtifact(each, Buffer.from(found));
  });
  return (application?.variablesRead ?? []).map(
    ({ name, optional, required, fallback }) =>
      name + (optional ? '?' : '') + (required ? '!' : '') + (fallback === undefined ? '' : `=${fallback}`),
  );
}

describe('Node.js sources', () => {
  test.each<[string, string, string[]]>([
    ['a property', `const a = process.env.PORT;`, ['PORT']],
    ['a string key', `f(process.env['DB_URL'])`, ['DB_URL']],
    ['optional chaining', `f(process?.env?.DB_URL)`, ['DB_URL']],
    [
      'a default',
      `const p = process.env.PORT ?? 3000; const q = process.env.HOST || 'localhost';`,
      ['PORT?=3000', 'HOST?=localhost'],
    ],
    ['a default behind Number()', `const p = Number(process.env.PORT) || 3000;`, ['PORT?=3000']],
    ['a comparison', `if (process.env.NODE_ENV === 'production') x();`, ['NODE_ENV?']],
    ['a test for absence that stops', `if (!process.env.KEY_ID) { throw new Error('no'); }`, ['KEY_ID!']],
    ['a test for absence that exits', `if (!process.env.KEY_ID) process.exit(1)`, ['KEY_ID!']],
    ['a test for absence that goes on', `if (!process.env.KEY_ID) warn();`, ['KEY_ID?']],
    ['a name that is tested later', `const url = process.env.URL_A;\nif (!url) throw new Error('URL_A');`, ['URL_A!']],
    ['a name with a later default', `const url = process.env.URL_A;\nconnect(url ?? 'x');`, ['URL_A?']],
    ['a non-null assertion', `const a = process.env.TOKEN_A!;`, ['TOKEN_A!']],
    ['destructuring', `const { AA, BB = 'x', CC: c, ...rest } = process.env;`, ['AA', 'BB?=x', 'CC']],
    ['an assignment is no read', `process.env.TZ = 'UTC'; delete process.env.AA;`, []],
    ['a comment is no read', `// process.env.AA\n/* process.env.BB */ const s = "process.env.CC";`, []],
    ['a template', 'const s = `a ${process.env.AA} b ${`${process.env.BB}`}`; // `process.env.CC`', ['AA', 'BB']],
    ['a regular expression with a quote', `x.replace(/['"\`]/g, ''); y(process.env.AA)`, ['AA']],
    [
      'a function of its own',
      `function env(name, fallback) { return process.env[name] ?? fallback; }\nconst a = env('AA', 'x'); const b = env('BB');`,
      ['AA?=x', 'BB'],
    ],
    [
      'a function that throws',
      `const need = (name) => { const v = process.env[name]; if (!v) throw new Error(name); return v; };\nneed('AA')`,
      ['AA!'],
    ],
    ['envalid', `cleanEnv(process.env, { AA: str(), BB: port({ default: 3000 }) })`, ['AA!', 'BB?=3000']],
    [
      'envalid with a schema of its own',
      `const spec = { AA: str({ devDefault: 'x' }), BB: num({ default: 3000 }), CC: bool({ default: true }) };\ncleanEnv(process.env, spec)`,
      ['AA!', 'BB?=3000', 'CC?=true'],
    ],
    [
      'a class of class-validator',
      `class Variables {\n  @IsUrl({ require_tld: false })\n  AA: string;\n  @IsInt() @Min(0)\n  BB!: number;\n  @IsString()\n  @IsOptional()\n  CC: string;\n  @ValidateIf((all) => all.AA)\n  @IsString()\n  DD: string;\n  @IsInt() EE: number = 3000;\n  @IsString() FF?: string;\n  @IsString() name: string;\n}\nclass Order {\n  @IsString() GG: string;\n}\nvalidateConfig(process.env, Variables);`,
      ['AA!', 'BB!', 'CC?', 'DD?', 'EE?', 'FF?'],
    ],
    ['another env', `config.env.AA; import.meta.env.VITE_X`, []],
  ])('%s', (_name, text, expected) => {
    expect(variablesOf('src/server.ts', text, 'package.json')).toEqual(expected);
  });
});

describe('Python sources', () => {
  test.each<[string, string, string[]]>([
    ['a subscript', `import os\nurl = os.environ["DB_URL"]`, ['DB_URL!']],
    ['a subscript in try', `try:\n    url = os.environ["DB_URL"]\nexcept KeyError:\n    url = None`, ['DB_URL']],
    [
      'get',
      `os.environ.get("A_A"); os.environ.get('B_B', 'x'); os.getenv("C_C", default=5)`,
      ['A_A', 'B_B?=x', 'C_C?=5'],
    ],
    ['a default that is a number', `os.getenv("C_C", 5)`, ['C_C?=5']],
    ['or', `port = int(os.getenv("PORT") or 8000)`, ['PORT?']],
    ['an imported environ', `from os import environ, getenv\nenviron["AA"]; getenv("BB")`, ['AA!', 'BB']],
    ['a foreign environ', `request.environ["AA"]; environ["BB"]`, []],
    ['an assignment', `os.environ["AA"] = "1"\ndel os.environ["BB"]`, []],
    ['membership', `if "AA" in os.environ:\n    pass`, ['AA?']],
    ['a later test', `key = os.getenv("AA")\nif not key:\n    raise SystemExit("AA")`, ['AA!']],
    ['a later test that goes on', `key = os.getenv("AA")\nif key is None:\n    key = "x"`, ['AA?']],
    ['comments and strings', `# os.environ["AA"]\n"""os.environ["BB"]"""\nx = "os.getenv('CC')"`, []],
    ['an f-string', `x = f"{os.environ['AA']}/b"`, ['AA!']],
    [
      'decouple',
      `from decouple import config\na = config("AA")\nb = config("BB", default=True, cast=bool)`,
      ['AA!', 'BB?'],
    ],
    [
      'django-environ',
      `import environ\nenv = environ.Env()\na = env("AA")\nb = env.bool("BB", default=False)`,
      ['AA!', 'BB?'],
    ],
    [
      'pydantic settings',
      `class Settings(BaseSettings):\n    url: str\n    port: int = 8000\n    key: str = Field(..., alias="API_KEY")\n    model_config = SettingsConfigDict(env_prefix="SHOP_")\n\n    def x(self):\n        pass\nother: int`,
      ['SHOP_URL!', 'SHOP_PORT?', 'API_KEY!'],
    ],
    [
      'a function of its own',
      `def env(name, default=None):\n    return os.environ.get(name, default)\n\na = env("AA")\nb = env("BB", "x")`,
      ['AA', 'BB?=x'],
    ],
    [
      'a function of its own that tests first',
      `def number(key, default=None):\n    if key not in os.environ:\n        return default\n    return int(os.environ[key])\n\na = number("AA")\nb = number("BB", 3)`,
      ['AA', 'BB?=3'],
    ],
    [
      'a subscript only where it is set',
      `header = (\n    tuple(json.loads(os.environ["AA"]))\n    if "AA" in os.environ\n    else None\n)`,
      ['AA', 'AA?'],
    ],
    ['a raw string before', `p = re.compile(r'\\'')\nos.environ["AA"]`, ['AA!']],
  ])('%s', (_name, text, expected) => {
    expect(variablesOf('app.py', text, 'requirements.txt')).toEqual(expected);
  });
});

describe('Go sources', () => {
  test.each<[string, string, string[]]>([
    ['a call', `x := f(os.Getenv("AA"))`, ['AA']],
    ['an empty test that stops', `dsn := os.Getenv("AA")\nif dsn == "" {\n log.Fatal("AA is not set")\n}`, ['AA!']],
    ['an empty test with a default', `p := os.Getenv("PORT")\nif p == "" {\n p = "8080"\n}`, ['PORT?=8080']],
    ['an if with an initializer', `if v := os.Getenv("AA"); v != "" { use(v) }`, ['AA?']],
    [
      'LookupEnv',
      `v, ok := os.LookupEnv("AA")\nif !ok { panic("AA") }\nw, ok2 := os.LookupEnv("BB")\n_ = ok2`,
      ['AA!', 'BB?'],
    ],
    [
      'a function of its own',
      `func getenv(key, fallback string) string {\n if v := os.Getenv(key); v != "" { return v }\n return fallback\n}\nvar p = getenv("PORT", "8080")`,
      ['PORT?=8080'],
    ],
    [
      'struct tags',
      'type C struct {\n A string `env:"AA,required"`\n B string `env:"BB" envDefault:"x"`\n}',
      ['AA!', 'BB?=x'],
    ],
    [
      'comments and raw strings',
      '// os.Getenv("AA")\nx := `os.Getenv("BB")`; y := \'"\'; z := os.Getenv("CC")',
      ['CC'],
    ],
    ['viper', `viper.BindEnv("db", "DB_URL")`, ['DB_URL?']],
  ])('%s', (_name, text, expected) => {
    expect(variablesOf('main.go', text, 'go.mod')).toEqual(expected);
  });
});

describe('Java sources', () => {
  test.each<[string, string, string, string[]]>([
    ['getenv', 'Main.java', `String a = System.getenv("AA"); // System.getenv("BB")`, ['AA']],
    ['a later test', 'Main.java', `String a = System.getenv("AA"); if (a == null) a = "x";`, ['AA?']],
    ['requireNonNull', 'Main.java', `Objects.requireNonNull(System.getenv("AA"))`, ['AA!']],
    ['getOrDefault', 'Main.java', `System.getenv().getOrDefault("AA", "x")`, ['AA?=x']],
    [
      '@Value',
      'Main.java',
      `@Value("\${DB_URL}") String u; @Value("\${PORT:8080}") int p; @Value("\${server.port}") int q;`,
      ['DB_URL!', 'PORT?=8080'],
    ],
    [
      'properties',
      'src/main/resources/application.properties',
      `# a=\${NOT_ME}\nspring.datasource.url=\${DB_URL}\nport=\${PORT:8080}`,
      ['DB_URL!', 'PORT?=8080'],
    ],
    [
      'YAML',
      'src/main/resources/application.yml',
      `spring:\n  datasource:\n    url: \${DB_URL} # \${NOT_ME}`,
      ['DB_URL!'],
    ],
  ])('%s', (_name, path, text, expected) => {
    expect(variablesOf(path, text, 'pom.xml')).toEqual(expected);
  });
});

test('a range covers the reading expression', () => {
  const text = `// first\nconst url = process.env.DB_URL ?? 'x';\n`;
  const [application] = findApplications(['index.js', 'package.json'], (path) =>
    decodeArtifact(path, Buffer.from(path === 'index.js' ? text : '{}')),
  );
  const [variable] = application?.variablesRead ?? [];
  expect(variable && sliceRange(text, variable.range)).toBe('process.env.DB_URL');
  expect(variable?.path).toBe('index.js');
});
