import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { buildsOf } from '../../project/project.ts';
import { builtApplications } from './reads-files.ts';
import type { SplitSubject } from './split-plan.ts';

/**
 * Whether cargo makes a program of that name for certain: a package or a [[bin]] of a Cargo.toml is called so, a file of `src/bin`, or the crate that
 * is installed. https://doc.rust-lang.org/cargo/reference/cargo-targets.html#binaries
 */
export function isCargoProgram(subject: SplitSubject, compiling: readonly PlacedCommand[], name: string): boolean {
  if (compiling.some(({ command }) => installsCrate(command.arguments, name))) return true;
  const manifests = builtApplications(subject, 'rust').flatMap(({ manifests }) => manifests.get('Cargo.toml') ?? []);
  if (manifests.some(({ text }) => programNames(text).includes(name))) return true;
  const files = [`src/bin/${name}.rs`, `src/bin/${name}/main.rs`];
  return buildsOf(subject.project, subject.dockerfile).some(({ context }) =>
    context?.listing.entries.some(({ path }) => files.some((file) => path === file || path.endsWith(`/${file}`))),
  );
}

/** Options whose next word is no crate. https://doc.rust-lang.org/cargo/commands/cargo-install.html */
const takesValue =
  /^(?:-[FjZC]|--(?:vers|version|git|branch|tag|rev|path|root|registry|index|features|target|target-dir|profile|jobs|config|color|example|bin|message-format))$/;

function installsCrate(words: readonly { readonly value: string }[], name: string): boolean {
  return (
    words.some(({ value }) => value === 'install') &&
    words.some(({ value }, at) => value.split('@')[0] === name && !takesValue.test(words[at - 1]?.value ?? ''))
  );
}

/** The names of the tables `[package]` and `[[bin]]`. */
function programNames(manifest: string): readonly string[] {
  const names: string[] = [];
  let isProgram = false;
  for (const line of manifest.split('\n')) {
    if (/^[ \t]*\[/.test(line)) isProgram = /^[ \t]*(?:\[[ \t]*package[ \t]*\]|\[\[[ \t]*bin[ \t]*\]\])/.test(line);
    const name = isProgram ? /^[ \t]*name[ \t]*=[ \t]*["']([^"']+)["']/.exec(line)?.[1] : undefined;
    if (name !== undefined) names.push(name);
  }
  return names;
}
