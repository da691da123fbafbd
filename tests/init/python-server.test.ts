import { describe, expect, test } from 'vitest';
import { writeDockerfile } from '../../src/init/writers/dockerfile.ts';
import { asks, detectedIn, plansOf } from './plans-of.ts';

const dockerfileOf = (files: Readonly<Record<string, string>>, choices = {}) => {
  const [plan] = plansOf(files, choices);
  return plan ? writeDockerfile(plan) : '';
};

const app = 'from flask import Flask\napp = Flask(__name__)\n';

describe('The server that a Procfile names', () => {
  const project = (more = '') =>
    `[build-system]\nrequires = ["setuptools"]\n\n[project]\nname = "shop"\nversion = "1.0"\ndependencies = ["flask>=3"]\n${more}`;
  const files = { 'shop/__init__.py': app, Procfile: 'web: gunicorn shop:app -k gevent\n' };

  test('is installed with the group of optional dependencies that has it', () => {
    const optional = '\n[project.optional-dependencies]\ntest = ["pytest"]\nserve = ["gunicorn", "gevent"]\n';
    const dockerfile = dockerfileOf({ ...files, 'pyproject.toml': project(optional) });
    expect(dockerfile).toContain(`pip install '.[serve]'\n`);
    expect(dockerfile).not.toContain('pip install gunicorn');
  });

  test('is added where no dependency brings it, and told', () => {
    const [plan] = plansOf({ ...files, 'pyproject.toml': project() });
    expect(plan && writeDockerfile(plan)).toMatch(/\/opt\/venv\/bin\/pip install gunicorn==/);
    expect(asks(plan, /the image adds gunicorn/)).toBe(true);
  });

  test('is left alone where the project has it', () => {
    const dockerfile = dockerfileOf({ ...files, 'requirements.txt': 'flask==3.1.3\ngunicorn==23.0.0\n' });
    expect(dockerfile).not.toContain('pip install gunicorn');
  });

  describe('is brought along by what is installed, and not by what is locked for development alone', () => {
    const uv = (entries: string, more = '') => ({
      ...files,
      'pyproject.toml': project(more),
      'uv.lock': `version = 1\n\n[[package]]\nname = "shop"\nsource = { virtual = "." }\ndependencies = [\n    { name = "flask" },\n]\n\n[package.dev-dependencies]\ndev = [{ name = "gunicorn" }]\n\n[[package]]\nname = "gunicorn"\nversion = "23.0.0"\n${entries}`,
    });
    const flask = (more: string) => `\n[[package]]\nname = "flask"\nversion = "3.1.3"\n${more}`;
    const poetry = (asked: string) => ({
      ...files,
      'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.12"\nFlask = "^3"\n',
      'poetry.lock': `[[package]]\nname = "flask"\nversion = "3.1.3"\n\n[package.dependencies]\n${asked} = ">=22"\n\n[[package]]\nname = "gunicorn"\nversion = "23.0.0"\n`,
    });
    const pipenv = (section: string) => ({
      ...files,
      Pipfile: '[packages]\nflask = "*"\n',
      'Pipfile.lock': JSON.stringify({ _meta: {}, default: {}, [section]: { gunicorn: { version: '==23.0.0' } } }),
    });
    const pip = (line: string) => ({ ...files, 'requirements.txt': `flask==3.1.3\n${line}\n` });

    test.each<[string, Readonly<Record<string, string>>, boolean]>([
      ['uv, a group of development', uv(flask('')), true],
      ['uv, a name that begins so', uv(flask('dependencies = [\n    { name = "gunicorn-color" },\n]\n')), true],
      ['uv, a package', uv(flask('dependencies = [\n    { name = "gunicorn" },\n]\n')), false],
      [
        'uv, an extra of a package',
        uv(flask('\n[package.optional-dependencies]\nall = [{ name = "gunicorn" }]\n')),
        false,
      ],
      ['Poetry, nothing', poetry('click'), true],
      ['Poetry, a package', poetry('Gunicorn'), false],
      ['Pipenv, development', pipenv('develop'), true],
      ['Pipenv, production', pipenv('default'), false],
      ['pip, a comment', pip('# gunicorn is for production'), true],
      ['pip, another package', pip('uvicorn-worker==1.0\ngunicorn-color==1.0'), true],
      ['pip, an address', pip('git+https://git.example.com/mirror/gunicorn.git@v23'), false],
    ])('%s', (_, project, isAdded) => {
      expect(/pip install .*gunicorn==/.test(dockerfileOf(project))).toBe(isAdded);
    });
  });

  test('of uv is an extra of the lock file', () => {
    const optional = '\n[project.optional-dependencies]\nserve = ["gunicorn"]\n';
    const lock =
      '[[package]]\nname = "shop"\nsource = { editable = "." }\n\n[[package]]\nname = "gunicorn"\nversion = "23.0.0"\n';
    const dockerfile = dockerfileOf({ ...files, 'pyproject.toml': project(optional), 'uv.lock': lock });
    for (const sync of dockerfile.match(/uv sync .*/g) ?? ['']) expect(sync).toMatch(/ --extra serve$/);
  });
});

