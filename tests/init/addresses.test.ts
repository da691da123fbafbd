import { describe, expect, test } from 'vitest';
import { writeManifests } from '../../src/init/writers/manifests.ts';
import { asks, plansOf } from './plans-of.ts';

describe('options of a Rust program', () => {
  const rust = (...options: readonly (readonly [name: string, type: string, fallback: string])[]) =>
    plansOf({
      'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n\n[dependencies]\naxum = "0.8"\nclap = "4"\n',
      'Cargo.lock': '',
      'src/main.rs': `use clap::Parser;\n\n#[derive(Parser)]\nstruct Options {\n${options
        .map(
          ([name, type, fallback]) =>
            `    #[arg(long, env = "${name}", default_value = "${fallback}")]\n    ${name.toLowerCase()}: ${type},\n`,
        )
        .join('')}}\n\nfn main() {\n    serve(Options::parse());\n}\n`,
    })[0];

  test('the address of a database is not where the program listens', () => {
    const plan = rust(['DB_HOST', 'String', 'localhost:5432'], ['LISTEN', 'String', '127.0.0.1:3001']);
    expect(plan?.run.port).toBe(3001);
    expect(plan?.run.environment).toEqual({ LISTEN: '0.0.0.0:3001' });
  });

  test('of a database alone nothing is known of the port', () => {
    const plan = rust(['DB_HOST', 'String', 'localhost:5432']);
    expect(plan?.run.environment).toEqual({});
    expect(asks(plan, /Which port/)).toBe(true);
  });

  test('queries that sqlx checks against a database are told of, unless what it needs without one is committed', () => {
    const plan = (more: Readonly<Record<string, string>>) =>
      plansOf({
        'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n\n[dependencies]\naxum = "0.8"\nsqlx = "0.8"\n',
        'Cargo.lock': '',
        'src/main.rs':
          'fn main() {\n    serve("0.0.0.0:3000");\n    let order = sqlx::query_as!(Order, "select 1").fetch_one(&db);\n}\n',
        ...more,
      })[0];
    expect(asks(plan({}), /^sqlx::query_as! \(src\/main\.rs:3\) .* cargo sqlx prepare/)).toBe(true);
    expect(asks(plan({ '.sqlx/query-12ab.json': '{}' }), /sqlx/)).toBe(false);
    expect(asks(plan({ 'sqlx-data.json': '{}' }), /sqlx/)).toBe(false);
  });

  test('the name of an option is no directory that the program reads', () => {
    const files = (source: string) =>
      plansOf({
        'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n\n[dependencies]\nhyper = "1"\n',
        'Cargo.lock': '',
        'assets/index.html': '',
        'src/main.rs': `fn main() {\n    ${source};\n    let page = include_str!("../assets/index.html");\n    TcpListener::bind("0.0.0.0:5000");\n}\n`,
      })[0]?.decisions.filter(({ topic }) => topic === 'files').length;
    expect(files('Command::new("shop").arg(Arg::new("assets").long("assets"))')).toBe(0);
    expect(files('serve("assets")')).toBe(1);
  });

  test.each([
    ['SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 8088)', 8088],
    ['SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8088))', 8088],
    ['SocketAddrV4::new(Ipv4Addr::new(0, 0, 0, 0), 8088)', 8088],
  ])('%s is where the program listens', (address, port) => {
    const [plan] = plansOf({
      'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n\n[dependencies]\naxum = "0.8"\n',
      'Cargo.lock': '',
      'src/main.rs': `fn main() {\n    serve(${address});\n}\n`,
    });
    expect(plan?.run.port).toBe(port);
    expect(plan?.questions).toEqual([]);
  });

  test('what only its tests do is not what the program does', () => {
    const tests = 'TcpListener::bind("127.0.0.1:0");\n    serve("img");\n';
    const [plan] = plansOf({
      'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n\n[dependencies]\naxum = "0.8"\n',
      'Cargo.lock': '',
      'img/logo.png': '',
      'src/main.rs': `fn main() {\n    serve("0.0.0.0:5000");\n}\n\n#[cfg(test)]\nmod tests {\n    ${tests}}\n`,
      'src/test_helpers.rs': `fn start() {\n    ${tests}}\n`,
    });
    expect(plan?.questions).toEqual([]);
    expect(plan?.decisions.filter(({ topic }) => topic === 'files')).toEqual([]);
  });

  test('a module of tests before it hides nothing of the program', () => {
    const tests = (name: string) =>
      `#[cfg(test)]\nmod ${name} {\n    #[test]\n    fn a() {\n        TcpListener::bind("127.0.0.1:1");\n    }\n}\n\n`;
    const main = 'fn main() {\n    serve(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 4321)));\n}\n';
    const [plan] = plansOf({
      'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n\n[dependencies]\naxum = "0.8"\n',
      'Cargo.lock': '',
      'src/main.rs': `${tests('one')}#[cfg(test)]\nmod none {}\n\n${main}\n${tests('two')}`,
    });
    expect(plan?.run.port).toBe(4321);
    expect(plan?.questions).toEqual([]);
    expect(plan?.decisions.find(({ topic }) => topic === 'port')?.evidence).toContain('main.rs:13');
  });

  test('a host counts beside the port of the same name', () => {
    expect(
      rust(['SHOP_PORT', 'u16', '3001'], ['STOCK_HOST', 'String', 'stock'], ['SHOP_HOST', 'String', '::1'])?.run
        .environment,
    ).toEqual({ SHOP_HOST: '0.0.0.0', SHOP_PORT: '3001' });
  });

  test('the name of a database is no path', () => {
    const plan = rust(
      ['PORT', 'u16', '3001'],
      ['POSTGRES_DB', 'String', 'shop'],
      ['POSTGRES_HOST', 'String', 'postgres'],
    );
    expect(plan?.run.environment).toEqual({ PORT: '3001' });
    expect(plan?.run.writable.map(({ path }) => path)).toEqual(['/tmp']);
  });

  test.each([
    ['DB', 'shop.sqlite'],
    ['DB', './shop'],
    ['UPLOAD_DIR', 'uploads'],
  ])('%s=%s is one', (name, fallback) => {
    const plan = rust(['PORT', 'u16', '3001'], [name, 'String', fallback]);
    expect(plan?.run.writable.map(({ path }) => path)).toContain('/data');
  });
});

