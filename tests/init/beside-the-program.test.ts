import { describe, expect, test } from 'vitest';
import { writeDeployment } from '../../src/init/writers/deployment.ts';
import { writeDockerfile } from '../../src/init/writers/dockerfile.ts';
import { asks, detectedIn, plansOf } from './plans-of.ts';

describe('A directory that comes with files and is written to', () => {
  const files = {
    'requirements.txt': 'flask==3.1.3\ngunicorn==23.0.0\n',
    'shop/__init__.py':
      'import os\nfrom flask import Flask\napp = Flask(__name__)\nos.makedirs(os.path.join(os.path.dirname(__file__), "lists"))\n',
    'shop/lists/first.json': '{}',
  };

  test('is copied into its volume before the program starts', () => {
    const [plan] = plansOf(files);
    expect(plan?.run.writable.find(({ path }) => path === '/app/shop/lists')?.filled).toBe(true);
    const deployment = plan ? writeDeployment(plan) : '';
    expect(deployment).not.toContain('A volume that lasts keeps the files of the first image');
    expect(deployment).toMatch(
      /- sh\n +- -ec\n[\s\S]*- fill\n +- "?\/app\/shop\/lists"?\n +- "?\/volumes\/app-shop-lists"?\n/,
    );
    const [, filling = '', running = ''] = deployment.split(/initContainers:|\n {6}containers:/);
    expect(filling).toContain('mountPath: /volumes/app-shop-lists');
    expect(running).toContain('mountPath: /app/shop/lists');
  });

  test('stays a question where its files are sources, or the image has no shell', () => {
    const [withSources] = plansOf({ ...files, 'shop/lists/own.py': '' });
    expect(asks(withSources, /writes into shop\/lists .* comes with files/)).toBe(true);
    expect(withSources?.run.writable.map(({ path }) => path)).toEqual(['/tmp']);
    const [plan] = plansOf(files, { base: 'distroless' });
    expect(asks(plan, /writes into shop\/lists .* comes with files/)).toBe(true);
  });

  test('is filled, too, when the user names it', () => {
    const [plan] = plansOf(
      { 'index.php': '<?php echo 1;', 'data/.htaccess': '' },
      { data: ['/var/www/html/data', '/var/x'] },
    );
    const kept = plan?.run.writable.filter(({ lasts }) => lasts) ?? [];
    expect(kept.map(({ path, filled }) => [path, filled])).toEqual([
      ['/var/www/html/data', true],
      ['/var/x', undefined],
    ]);
  });
});

describe('A plain PHP program writes', () => {
  const writes = "<?php file_put_contents($file, 'x');";
  test.each([
    ["const PATH_CACHE = __DIR__ . '/../cache/';", 'lib/a.php', ['/var/www/html/cache']],
    ["define('PATH_CONTENT', PATH_ROOT.'shop-content'.DS);", 'lib/a.php', ['/var/www/html/shop-content']],
    ["mkdir('data');", 'a.php', ['/var/www/html/data']],
    ["$conf['savedir'] = './data';", 'a.php', ['/var/www/html/data']],
    ["$kinds = ['upload' => 'upload', 'data' => 'data'];", 'a.php', []],
    ["define('PATH_TMP', PATH_CONTENT.'tmp'.DS);", 'a.php', []],
    ["mkdir('/data');", 'a.php', []],
    ["mkdir(__DIR__ . '/lib');", 'a.php', []],
    ["$dir = __DIR__ . '/themes-content';", 'a.php', []],
  ])('where %s stands in %s', (text, file, expected) => {
    const [plan] = plansOf({
      'index.php': writes,
      [file]: `<?php\n${text}\n`,
      'shop-content/a.txt': '',
      'themes-content/one.php': '',
    });
    const paths = (plan?.run.writable ?? []).map(({ path }) => path).filter((path) => path.startsWith('/var/www/'));
    expect(paths).toEqual(expected);
  });

  test('into a directory that is committed without data', () => {
    const [plan] = plansOf({ 'index.php': '<?php echo 1;', 'data/.htaccess': '', 'media/a.png': '' });
    const paths = (plan?.run.writable ?? []).map(({ path }) => path).filter((path) => path.startsWith('/var/www/'));
    expect(paths).toEqual(['/var/www/html/data']);
    expect(plan?.questions.map(({ flag }) => flag)).toEqual([undefined]);
  });

  test('nowhere, where it writes no file', () => {
    const [plan] = plansOf({ 'index.php': "<?php mkdir('data');" });
    expect(plan?.run.writable.some(({ path }) => path.includes('data'))).toBe(false);
  });
});

