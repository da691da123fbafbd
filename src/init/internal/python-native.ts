import { nativePackages } from '../../ecosystems/pip/native-packages.ts';
import type { PythonPackages } from './python-packages.ts';
import { withoutWheelFor } from './python-releases.ts';

export interface PythonNative {
  readonly names: readonly string[];
  /** Something is compiled as it is installed. */
  readonly compiles: boolean;
  readonly build: readonly string[];
  readonly run: readonly string[];
}

/** What the packages need on a line of Python: libraries, and a compiler where one of them has no wheel for it. */
export function pythonNative(packages: PythonPackages, line: string): PythonNative {
  const { dependencies, lockText } = packages;
  const old = withoutWheelFor(packages, line);
  const known = Object.keys(nativePackages).filter(
    (name) => dependencies.has(name) || new RegExp(`^(?:name = ")?${name}(?:"|==)`, 'mi').test(lockText),
  );
  // Its wheel brings the library along; its sources want that of psycopg2.
  const like = [...known, ...(old.includes('psycopg2-binary') ? ['psycopg2'] : [])];
  const build = [...new Set(like.flatMap((name) => nativePackages[name]?.build ?? []))];
  const sourcesOnly = withoutWheels(lockText);
  return {
    names: [...new Set([...known, ...sourcesOnly, ...old])],
    compiles: build.length > 0 || old.length > 0 || sourcesOnly.length > 0 || known.includes('uwsgi'),
    build,
    run: [...new Set(like.flatMap((name) => nativePackages[name]?.run ?? []))],
  };
}

/** Packages of a lock file of uv or Poetry that have sources and no wheel. Pure ones need no compiler: that cannot be told from here. */
function withoutWheels(lock: string): string[] {
  return lock
    .split(/^\[\[package\]\]$/m)
    .filter((block) => /\.(?:tar\.gz|zip)"/.test(block) && !/\.whl"/.test(block))
    .flatMap((block) => /^name = "([^"]+)"/m.exec(block)?.[1] ?? []);
}
