import { describe, expect, test } from 'vitest';
import { writeDockerfile } from '../../src/init/writers/dockerfile.ts';
import { asks, plansOf } from './plans-of.ts';

const flask = { 'requirements.txt': 'flask==3.1.3\ngunicorn==23.0.0\n' };
const made = 'from flask import Flask\napp = Flask(__name__)\n';

function writtenBy(text: string, more: Readonly<Record<string, string>> = {}): string[] {
  const [plan] = plansOf({ ...flask, 'shop/__init__.py': `import os\n${made}${text}`, ...more });
  return (plan?.run.writable ?? []).map(({ path }) => path).filter((path) => path !== '/tmp');
}

describe('A directory that Python writes to', () => {
  test.each([
    [
      'os.makedirs(os.path.join(os.path.dirname(os.path.abspath(__file__)), "static", "build"))',
      ['/app/shop/static/build'],
    ],
    ['ROOT = os.path.dirname(__file__)\nBUILD = os.path.join(ROOT, "build")\nos.makedirs(BUILD)', ['/app/shop/build']],
    [
      'app.config["ROOT"] = os.getenv("ROOT", os.path.dirname(__file__))\napp.config["BUILD"] = os.path.join(\n    app.config["ROOT"], "build")\nos.makedirs(app.config["BUILD"])',
      ['/app/shop/build'],
    ],
    [
      'from pathlib import Path\nROOT = Path(__file__).resolve().parent.parent\nLOGS = ROOT / "logs"\nLOGS.mkdir()',
      ['/app/logs'],
    ],
    ['HERE = os.path.dirname(__file__)\nos.makedirs(f"{HERE}/made")', ['/app/shop/made']],
    ['from .places import MADE as _MADE\nos.makedirs(_MADE)', ['/app/shop/made']],
    ['with open(os.path.join(os.getcwd(), "out", "a.txt"), "w") as f:\n    pass', ['/app/out']],
    // Read, not written.
    ['with open(os.path.join(os.getcwd(), "out", "a.txt")) as f:\n    pass', []],
    // The program's own directory cannot be a volume.
    ['os.makedirs(os.path.dirname(__file__))\nos.makedirs(os.getcwd())', []],
    // Of another function, of two values, built from itself, of something unknown.
    ['def one():\n    place = "one"\ndef other(place):\n    os.makedirs(os.path.join(place, "x"))', []],
    ['if x:\n    MADE = "one/a"\nelse:\n    MADE = "other/a"\nos.makedirs(os.path.join(MADE, "x"))', []],
    ['MADE = os.path.join(MADE, "x")\nos.makedirs(MADE)', []],
    ['os.makedirs(os.path.join(given(), "x"))', []],
    ['os.makedirs("/".join(["a", "b"]))', []],
    ['os.makedirs(os.path.join("/usr/lib", "x"))', []],
  ])('by %s', (text, expected) => {
    const places = { 'shop/places.py': 'import os\nMADE = os.path.join(os.path.dirname(__file__), "made")\n' };
    expect(writtenBy(text, places)).toEqual(expected);
  });

  test('is none where it is known for a file alone and comes with others: when that is written nobody knows', () => {
    const [plan] = plansOf({
      ...flask,
      'shop/static/a.css': '',
      'shop/__init__.py': `import os\n${made}open(os.path.join(os.path.dirname(__file__), "static", "b.css"), "w")\n`,
    });
    expect(plan?.questions).toEqual([]);
    expect(plan?.run.writable.map(({ path }) => path)).toEqual(['/tmp']);
  });

  test('is a question where files lie in a place for data, and a volume that is filled with them', () => {
    const [plan] = plansOf({
      ...flask,
      'data/counts.json': '{}',
      'shop/__init__.py': `import os\n${made}open(os.path.join(os.getcwd(), "data", "counts.json"), "w")\n`,
    });
    expect(asks(plan, /writes into data \(shop\/__init__\.py:4\) goes with its pod/)).toBe(true);
    expect(plan?.run.writable).toContainEqual(expect.objectContaining({ path: '/app/data', filled: true }));
  });

  test('is found at once in a file that is made to take long', () => {
    const names = Array.from({ length: 400 }, (_, at) => `N${at} = os.path.join(N${at + 1}, N${(at * 7) % 400})`);
    const text = `${names.join('\n')}\n${'os.makedirs('.repeat(2000)}${'('.repeat(20_000)}\nos.makedirs(N0)${'\n'.repeat(100_000)}N`;
    const before = performance.now();
    writtenBy(text);
    expect(performance.now() - before).toBeLessThan(5000);
  });
});