test('Extensions of PHP whose functions the sources call are installed, whatever the manifest names', () => {
  const index = "<?php imagecreatetruecolor(1, 1); $zip = new ZipArchive; new PDO('mysql:host=x');";
  const [plan] = plansOf({ 'index.php': index });
  expect(plan ? writeDockerfile(plan) : '').toContain('docker-php-ext-install -j"$(nproc)" gd zip pdo_mysql');
  const [named] = plansOf({ 'index.php': index, 'composer.json': '{"require":{"ext-pdo":"*","ext-zip":"*"}}' });
  expect(named ? writeDockerfile(named) : '').toContain('docker-php-ext-install -j"$(nproc)" gd zip pdo_mysql');
  const symfony = '{"require":{"ext-pdo":"*","symfony/framework-bundle":"^7.2"}}';
  const [framework] = plansOf({
    'composer.json': symfony,
    'public/index.php': '<?php',
    'src/Kernel.php': "<?php new PDO(getenv('PDO_URL') ?: 'mysql:host=db;dbname=shop');",
  });
  expect(framework ? writeDockerfile(framework) : '').toContain('docker-php-ext-install -j"$(nproc)" pdo_mysql intl');
});

describe('The working directory', () => {
  const pom =
    '<project><parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.5.0</version></parent><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies><build><plugins><plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>';
  const main = (text: string) =>
    `@SpringBootApplication\npublic class Shop { public static void main(String[] a) { ${text} SpringApplication.run(Shop.class, a); } }\n`;

  test.each([
    ['Files.createDirectories(root);', true],
    ['String url = "jdbc:h2:file:./data/shop";', true],
    ['Files.readString(root);', false],
  ])('of Java is one of its own where the sources write: %s', (text, own) => {
    const [plan] = plansOf({ 'pom.xml': pom, 'src/main/java/Shop.java': main(text) });
    expect(plan?.run.writable.some(({ path }) => path === '/work')).toBe(own);
    expect(plan?.run.command.at(-1)).toBe(own ? '/app/app.jar' : 'app.jar');
    const dockerfile = plan ? writeDockerfile(plan) : '';
    expect(dockerfile.includes('WORKDIR /work\n')).toBe(own);
    expect(asks(plan, /writes into its working directory .* goes with its pod/)).toBe(own);
  });

  test.each([
    ['os.MkdirAll("data", 0o755)', {}, ['/tmp', '/app']],
    ['os.ReadFile("a")', {}, ['/tmp']],
    // What is read from there would be hidden.
    ['os.MkdirAll("data", 0o755); http.Dir("static")', { 'static/a.css': '' }, ['/tmp']],
  ])('of Go is written where nothing is read from it: %s', (text, more, expected) => {
    const [plan] = plansOf({
      'go.mod': 'module shop\n\ngo 1.26\n',
      'main.go': `package main\n\nimport ("net/http"; "os")\n\nfunc main() {\n\t${text}\n\thttp.ListenAndServe(":8080", nil)\n}\n`,
      ...more,
    });
    expect(plan?.run.writable.map(({ path }) => path)).toEqual(expected);
  });
});

test.each([
  ['scope := gap.NewScope(gap.User, "shop")', '/tmp'],
  ['dir, _ := os.UserConfigDir()', '/tmp'],
  ['dir := "x"', undefined],
])('HOME is a place to write where a Go program asks for it: %s', (text, home) => {
  const [plan] = plansOf({
    'go.mod': 'module shop\n\ngo 1.26\n',
    'main.go': `package main\n\nimport "net/http"\n\nfunc main() {\n\t${text}\n\thttp.ListenAndServe(":8080", nil)\n}\n`,
  });
  expect(plan?.run.environment.HOME).toBe(home);
});

test('The port of SSH that a Go program asks is not its own', () => {
  const [plan] = plansOf({
    'go.mod': 'module shop\n\ngo 1.26\n',
    'client/client.go': 'package client\n\nfunc Ask() {\n\tport = "22"\n}\n',
    'main.go':
      'package main\n\nimport ("net/http"; "shop/client")\n\nconst DefaultPort = 8082\n\nfunc main() {\n\tclient.Ask()\n\thttp.ListenAndServe(address(DefaultPort), nil)\n}\n',
  });
  expect(plan?.run.port).toBe(8082);
});