describe('the port of a Go program', () => {
  const module = { 'go.mod': 'module example.com/shop\n\ngo 1.26\n' };
  const main = (...lines: readonly string[]) =>
    `package main\n\nimport "net/http"\n\nfunc main() {\n\t${lines.join('\n\t')}\n}\n`;

  test('is not that of a neighbouring program', () => {
    const files = {
      ...module,
      'cmd/check/main.go': main('http.ListenAndServe(":7777", nil)'),
      'cmd/web/main.go':
        'package main\n\nimport (\n\t"example.com/shop/internal/site"\n)\n\nfunc main() {\n\tsite.Start()\n}\n',
      'internal/site/site.go':
        'package site\n\nimport "net/http"\n\nfunc Start() {\n\thttp.ListenAndServe(":9090", nil)\n}\n',
    };
    expect(plansOf(files, { start: './cmd/web' })[0]?.run.port).toBe(9090);
    expect(plansOf(files, { start: './cmd/check' })[0]?.run.port).toBe(7777);
  });

  test.each([
    ['a made-up address of a request', 'request.RemoteAddr = "127.0.0.1:65535"'],
    ['that of a server for mail', 'config.SMTPListen = "[::]:1025"'],
    ['that of a database that it calls', 'net.Dial("tcp", "localhost:5432")'],
  ])('is not %s', (_, line) => {
    const listening = 'http.ListenAndServe(address(), nil)';
    const [asked] = plansOf({ ...module, 'main.go': main(line, listening) });
    expect(asks(asked, /Which port/)).toBe(true);
    const [known] = plansOf({ ...module, 'main.go': main(line, 'httpListen := "[::]:8025"', listening) });
    expect(known?.run.port).toBe(8025);
  });

  test('is the default of its option, behind a help of any length and before addresses of other protocols', () => {
    const option = (name: string, help: string, address: string) =>
      `address = kingpin.Flag("${name}", "${help}").Default("${address}").String()`;
    const help = 'The address on which the pages and the \\"metrics\\" are shown.';
    const text = main(
      option('shop.listen-udp', 'Where events are received.', ':9125'),
      option('web.listen-address', help, ':9102'),
      'http.ListenAndServe(*address, nil)',
    );
    expect(plansOf({ ...module, 'main.go': text })[0]?.run.port).toBe(9102);
  });

  test('is not the default of a framework that is started otherwise', () => {
    const files = { 'go.mod': 'module example.com/shop\n\ngo 1.26\n\nrequire github.com/gin-gonic/gin v1.11.0\n' };
    expect(asks(plansOf({ ...files, 'main.go': main('http.ListenAndServe(address(), gin.New())') })[0], /port/)).toBe(
      true,
    );
    expect(plansOf({ ...files, 'main.go': main('gin.Default().Run()') })[0]?.run.port).toBe(8080);
  });
});

