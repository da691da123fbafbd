import type { BaseImage } from '../../bases/base-image.ts';
import * as apk from '../../ecosystems/apk/run-time-libraries.ts';
import * as apt from '../../ecosystems/apt/run-time-libraries.ts';
import type { PackageArgument, PackageCommand } from '../../ecosystems/package-command.ts';
import * as rpm from '../../ecosystems/rpm/run-time-libraries.ts';

/** Packages that need a compiler or headers themselves: they would be removed with these. */
const dependents =
  /^(?:npm|node-gyp|ruby-full|ghc.*|ocaml.*|rustc|cargo|r-base.*|dkms|.*-dkms|golang.*|gnat.*|php-pear|php-dev|erlang.*|cython.*|pandoc-dev|libtool-bin|cpanminus|module-assistant|nvidia-cuda-toolkit|clang.*|llvm.*|.*-sdk)$/;

/** Hold what runs what they compile, too. */
const runtimes =
  /^(?:.*jdk.*|java-.*|maven|gradle|ant|sbt|leiningen|golang.*|go|cargo|rust.*|nodejs.*|npm|mono.*|ghc.*|ocaml.*|erlang.*|clang.*|llvm.*|devscripts|dotnet.*|scala|kotlin|r-base.*|emscripten)$/;

/** The package that runs what a JDK compiles, of the same release, as the package of the JDK depends on it. */
export function runTimeOfJava(ecosystem: PackageCommand['ecosystem'], name: string): string | undefined {
  if (ecosystem === 'apk') return /^openjdk\d+(?:-jdk)?$/.test(name) ? name.replace(/(?:-jdk)?$/, '-jre') : undefined;
  if (ecosystem === 'rpm') return /^java-[\w.]+-openjdk-devel$/.test(name) ? name.replace(/-devel$/, '') : undefined;
  return /^(?:default|openjdk-\d+)-jdk(?:-headless)?$/.test(name) ? name.replace('-jdk', '-jre') : undefined;
}

/** The packages that are to stay when a step's build tools go, or the clause that says why that is not known. */
export function runTimeParts(
  { ecosystem, packages }: PackageCommand,
  tools: readonly PackageArgument[],
  image: BaseImage,
): readonly string[] | { readonly refusal: string } {
  const others = packages.filter((each) => !tools.includes(each));
  const strange = packages.find(({ kind, word }) => kind !== 'registry' || !word.literal);
  if (strange !== undefined) return { refusal: `it is not known what ${strange.word.value} installs` };
  const dependent = others.find(({ name }) => dependents.test(name));
  if (dependent !== undefined) return { refusal: `${dependent.name} may need them` };
  const runtime = tools.find(({ name }) => runtimes.test(name) && runTimeOfJava(ecosystem, name) === undefined);
  if (runtime !== undefined) return { refusal: `${runtime.name} runs programs, too` };
  const libraries = new Set<string>();
  for (const { name } of tools) {
    const java = runTimeOfJava(ecosystem, name);
    if (java !== undefined) {
      libraries.add(java);
      continue;
    }
    const found =
      ecosystem === 'apk'
        ? apk.runTimeLibraries(name)
        : ecosystem === 'rpm'
          ? rpm.runTimeLibraries(name)
          : apt.runTimeLibraries(name, image);
    if (found === undefined) return { refusal: `it is not known which library ${name} stands for in this release` };
    for (const library of found) libraries.add(library);
  }
  for (const { name } of others) libraries.delete(name);
  return [...libraries];
}