test('The file that is started is read for its port, whatever it is called', () => {
  const [plan] = plansOf({
    'package.json': '{"name":"shop","scripts":{"start":"node ./bin/shop"},"dependencies":{"express":"^5.1.0"}}',
    'bin/shop': '#!/usr/bin/env node\nvar port = parseInt(process.env.PORT, 10)\nportfinder.basePort = 8085\n',
  });
  expect(plan?.run.port).toBe(8085);
  expect(plan?.run.environment.PORT).toBe('8085');
});

test('The key of Django is required where a variable is all that it has', () => {
  const settings = (key: string) => ({
    'requirements.txt': 'django==5.2\ngunicorn==23.0.0\n',
    'manage.py': 'import os\n',
    'shop/wsgi.py': 'application = get_wsgi_application()\n',
    'shop/settings.py': `import os\nINSTALLED_APPS = []\nSECRET_KEY = ${key}\n`,
  });
  const keyOf = (key: string) => plansOf(settings(key))[0]?.variables.find(({ name }) => name === 'SHOP_KEY');
  expect(keyOf("os.getenv('SHOP_KEY')")?.required).toBe(true);
  expect(keyOf("os.getenv('SHOP_KEY', 'x')")?.required).toBe(false);
});

test('Pages inside of a package are not taken for what a repository is about', () => {
  const pages = { 'shop/web/index.html': '<h1>shop</h1>' };
  expect(detectedIn({ ...pages, 'pyproject.toml': '[project]\nname = "shop"\n' })).toEqual({
    plans: [],
    undecided: [],
  });
  expect(plansOf(pages)).toHaveLength(1);
  expect(plansOf({ 'index.html': '<h1>shop</h1>', 'pyproject.toml': '[tool.ruff]\n' })).toHaveLength(1);
});

test.each([
  ['2.9.3', true],
  ['2.9.9', false],
])('psycopg2-binary %s is compiled where it has no wheel for the Python that is taken: %s', (version, compiles) => {
  const [plan] = plansOf({
    'requirements.txt': `flask==3.1.3\ngunicorn==23.0.0\npsycopg2-binary==${version}\n`,
    'runtime.txt': 'python-3.11.9\n',
    'shop/__init__.py': 'from flask import Flask\napp = Flask(__name__)\n',
  });
  const dockerfile = plan ? writeDockerfile(plan) : '';
  expect(dockerfile.includes('FROM python:3.11 AS build')).toBe(compiles);
  expect(dockerfile.includes('--no-install-recommends libpq5')).toBe(compiles);
});

describe('A Go program of several commands', () => {
  const commandOf = (text: string) =>
    plansOf({
      'go.mod': 'module shop\n\ngo 1.26\n',
      'main.go': `package main\n\nimport ("net/http"; "os")\n\nfunc main() {\n${text}\n}\n\nfunc server() {\n\thttp.ListenAndServe(":8080", nil)\n}\n`,
    })[0]?.run.command;

  test.each([
    ['\tswitch os.Args[1] {\n\tcase "server":\n\t\tserver()\n\tcase "client":\n\t}', 'server'],
    ['\tcmd := &cobra.Command{\n\t\tUse:   "serve [flags]",\n\t}', 'serve'],
    ['\tcmd := &cli.Command{\n\t\tName: "web",\n\t}', 'web'],
  ])('is started with the one that serves: %s', (text, word) => {
    expect(commandOf(text)).toEqual(['/usr/local/bin/shop', word]);
  });

  test.each([
    ['\tswitch kind {\n\tcase "server":\n\t}'],
    ['\tswitch os.Args[1] {\n\tcase "server":\n\tcase "serve":\n\t}'],
    ['\tapp := &cli.App{Name: "shop", Action: run}\n\t&cli.Command{Name: "web"}'],
    [
      '\troot := &cobra.Command{\n\tUse: "shop",\n\tRun: func() { http.ListenAndServe(":1", nil) },\n}\n\t&cobra.Command{Use: "serve"}',
    ],
  ])('is started without one where that is not certain: %s', (text) => {
    expect(commandOf(text)).toEqual(['/usr/local/bin/shop']);
  });
});

