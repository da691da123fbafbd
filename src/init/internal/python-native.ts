import { nativePackages } from '../../ecosystems/pip/native-packages.ts';
import type { PythonPackages } from './python-packages.ts';

export interface PythonNative {
  readonly names: readonly string[];
  /** Something is compiled as it is installed. */
  readonly compiles: boolean;
  readonly build: readonly string[];
  readonly run: readonly string[];
}

export function pythonNative({ dependencies, lockText }: PythonPackages): PythonNative {
  const known = Object.keys(nativePackages).filter(
    (name) => dependencies.has(name) || new RegExp(`^(?:name = ")?${name}(?:"|==)`, 'mi').test(lockText),
  );
  const build = [...new Set(known.flatMap((name) => nativePackages[name]?.build ?? []))];
  const sourcesOnly = withoutWheels(lockText);
  return {
    names: [...new Set([...known, ...sourcesOnly])],
    compiles: build.length > 0 || sourcesOnly.length > 0 || known.includes('uwsgi'),
    build,
    run: [...new Set(known.flatMap((name) => nativePackages[name]?.run ?? []))],
  };
}

/** Packages of a lock file of uv or Poetry that have sources and no wheel. Pure ones need no compiler: that cannot be told from here. */
function withoutWheels(lock: string): string[] {
  return lock
    .split(/^\[\[package\]\]$/m)
    .filter((block) => /\.(?:tar\.gz|zip)"/.test(block) && !/\.whl"/.test(block))
    .flatMap((block) => /^name = "([^"]+)"/m.exec(block)?.[1] ?? []);
}