describe('the port of a Node.js program', () => {
  const node = (source: string) =>
    plansOf({
      'package.json': '{"name":"shop","scripts":{"start":"node server.js"},"dependencies":{"express":"5.1.0"}}',
      'package-lock.json': '{"lockfileVersion":3,"packages":{}}',
      'server.js': `const app = require('express')();\n${source}\n`,
    })[0];

  test.each([
    ['app.listen(process.env.SHOP_PORT || 4000);', 4000],
    ['app.listen(Number(process.env.SHOP_PORT ?? "4000"));', 4000],
    ['connect(process.env.DB_PORT || 5432);\napp.listen(process.env.SHOP_PORT || 4000);', 4000],
  ])('may have a variable of its own: %s', (source, port) => {
    const plan = node(source);
    expect(plan?.run).toMatchObject({ port, environment: { SHOP_PORT: String(port) } });
    expect(asks(plan, /Which port/)).toBe(false);
  });

  test.each([
    ['app.listen(parseInt(process.env.PORT, 10) || 4000);', 4000],
    ['app.listen(process.env.SHOP ? 1 : process.env.PORT\n  ? parseInt(process.env.PORT, 10)\n  : 4000);', 4000],
    ["app.listen(config.get('PORT', 4000));", 4000],
    // What stands behind the comma is the radix.
    ['app.listen(parseInt(process.env.PORT, 10));', 3000],
  ])('is no radix: %s', (source, port) => {
    expect(node(source)?.run.port).toBe(port);
  });

  test('is asked for where two variables may be it', () => {
    const plan = node('app.listen(process.env.SHOP_PORT || 4000);\nother.listen(process.env.STOCK_PORT || 4001);');
    expect(asks(plan, /Which port/)).toBe(true);
  });
});

test('Kotlin says for which release of Java it is compiled, where nothing else does', () => {
  const [plan] = plansOf({
    'pom.xml':
      '<project>\n<artifactId>shop</artifactId>\n<dependencies><artifactId>javalin</artifactId></dependencies>\n<kotlin.compiler.jvmTarget>17</kotlin.compiler.jvmTarget>\n</project>\n',
    'src/main/kotlin/shop/Main.kt': 'package shop\n\nfun main() {\n  Javalin.create().start(7070)\n}\n',
  });
  expect(plan?.decisions.find(({ topic }) => topic === 'version')?.value).toBe('17');
});

describe('health checks of Spring Boot', () => {
  const spring = (files: Readonly<Record<string, string>>) =>
    plansOf({
      'pom.xml':
        '<project>\n<artifactId>spring-boot-starter-parent</artifactId>\n<artifactId>spring-boot-starter-actuator</artifactId>\n<artifactId>spring-boot-maven-plugin</artifactId>\n</project>\n',
      'src/main/java/shop/Shop.java': 'package shop;\n\nclass Shop {\n  public static void main(String[] a) {}\n}\n',
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`src/main/resources/${name}`, text])),
    })[0];

  test.each([
    ['application.properties', 'server.servlet.context-path=/shop/\n'],
    ['application.yml', 'server:\n  port: 9090\n  servlet:\n    context-path: "/shop" # as ever\n'],
    ['application.yaml', 'server.servlet.contextPath: /shop\nspring:\n  data:\n    rest:\n      base-path: /api\n'],
  ])('lie below the context path of %s', (name, text) => {
    const plan = spring({ [name]: text });
    expect(plan?.run.health?.path).toBe('/shop/actuator/health/readiness');
    expect(plan?.run.health?.live).toBe('/shop/actuator/health/liveness');
    expect(asks(plan, /health checks/)).toBe(false);
  });

  test.each([
    ['2.2', '', '/actuator/health'],
    ['1.5', '', '/health'],
    ['1.5', 'management.context-path=/manage\n', '/manage/health'],
    // Under a port of their own.
    ['1.5', 'management.port=8091\n', undefined],
  ])('are as old as Spring Boot %s: %s', (release, settings, path) => {
    const plan = plansOf({
      'pom.xml': `<project>\n<parent><artifactId>spring-boot-starter-parent</artifactId>\n<version>${release}.9.RELEASE</version></parent>\n<artifactId>spring-boot-actuator</artifactId>\n<artifactId>spring-boot-maven-plugin</artifactId>\n</project>\n`,
      'src/main/java/shop/Shop.java': 'package shop;\n\nclass Shop {\n  public static void main(String[] a) {}\n}\n',
      'src/main/resources/application.properties': settings,
    })[0];
    expect(plan?.run.health?.path).toBe(path);
    expect(plan?.run.health?.live).toBeUndefined();
    expect(plan?.run.environment).not.toHaveProperty('MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED');
  });

  test('lie where the paths of Actuator begin', () => {
    const plan = spring({ 'application.properties': 'management.endpoints.web.base-path=/\n' });
    expect(plan?.run.health?.path).toBe('/health/readiness');
  });

  test.each([
    [{ 'application.properties': 'server.servlet.context-path=${CONTEXT_PATH}\n' }],
    [{ 'application.properties': 'management.server.port=9001\n' }],
    [
      {
        'application.properties': 'server.servlet.context-path=/shop\n',
        'application-prod.properties': 'server.servlet.context-path=/\n',
      },
    ],
  ])('are asked for where settings leave it open: %o', (files) => {
    const plan = spring(files);
    expect(plan?.run.health).toBeUndefined();
    expect(asks(plan, /health checks/)).toBe(true);
  });
});