describe('A Go program whose commands are fields of a structure', () => {
  const commandOf = (library: string, fields: string, more = '') =>
    plansOf({
      'go.mod': 'module shop\n\ngo 1.26\n',
      'main.go': `package main\n\nimport (\n\t"net/http"\n\n\t"${library}"\n)\n\ntype options struct {\n${fields}\n}\n\nfunc main() {\n${more}\thttp.ListenAndServe(":8080", nil)\n}\n`,
    })[0]?.run.command.slice(1);
  const goFlags = 'github.com/jessevdk/go-flags';

  test('is started with the one that serves', () => {
    const fields = '\tServerCmd Server `command:"server"`\n\tBackup Backup `command:"backup"`';
    expect(commandOf(goFlags, fields)).toEqual(['server']);
    expect(commandOf('github.com/alecthomas/kong', '\tServe ServeCmd `cmd:"" help:"Serves."`')).toEqual(['serve']);
  });

  test('is started without one where it needs none, or the structure is of something else', () => {
    const fields = '\tServerCmd Server `command:"server"`';
    expect(commandOf(goFlags, fields, '\tparser.SubcommandsOptional = true\n')).toEqual([]);
    expect(commandOf('example.com/other', fields)).toEqual([]);
    expect(commandOf('github.com/alecthomas/kong', '\tServe ServeCmd `cmd:"" default:"1"`')).toEqual([]);
  });
});

describe("Django's database beside its sources", () => {
  const shop = (name: string, more: Readonly<Record<string, string>> = {}) =>
    plansOf({
      'requirements.txt': 'django==5.2\ngunicorn==23.0.0\n',
      'manage.py': 'import os\n',
      'shop/wsgi.py': 'application = get_wsgi_application()\n',
      'shop/settings.py': `from pathlib import Path\nimport os\nBASE_DIR = Path(__file__).resolve().parent.parent\nINSTALLED_APPS = []\nDATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ${name}}}\n`,
      ...more,
    })[0];

  test.each([['BASE_DIR / "db.sqlite3"'], ['os.path.join(BASE_DIR, "db.sqlite3")']])(
    '%s is a link into a volume',
    (name) => {
      const plan = shop(name);
      expect(plan?.run.writable.find(({ path }) => path === '/data')?.lasts).toBe(true);
      expect(plan ? writeDockerfile(plan) : '').toContain('RUN ln -s /data/db.sqlite3 /app/db.sqlite3\n');
      expect(asks(plan, /migrate/)).toBe(true);
      expect(asks(plan, /keeps its file in the container/)).toBe(false);
    },
  );

  test.each([
    ['BASE_DIR / "db.sqlite3"', { 'shop/production.py': 'ENGINE = "django.db.backends.postgresql"\n' }],
    ['BASE_DIR / "db.sqlite3"', { 'shop/production.py': 'import dj_database_url\n' }],
    ['os.environ.get("DB", BASE_DIR / "db.sqlite3")', {}],
    ['BASE_DIR / "shop.db"', { 'shop.db': 'x' }],
    ['unknown("db.sqlite3")', {}],
  ])('%s with %s is left', (name, more) => {
    const plan = shop(name, more);
    expect(plan ? writeDockerfile(plan) : '').not.toContain('ln -s');
  });
});

test.each([
  ['from . import app\nfrom . import views\n', '', 'shop.start:app'],
  ['from . import app\n', '', 'shop:app'],
  ['from . import app\nfrom . import views\n', 'from . import views\n', 'shop:app'],
])('The module of a Flask package that brings its routes together is served: %j beside %j', (start, more, served) => {
  const [plan] = plansOf({
    'requirements.txt': 'flask==3.1.3\ngunicorn==23.0.0\n',
    'shop/__init__.py': `import flask\napp = flask.Flask(__name__)\n${more}`,
    'shop/views.py': 'from . import app\n@app.route("/")\ndef home():\n    return "x"\n',
    'shop/start.py': start,
  });
  expect(plan?.run.command.slice(0, 2)).toEqual(['gunicorn', served]);
});

