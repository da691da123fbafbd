import { expect, test } from 'vitest';
import { writeDockerfile } from '../../src/init/writers/dockerfile.ts';
import { plansOf } from './plans-of.ts';

const dockerfileOf = (lock: string) => {
  const [plan] = plansOf({
    'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n\n[dependencies]\naxum = "0.8"\n',
    'Cargo.lock': lock,
    'src/main.rs': 'fn main() { bind("0.0.0.0:3000") }\n',
  });
  return plan ? writeDockerfile(plan) : '';
};

const entry = (name: string, dependencies: readonly string[] = []) =>
  `[[package]]\nname = "${name}"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "0"\n${
    dependencies.length === 0 ? '' : `dependencies = [\n${dependencies.map((each) => ` "${each}",\n`).join('')}]\n`
  }\n`;

test.each([
  ['lzma-sys', 'ENV LZMA_API_STATIC=1'],
  ['liblzma-sys', 'ENV LZMA_API_STATIC=1'],
  ['libz-sys', 'ENV LIBZ_SYS_STATIC=1'],
])('the library of %s is linked in: the image that ships has none', (crate, line) => {
  const dockerfile = dockerfileOf(entry(crate, ['cc', 'pkg-config']));
  expect(dockerfile).toContain(line);
  expect(dockerfile).toContain('FROM gcr.io/distroless/cc-debian13:nonroot\n');
});

test.each([
  ['bzip2-sys', 'libbz2-1.0', ['cc', 'pkg-config']],
  ['libsqlite3-sys', 'libsqlite3-0', ['pkg-config', 'vcpkg']],
  ['openssl-sys', 'libssl3t64', ['cc', 'pkg-config']],
])('%s brings %s into it', (crate, library, dependencies) => {
  expect(dockerfileOf(entry(crate, dependencies))).toMatch(new RegExp(`install --yes .* ${library} `));
});

test.each([
  ['libsqlite3-sys', ['cc', 'pkg-config', 'vcpkg'], ''],
  ['openssl-sys', ['cc', 'openssl-src', 'pkg-config'], entry('openssl-src', ['cc'])],
])('%s that is compiled with the program needs nothing', (crate, dependencies, more) => {
  expect(dockerfileOf(entry(crate, dependencies) + more)).toContain('FROM gcr.io/distroless/cc-debian13:nonroot\n');
});
