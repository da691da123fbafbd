import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rule as toolsShipped } from '../../src/rules/size/build-tools-shipped.ts';
import { rule as singleStage } from '../../src/rules/size/single-stage-build.ts';
import { checkCase, layOutFiles } from '../rules/check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-linked-libraries-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function fixesOf(dockerfile: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const all = Object.entries({ Dockerfile: dockerfile, 'main.c': 'int main(){}\n', ...files });
  const directory = layOutFiles(
    scratch,
    all.map(([name, text]) => ({ path: name, text, size: undefined, mode: undefined })),
  );
  const rules = [
    { id: 'size/single-stage-build', area: 'size', definition: singleStage },
    { id: 'size/build-tools-shipped', area: 'size', definition: toolsShipped },
  ] as const;
  const findings = (await Promise.all(rules.map((rule) => checkCase(directory, rule, {})))).flat();
  expect(findings).not.toEqual([]);
  return findings.flatMap(({ fix }) => fix?.title ?? []);
}

async function isSplit(dockerfile: string, files: Readonly<Record<string, string>>): Promise<boolean> {
  return (await fixesOf(dockerfile, files)).some((title) => title.includes('in a stage of its own'));
}

const large = (run: string, before = '') =>
  `FROM buildpack-deps:bookworm\nWORKDIR /src\nCOPY . .\n${before}RUN ${run}\nCMD ["./app"]\n`;
const debian = (run: string, packages = 'build-essential') =>
  `FROM debian:bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends ${packages} && rm -rf /var/lib/apt/lists/*\nCOPY . /src\nWORKDIR /src\nRUN ${run}\nCMD ["./app"]\n`;
const alpine = (run: string) =>
  `FROM alpine:3.20\nRUN apk add --no-cache gcc musl-dev make\nCOPY . /src\nWORKDIR /src\nRUN ${run}\nCMD ["./app"]\n`;
const cmake = (lines: string) => ({
  'CMakeLists.txt': `project(x)\nadd_library(words STATIC words.c)\nadd_executable(app main.c)\n${lines}\n`,
});
const makefile = (text: string) => ({ Makefile: text });
const inPlace = 'cmake . && make';

test.each<[string, string, Readonly<Record<string, string>>]>([
  ['libm of the words', large('gcc -o app main.c -lm'), {}],
  ['a variable that is known', large('gcc -o app main.c $LDLIBS', 'ENV LDLIBS="-lm -pthread"\n'), {}],
  ['a Makefile with libm', large('make -j$(nproc)'), makefile('app: main.c # not -lcurl\n\t$(CC) -o app main.c -lm\n')],
  ['targets of its own', large(inPlace), cmake('target_link_libraries(app PRIVATE words Threads::Threads m)')],
  ['threads', large(inPlace), cmake('find_package( Threads REQUIRED)')],
  [
    'a library of which the package stays',
    debian('gcc -o app main.c -lcurl', 'gcc libc6-dev libcurl4-openssl-dev'),
    {},
  ],
  ['a package for OpenMP', debian('gcc -fopenmp -o app main.c', 'gcc libc6-dev libgomp1'), {}],
  ['the same base without a Makefile that is seen', debian('make'), {}],
])('is split: %s', async (_, dockerfile, files) => {
  expect(await isSplit(dockerfile, files)).toBe(true);
});

test.each<[string, string, Readonly<Record<string, string>>]>([
  ['a Makefile', large('make'), makefile('app: main.c\n\tgcc -o app main.c -lcurl\n')],
  ['a Makefile that asks pkg-config', large('make'), makefile('L = $(shell pkg-config --libs x)\n')],
  ['a Makefile that includes', large('make'), makefile('include ../common\n')],
  ['no Makefile that is seen', large('make'), {}],
  ['no CMakeLists.txt that is seen', large(inPlace), makefile('app:\n')],
  ['find_package', large(inPlace), cmake('find_package(CURL)')],
  ['pkg_check_modules', large(inPlace), cmake('pkg_check_modules(PQ libpq)')],
  ['target_link_libraries', large(inPlace), cmake('target_link_libraries(app curl)')],
  ['a shared library as a word', large('gcc -o app main.c /usr/lib/x86_64-linux-gnu/libcurl.so'), {}],
  ['ENV', large('gcc -o app main.c $LDLIBS', 'ENV LDLIBS="-lm -lcurl"\n'), {}],
  ['ENV that make takes', large('make', 'ENV LDLIBS="-lcurl"\n'), makefile('app: main.c\n')],
  ['what the shell knows', large('gcc -o app main.c $(pkg-config --libs libpq)'), {}],
  ['OpenMP on the same base', debian('gcc -fopenmp -o app main.c'), {}],
  ['libatomic on the same base', debian('gcc -o app main.c -latomic'), {}],
  ['the C++ library of Clang on the same base', debian('clang++ -stdlib=libc++ -o app main.c', 'clang libc6-dev'), {}],
  ['OpenMP on Alpine', alpine('gcc -fopenmp -o app main.c'), {}],
  ['OpenMP on the same base, of a Makefile', alpine('make'), makefile('CFLAGS = -O2 -fopenmp\n')],
  ['OpenMP on the same base, of CMake', debian(inPlace, 'g++ cmake make'), cmake('find_package(OpenMP)')],
])('is not split for what %s links', async (_, dockerfile, files) => {
  expect(await isSplit(dockerfile, files)).toBe(false);
});

test.each([
  ['cmake .. -DCMAKE_BUILD_TYPE=Release'],
  ['cmake -G "Unix Makefiles" ..'],
  ['cmake .. -G Ninja'],
  ['cmake -S/src'],
  ['cmake -D X=1 ..'],
])('the sources of %s stay behind', async (command) => {
  const dockerfile = `FROM buildpack-deps:bookworm\nCOPY . /src\nWORKDIR /src/build\nRUN ${command} && cmake --build . && cp app /usr/local/bin/\nCMD ["app"]\n`;
  expect(await isSplit(dockerfile, cmake(''))).toBe(true);
});

test.each([
  [debian('gcc -fopenmp -o app main.c')],
  [debian('gcc -o app main.c -latomic')],
  [alpine('gcc -fopenmp -o app main.c')],
])('nor is a compiler removed with a library that the program needs: %j', async (dockerfile) => {
  expect(await fixesOf(dockerfile, {})).toEqual([]);
});