test('what an application of Laravel keeps outlives its pods, and what the repository has there is copied into the volume', () => {
  const files = {
    'composer.json': '{"require":{"php":"^8.3","laravel/framework":"^12.0"}}',
    'composer.lock': '{"packages":[]}',
    'public/index.php': '<?php',
    'bootstrap/cache/.gitignore': '*\n!.gitignore\n',
  };
  const written = (more: Readonly<Record<string, string>>, choices = {}) =>
    plansOf({ ...files, ...more }, choices)[0]?.run.writable.flatMap(({ path, lasts, filled }) =>
      path.startsWith('/var/www/') ? [[path.slice('/var/www/html/'.length), lasts, filled]] : [],
    );
  const cache = ['bootstrap/cache', undefined, undefined];
  expect(written({})).toEqual([['storage', true, undefined], cache]);
  const sessions = { 'storage/framework/sessions/.gitignore': '*\n!.gitignore\n' };
  expect(written(sessions)).toEqual([['storage', true, true], cache]);
  expect(written(sessions, { data: [] })).toEqual([['storage', undefined, true], cache]);
  // .dockerignore leaves it out: in the image nothing is there that could be copied.
  expect(written({ 'storage/framework/cache/data/.gitignore': '' })).toEqual([['storage', true, undefined], cache]);
});

describe('A database in a file', () => {
  const go = (require: string) => ({
    'go.mod': `module shop\n\ngo 1.26\n\nrequire (\n\t${require}\n)\n`,
    'main.go': 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
  });
  const rust = (dependency: string) => ({
    'Cargo.toml': `[package]\nname = "shop"\nversion = "1.0.0"\nedition = "2024"\n[dependencies]\naxum = "0.8"\n${dependency}\n`,
    'Cargo.lock': '',
    'src/main.rs': 'fn main() { TcpListener::bind("0.0.0.0:8080"); }\n',
  });
  const dotnet = (name: string) => ({
    'Shop.csproj': `<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="${name}" Version="10.0.0" /></ItemGroup></Project>`,
    'Program.cs': 'WebApplication.CreateBuilder(args).Build().Run();\n',
  });
  test.each([
    ['go.etcd.io/bbolt', go('go.etcd.io/bbolt v1.4.0'), true],
    ['bbolt of another module', go('go.etcd.io/bbolt v1.4.0 // indirect'), false],
    ['modernc.org/sqlite', go('modernc.org/sqlite v1.40.0'), true],
    ['sled', rust('sled = "0.34"'), true],
    ['diesel with SQLite', rust('[features]\nsqlite = ["diesel/sqlite"]'), true],
    ['sqlx with PostgreSQL', rust('sqlx = { version = "0.8", features = ["postgres"] }'), false],
    ['Entity Framework with SQLite', dotnet('Microsoft.EntityFrameworkCore.Sqlite'), true],
    ['Entity Framework with SQL Server', dotnet('Microsoft.EntityFrameworkCore.SqlServer'), false],
  ])('may be what the program keeps: %s', (_, files, expected) => {
    const [plan] = plansOf(files);
    expect(plan?.run.port).toBeDefined();
    expect(asks(plan, /Does the program keep data in files/)).toBe(expected);
    expect(plan?.mayKeepData).toBe(expected);
  });

  test('of Ruby or Python is for one pod, until somebody says that there is none', () => {
    const ruby = {
      Gemfile: 'source "https://rubygems.org"\ngem "sinatra"\ngem "sqlite3"\n',
      'Gemfile.lock': 'GEM\n  specs:\n    sinatra (4.0.0)\n    sqlite3 (2.0.0)\n',
      'config.ru': 'run App',
    };
    expect(plansOf(ruby)[0]?.mayKeepData).toBe(true);
    expect(plansOf(ruby, { data: [] })[0]?.mayKeepData).toBe(false);
    const python = (text: string) =>
      plansOf({
        'requirements.txt': 'flask==3.1.3\n',
        'app.py': `from flask import Flask\napp = Flask(__name__)\n${text}\n`,
      })[0];
    expect(python('engine = create_engine("sqlite:////srv/shop.db")')?.mayKeepData).toBe(true);
    expect(asks(python('engine = create_engine("sqlite:///")'), /SQLite keeps/)).toBe(false);
  });
});

test('what a program of Go writes beside the files that it reads is asked about', () => {
  const files = {
    'go.mod': 'module shop\n\ngo 1.26\n',
    'main.go':
      'package main\nimport "net/http"\nfunc main() {\n\tload("conf/app.ini")\n\tos.MkdirAll("runtime/logs/", 0755)\n\thttp.ListenAndServe(":8080", nil)\n}\n',
    'conf/app.ini': '',
  };
  expect(asks(plansOf(files)[0], /what it writes below needs a volume .*main\.go:5/)).toBe(true);
  expect(
    asks(plansOf({ ...files, 'main.go': files['main.go'].replace('os.MkdirAll', 'show') })[0], /needs a volume/),
  ).toBe(false);
});