test('pkg-resources 0.0.0, which Debian’s pip freeze wrote, is left out of the install and no other line', () => {
  const files = (requirements: string) => ({ 'app.py': app, 'requirements.txt': requirements });
  expect(dockerfileOf(files('flask==3.1.3\npkg_resources==0.0.0\n'))).toMatch(
    /sed -i '\/\^\[\[:blank:\]\]\*pkg\[-_\]resources==0\\\.0\\\.0\/Id' requirements\.txt \\\n +&& pip install --requirement requirements\.txt/,
  );
  expect(dockerfileOf(files('flask==3.1.3\npkg_resources==0.1\n'))).not.toContain('sed -i');
});

describe('A package that is started whole', () => {
  const files = (text: string) => ({
    'requirements.txt': 'aiohttp==3.13.0\n',
    'shop/__init__.py': '',
    'shop/__main__.py': 'from shop.web import main\n\nmain()\n',
    'shop/web.py': text,
  });

  test.each([
    ['web.run_app(application, port=9300)', 9300],
    ['parser.add_argument("--port", type=int, default=9301)', 9301],
    ['define("port", default=9302)', 9302],
  ])('by python -m, where %s says its port', (text, port) => {
    const [plan] = plansOf(files(text));
    expect(plan?.run.command).toEqual(['python', '-m', 'shop']);
    expect(plan?.run.port).toBe(port);
  });

  test('is asked for, where nothing says its port', () => {
    const { plans, undecided } = detectedIn(files('web.run_app(application)'));
    expect(plans).toEqual([]);
    expect(undecided[0]?.flag).toBe('--start');
  });
});

test('The cache of Flask-Caching and uploads behind a typed name and a broken line are written', () => {
  const [plan] = plansOf({
    'requirements.txt': 'flask==3.1.3\ngunicorn==23.0.0\n',
    'shop/__init__.py': app,
    'shop/config.py':
      'import os\nclass Config:\n    CACHE_DIR: str = os.path.join(os.path.dirname(__file__), os.pardir, ".data", "cache")\n    UPLOAD_FOLDER: str = given("UPLOADS") \\\n        or os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")\n',
  });
  expect(plan?.run.writable.map(({ path, lasts }) => [path, lasts])).toEqual([
    ['/tmp', undefined],
    ['/app/.data/cache', undefined],
    ['/app/shop/files', true],
  ]);
});

test('A package whose releases have no wheel is compiled', () => {
  const files = (name: string) => ({ 'app.py': app, 'requirements.txt': `flask==3.1.3\ngunicorn==23.0.0\n${name}\n` });
  const built = /^FROM python:3\.\d+ AS build$/m;
  expect(dockerfileOf(files('misaka==2.1.1'))).toMatch(built);
  expect(dockerfileOf(files('mistune==3.1.4'))).not.toMatch(built);
});

test('The object of wsgi.py is served under any name, before that of a worker', () => {
  const [plan] = plansOf({
    'requirements.txt': 'flask==3.1.3\ngunicorn==23.0.0\n',
    'celery_worker.py': 'from shop.app import create_app\n\napp = create_app()\n',
    'wsgi.py': 'from shop.app import create_app\n\nshop = create_app(config="shop.cfg")\n',
    'shop/app.py': 'from flask import Flask\n\ndef create_app():\n    return Flask(__name__)\n',
  });
  expect(plan?.run.command.slice(0, 2)).toEqual(['gunicorn', 'wsgi:shop']);
});

describe('The Python that a project asks for', () => {
  const files = (range: string) => ({
    'shop/__init__.py': app,
    Procfile: 'web: gunicorn shop:app\n',
    'pyproject.toml': `[project]\nname = "shop"\nversion = "1.0"\nrequires-python = "${range}"\ndependencies = ["flask==3.1.3", "gunicorn==23.0.0", "sqlalchemy==1.3.24"]\n`,
    'uv.lock': `version = 1\nrequires-python = "${range}"\n\n[[package]]\nname = "sqlalchemy"\nversion = "1.3.24"\n`,
  });

  test('wins over what a pinned package is made for, and that is asked about', () => {
    const [plan] = plansOf(files('>=3.13,<3.14'));
    expect(plan && writeDockerfile(plan)).toMatch(/^FROM python:3\.13-slim$/m);
    expect(asks(plan, /Python 3\.13 may be too new .* sqlalchemy 1\.3\.24 is made for up to 3\.9/)).toBe(true);
  });

  test('is what the pinned package is made for, where the range has both', () => {
    const [plan] = plansOf(files('>=3.8'));
    expect(plan && writeDockerfile(plan)).toMatch(/^FROM python:3\.9-slim$/m);
    expect(asks(plan, /may be too new/)).toBe(false);
  });
});