describe('A variable that says where data lies', () => {
  test.each([
    ['SHOP_DBPATH = os.environ.get("SHOP_DBPATH", os.path.dirname(os.path.dirname(__file__)))', 'SHOP_DBPATH', '/data'],
    ['DB = os.getenv("DB_FILE", os.path.join(os.getcwd(), "shop.db"))', 'DB_FILE', '/data/shop.db'],
    ['DB = os.getenv("SQLITE_DB_LOCATION", "/etc/shop/shop.db")', 'SQLITE_DB_LOCATION', '/data/shop.db'],
  ])('and by default is the place of the program is set to a volume: %s', (text, name, value) => {
    const [plan] = plansOf({ ...flask, 'shop/__init__.py': `import os\n${made}${text}\n` });
    expect(plan?.run.environment[name]).toBe(value);
    expect(plan?.run.writable.find(({ path }) => path === '/data')?.lasts).toBe(true);
    expect(asks(plan, new RegExp(`place that ${name} names .* is kept in a volume`))).toBe(true);
    expect(plan ? writeDockerfile(plan) : '').toContain('install -d -o 10001 -g 10001 /data');
  });

  test.each([
    ['ROOT = os.environ.get("APP_ROOT", os.path.dirname(__file__))', 'APP_ROOT'],
    ['CONFIG = os.environ.get("CONFIG_DIR", os.getcwd())', 'CONFIG_DIR'],
    ['DB = os.environ.get("DB_FILE", "/var/shop/shop.db")', 'DB_FILE'],
  ])('and others are left: %s', (text, name) => {
    const [plan] = plansOf({ ...flask, 'shop/__init__.py': `import os\n${made}${text}\n` });
    expect(plan?.run.environment[name]).toBeUndefined();
  });

  test('loses nothing that is worth keeping where it names a cache', () => {
    const text = 'CACHE = os.environ.get("CACHE_DIR", os.path.join(os.path.dirname(__file__), "cache"))';
    const [plan] = plansOf({ ...flask, 'shop/__init__.py': `import os\n${made}${text}\n` });
    expect(plan?.run.writable.find(({ path }) => path === '/app/shop/cache')).not.toHaveProperty('lasts');
  });
});

describe('A directory that Node.js writes to', () => {
  const manifest = '{"name":"shop","scripts":{"start":"node src/server.js"},"dependencies":{"express":"^5.1.0"}}';
  test.each([
    ['fs.mkdirSync(path.join(__dirname, "..", "made"))', ['/app/made']],
    ['const made = path.resolve(process.cwd(), "made")\nfs.mkdirSync(made)', ['/app/made']],
    ['fs.writeFileSync(`${__dirname}/out/a.txt`, "")', ['/app/src/out']],
    ['const file = process.env.DB || path.join(settings.root, "var/shop.db")', ['/app/var']],
    ['new Database(path.join(__dirname, "../data/shop.db"))', ['/app/data']],
    ['fs.writeFileSync(path.join(unknown, "a", "b.txt"), "")', []],
    ['fs.mkdirSync(name)', []],
  ])('by %s', (text, expected) => {
    const server = `const app = require('express')()\n${text}\napp.listen(process.env.PORT || 3000)\n`;
    const [plan] = plansOf({ 'package.json': manifest, 'src/server.js': server, 'var/.gitignore': '*' });
    const paths = (plan?.run.writable ?? []).map(({ path }) => path).filter((path) => path !== '/tmp');
    expect(paths).toEqual(expected);
  });

  test('is not known by its own place where it is compiled', () => {
    const [plan] = plansOf({
      'package.json':
        '{"name":"shop","scripts":{"build":"tsc","start":"node dist/server.js"},"dependencies":{"express":"^5.1.0"}}',
      'tsconfig.json': '{"compilerOptions":{"outDir":"dist","rootDir":"src"}}',
      'src/server.ts':
        'import express from "express"\nfs.mkdirSync(path.join(__dirname, "made"))\nexpress().listen(3000)\n',
    });
    expect(plan?.run.writable.map(({ path }) => path)).toEqual(['/tmp']);
  });
});

describe('A program that the sources start', () => {
  test.each([
    ['def version():\n    return subprocess_run("git show -s")', true],
    ['def version():\n    subprocess.run(["git", "show"])', true],
    ['try:\n    subprocess.run(["git", "show"])\nexcept FileNotFoundError:\n    pass', false],
    ['if shutil.which("git"):\n    subprocess.run(["git", "show"])', false],
    ['run("gitlab")', false],
  ])('is in the image of Python where it cannot go on without: %s', (text, installed) => {
    const [plan] = plansOf({ ...flask, 'shop/__init__.py': `${made}${text}\n` });
    const dockerfile = plan ? writeDockerfile(plan) : '';
    expect(dockerfile.includes('--no-install-recommends git')).toBe(installed);
    expect(dockerfile.includes('Programs that the sources start: git (shop/__init__.py:')).toBe(installed);
  });

  test.each([
    ["const cmd = ['pnpm', 'ls'];\nawait runCmd(cmd)", 'src/plugins.js', true],
    ["execSync('pnpm ls')", 'src/plugins.js', true],
    ["console.log('call pnpm')", 'src/plugins.js', false],
    ["execSync('pnpm ls')", 'scripts/release.js', false],
  ])('stays in the image of Node.js where it is the package manager: %s in %s', (text, file, kept) => {
    const [plan] = plansOf({
      'package.json': '{"name":"shop","scripts":{"start":"node src/server.js"},"dependencies":{"express":"^5.1.0"}}',
      'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
      'src/server.js': "require('express')().listen(process.env.PORT || 3000)\n",
      [file]: text,
    });
    const dockerfile = plan ? writeDockerfile(plan) : '';
    const shipped = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(shipped.includes('npm install --global pnpm@')).toBe(kept);
    expect(shipped.includes(`The program calls pnpm as it runs: ${file}:1`)).toBe(kept);
  });
});
