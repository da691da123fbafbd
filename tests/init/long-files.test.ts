import { describe, expect, test } from 'vitest';
import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import type { ApplicationPlan } from '../../src/init/plan.ts';
import { repositoryOf } from '../../src/init/repository.ts';

function planOf(files: Readonly<Record<string, string>>): ApplicationPlan | undefined {
  const repository = repositoryOf('/shop', Object.keys(files), (file) => files[file]);
  const existing = { dockerfiles: [], manifests: false };
  return detectApplications(repository, { detectors, choices: {}, today: '2026-11-26', within: '', existing }).plans[0];
}

const cargo =
  '[package]\nname = "shop"\nversion = "1.0.0"\nedition = "2021"\n[dependencies]\nclap = "4"\naxum = "0.8"\n';
const rust = (text: string) => ({
  'Cargo.toml': cargo,
  'Cargo.lock': '',
  'src/main.rs': `use clap::Parser;\n${text}\nfn main() {}\n`,
});
const pom = (text: string) => ({
  'pom.xml': `<project><artifactId>shop</artifactId>${text}<version>1.2.3</version></project>`,
  'src/main/java/Shop.java': 'public class Shop { public static void main(String[] a) { } }\n',
});

/** On this text a pattern that tries again from each place would take from many seconds to years. */
const hostile: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'attributes before no field': rust(`#[arg(long, env = "X")]${'#[a]'.repeat(5000)}(`),
  'attributes that do not end': rust('#[arg('.repeat(100_000)),
  'options without a field': rust('#[arg(env)]'.repeat(50_000)),
  'a function of spaces': rust(`#[arg(env = "X", default_value = name())] x: u16,\nfn name(){${' '.repeat(100_000)}`),
  'a function that does not begin': rust(
    `#[arg(env = "X", default_value = name())] x: u16,\n${'fn name() '.repeat(50_000)}`,
  ),
  'a value of spaces': rust(
    `#[arg(env = "X", default_value = NAME)] x: u16,\nconst NAME: X = x::from(${' '.repeat(3500)}x${' '.repeat(300)};`,
  ),
  'sections that do not end': pom('<dependencies>'.repeat(40_000)),
  'comments that do not end': pom('<!--'.repeat(150_000)),
  'parents that do not end': pom('<parent><version>1<'.repeat(40_000)),
  'files that are opened in files': { 'index.php': `<?php ${'fopen('.repeat(80_000)}` },
  'names that have other names': {
    'requirements.txt': 'flask==3.1.3\n',
    'app.py': `import os\nfrom flask import Flask\napp = Flask(__name__)\n${'x as b\n'.repeat(60_000)}${'  q.z = 1\ndef f():\n'.repeat(4000)}${Array.from(
      { length: 1000 },
      (_, at) => `open(os.path.join(A${at}, B${at}, C${at}, D${at}), "w")\n`,
    ).join('')}`,
  },
  'an object of spaces': {
    'requirements.txt': 'flask==3.1.3\n',
    'wsgi.py': `import flask\nshop${' '.repeat(200_000)}`,
  },
  'a main class of spaces': pom(`mainClass${' '.repeat(100_000)}`),
};

/** At each of which a pattern for «a line that begins with blanks» could start, and go on to the last. */
const emptyLines = '\n'.repeat(400_000);
const ofEmptyLines: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Node.js': {
    'package.json': '{"name":"a","scripts":{"build":"tsc","start":"node dist/main.js"},"dependencies":{"prisma":"5"}}',
    'package-lock.json': '{"lockfileVersion":3,"packages":{"":{}}}',
    'tsconfig.json': `{${emptyLines}}`,
    'pnpm-workspace.yaml': emptyLines,
    'prisma/schema.prisma': emptyLines,
    'src/main.ts': emptyLines,
  },
  Python: {
    'requirements.txt': `flask==3.0${emptyLines}`,
    'app.py': `from flask import Flask\napp = Flask(__name__)${emptyLines}`,
    'gunicorn.conf.py': emptyLines,
    Procfile: 'web: gunicorn app:app\n',
  },
  Django: {
    'manage.py': emptyLines,
    'shop/settings.py': emptyLines,
    'shop/wsgi.py': emptyLines,
    'requirements.txt': 'django==5.1\n',
  },
  Pipenv: { 'app.py': 'from flask import Flask\napp = Flask(__name__)', Pipfile: '', 'Pipfile.lock': emptyLines },
  Go: { 'go.mod': `module shop\ngo 1.22${emptyLines}`, 'main.go': `package main\nfunc main() {}${emptyLines}` },
  Rust: { 'Cargo.toml': `${cargo}${emptyLines}`, 'Cargo.lock': emptyLines, 'src/main.rs': `fn main() {}${emptyLines}` },
  Ruby: {
    Gemfile: `source "https://rubygems.org"\ngem "rails"${emptyLines}`,
    'Gemfile.lock': emptyLines,
    'config.ru': '',
    'config/routes.rb': emptyLines,
  },
  PHP: {
    'composer.json': '{"require":{"php":"^8.2"}}',
    'composer.lock': emptyLines,
    'public/index.php': `<?php${emptyLines}`,
  },
  Maven: {
    'pom.xml': `<project><artifactId>shop</artifactId>${emptyLines}</project>`,
    'src/main/java/Shop.java': `public class Shop { public static void main(String[] a) { } }${emptyLines}`,
    'src/main/resources/application.properties': emptyLines,
    'src/main/resources/application.yml': emptyLines,
  },
  Gradle: {
    'build.gradle': `plugins { id 'application' }${emptyLines}`,
    'settings.gradle': emptyLines,
    'gradle/wrapper/gradle-wrapper.properties': emptyLines,
    'src/main/java/Shop.java': 'public class Shop { public static void main(String[] a) { } }\n',
  },
};

describe('files of empty lines are read in one pass', () => {
  test.each(Object.keys(ofEmptyLines))('%s', (name) => {
    const from = performance.now();
    planOf(ofEmptyLines[name] ?? {});
    expect(performance.now() - from).toBeLessThan(4000);
  });
});

describe('long files of odd content are read in one pass', () => {
  test.each(Object.keys(hostile))('%s', (name) => {
    const from = performance.now();
    planOf(hostile[name] ?? {});
    expect(performance.now() - from).toBeLessThan(4000);
  });

  test('what stands between attribute and field is passed over', () => {
    const plan = planOf(
      rust(
        '#[derive(Parser)]\nstruct Options {\n  #[arg(long, env = "GREETING", default_value = "hello")]\n  // said first [\n  #[serde(rename = "a]b", with = [1])] #[a]\n  pub(crate) greeting: String,\n}',
      ),
    );
    expect(plan?.variables.map(({ name, value }) => [name, value])).toEqual([['GREETING', 'hello']]);
  });

  test('the version is that of the module itself', () => {
    expect(
      planOf(
        pom(
          '<!-- <version>0</version> --><parent><version>9</version></parent><dependencies><version>8</version></dependencies>',
        ),
      )?.version,
    ).toBe('1.2.3');
  });
});