test.each([
  ['a variable for the directory', 'use(process.env.SHOP_DATA_DIR);', {}, true],
  ['a directory without data', '', { 'data/.gitkeep': '' }, true],
  ['a directory with what comes with the program', '', { 'data/countries.json': '[]' }, false],
])('whether data is kept in files is asked for %s', (_, source, files, asked) => {
  const [plan] = plansOf({
    'package.json': '{"name":"shop","scripts":{"start":"node server.js"},"dependencies":{"express":"5.1.0"}}',
    'server.js': `const app = require('express')();\n${source}\napp.listen(3000);\n`,
    ...files,
  });
  expect(asks(plan, /keep data in files/)).toBe(asked);
  // Several pods would each have their own.
  expect(plan && writeManifests(plan).some(({ path }) => path === 'k8s/hpa.yaml')).toBe(!asked);
});

test.each([
  ['a program that writes', {}, true],
  ['a framework, whose directories are known', { 'slim/slim': '^4.0' }, false],
])('of PHP whether data is kept is asked for %s', (_, require, asked) => {
  const [plan] = plansOf({
    'composer.json': JSON.stringify({ name: 'shop/shop', require }),
    'index.php': "<?php\nfile_put_contents('orders/' . $id, $order);\n",
  });
  expect(asks(plan, /keep data in files: it writes files \(index\.php:2\)/)).toBe(asked);
});

test.each([
  [['/app/data'], 'mountPath: /app/data', false],
  [[], 'No number of replicas', true],
])('data is kept where the user says, and nowhere else: %o', (data, line, scales) => {
  const [plan] = plansOf(
    {
      'package.json': '{"name":"shop","scripts":{"start":"node server.js"},"dependencies":{"express":"5.1.0"}}',
      'server.js': "const app = require('express')();\nuse(process.env.SHOP_DATA_DIR);\napp.listen(3000);\n",
    },
    { data },
  );
  expect(asks(plan, /keep data in files/)).toBe(false);
  const written = plan ? writeManifests(plan) : [];
  expect(written.find(({ path }) => path === 'k8s/deployment.yaml')?.text).toContain(line);
  expect(written.some(({ path }) => path === 'k8s/hpa.yaml')).toBe(scales);
  expect(written.some(({ path }) => path === 'k8s/volume.yaml')).toBe(!scales);
});

test('whether data is kept in files is asked for a driver of SQLite', () => {
  const [plan] = plansOf({
    'go.mod': 'module example.com/shop\n\ngo 1.26\n\nrequire modernc.org/sqlite v1.29.0\n',
    'main.go': 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":9090", nil)\n}\n',
  });
  expect(asks(plan, /driver of SQLite/)).toBe(true);
});

describe('A Procfile of a program of Go', () => {
  const files = (line: string) => ({
    'go.mod': 'module shop\n\ngo 1.26\n',
    Procfile: `web: bin/shop ${line}\n`,
    'main.go': 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
  });
  test.each([
    ['--listen=$PORT --all', ['--listen=8080', '--all'], false],
    ['--bind=0.0.0.0 --url=$DATABASE_URL', ['--bind=0.0.0.0'], true],
    ['--user $AUTH_USER', [], true],
    ['--name=$PORTAL', [], true],
  ])('hands over no variables, which nothing fills in: %s', (line, expected, asked) => {
    const [plan] = plansOf(files(line));
    expect(plan?.run.command.slice(1)).toEqual(expected);
    expect(asks(plan, /Only a shell fills in the variables/)).toBe(asked);
  });

  test('and the port of a database that it asks is not its own', () => {
    const [plan] = plansOf({
      ...files(''),
      'main.go':
        'package main\nimport "net/http"\nfunc main() {\n\tport := "5432"\n\tconnect(port)\n\thttp.ListenAndServe(address(), nil)\n}\n',
    });
    expect(plan?.run.port).toBe(8080);
    expect(asks(plan, /Which port does the program listen on/)).toBe(true);
  });
});
