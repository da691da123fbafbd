import type { InstallInputs, ProjectFiles } from '../install-inputs.ts';
import type { PackageCommand } from '../package-command.ts';

/** What Bundler reads when it installs. A Gemfile is a program: only what is plain in it is followed. */
export function bundlerInputs({ tool }: PackageCommand, files: ProjectFiles | undefined): InstallInputs | undefined {
  if (tool !== 'bundle') return undefined;
  const fills = ['vendor/bundle'];
  if (files === undefined)
    return {
      files: ['Gemfile', 'Gemfile.lock*'],
      fills,
      questions: ['Does the Gemfile read no other file (gemspec, path:, eval_gemfile, .ruby-version)?'],
    };
  const text = files.read('Gemfile');
  if (text === undefined) return undefined;
  const code = text.replace(/^[ \t]*#.*$/gm, '');
  const more = [...code.matchAll(/\bruby\s+file:\s*["']([\w.-]+)["']/g)].map(([, name]) => name ?? '');
  const reads =
    /^[ \t]*gemspec\b|\bpath:|:path\s*=>|^[ \t]*path\s|eval_gemfile|File\.|require_relative|Dir\[|IO\.read|\bload\b|instance_eval/m.exec(
      code.replace(/\bruby\s+file:[^\n]*/g, ''),
    );
  return {
    files: ['Gemfile', 'Gemfile.lock', ...more].filter((name) => files.paths.includes(name)),
    directories: files.paths.includes('.bundle/config') ? ['.bundle'] : [],
    fills,
    questions: [],
    ...(reads && { needsSources: `the Gemfile has «${reads[0].trim()}»` }),
  };
}
