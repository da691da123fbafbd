import { readApk } from '../apk/read-apk.ts';
import { readApt, readDpkg } from '../apt/read-apt.ts';
import { readCargo } from '../cargo/read-cargo.ts';
import { readComposer } from '../composer/read-composer.ts';
import { readBundle, readGem } from '../gem/read-gem.ts';
import { readGo } from '../go/read-go.ts';
import { readGradle, readMaven } from '../maven/read-maven.ts';
import { readBun } from '../npm/read-bun.ts';
import { readNpm, readNpx } from '../npm/read-npm.ts';
import { readPnpm } from '../npm/read-pnpm.ts';
import { readYarn } from '../npm/read-yarn.ts';
import { readDotnet } from '../nuget/read-dotnet.ts';
import { readConda } from '../pip/read-conda.ts';
import { readEasyInstall, readPip, readPipx } from '../pip/read-pip.ts';
import { readPipenv, readPoetry, readUv } from '../pip/read-python-projects.ts';
import { readBuilddep, readDnf, readRpm, readZypper } from '../rpm/read-rpm.ts';
import type { ToolReader } from './tool-reader.ts';

/** Every program that is known, by its base name. */
export const readers: Readonly<Record<string, ToolReader>> = {
  'apt-get': readApt,
  apt: readApt,
  aptitude: readApt,
  dpkg: readDpkg,
  apk: readApk,
  dnf: readDnf,
  dnf5: readDnf,
  yum: readDnf,
  microdnf: readDnf,
  tdnf: readDnf,
  'yum-builddep': readBuilddep,
  'dnf-builddep': readBuilddep,
  zypper: readZypper,
  rpm: readRpm,
  npm: readNpm,
  cnpm: readNpm,
  npx: readNpx,
  bunx: readNpx,
  pnpx: readNpx,
  yarn: readYarn,
  yarnpkg: (_tool, words, command) => readYarn('yarn', words, command),
  pnpm: readPnpm,
  bun: readBun,
  pip: readPip,
  uv: readUv,
  poetry: readPoetry,
  pipenv: readPipenv,
  pipx: readPipx,
  easy_install: readEasyInstall,
  conda: readConda,
  mamba: readConda,
  micromamba: readConda,
  gem: readGem,
  bundle: readBundle,
  bundler: (_tool, words, command) => readBundle('bundle', words, command),
  composer: readComposer,
  go: readGo,
  cargo: readCargo,
  mvn: readMaven,
  mvnw: readMaven,
  gradle: readGradle,
  gradlew: readGradle,
  dotnet: readDotnet,
};
