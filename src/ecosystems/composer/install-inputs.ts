import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import type { InstallInputs, ProjectFiles } from '../install-inputs.ts';
import { hasFlag, type PackageCommand } from '../package-command.ts';

/** Events that an install raises. https://getcomposer.org/doc/articles/scripts.md */
const events =
  /^(?:(?:pre|post)-(?:install|update|status|autoload-dump|package-\w+|root-package-install|create-project)(?:-cmd)?|command|init|pre-operations-exec|pre-file-download|post-file-download)$/;

/** What Composer reads when it installs. Its autoloader looks at sources only where classes or files are listed, or when it is optimized. */
export function composerInputs(command: PackageCommand, files: ProjectFiles | undefined): InstallInputs | undefined {
  const fills = ['vendor'];
  if (files === undefined)
    return {
      files: ['composer.json', 'composer.lock*'],
      fills,
      questions: [
        'Does composer.json have no scripts, no classmap or files to load and no repository of type path, and does .dockerignore keep vendor out?',
      ],
    };
  const text = files.read('composer.json');
  if (text === undefined) return undefined;
  const json = parseJsonObject(text);
  const scripts = hasFlag(command, 'no-scripts')
    ? []
    : Object.keys(jsonObjectOf(json?.scripts)).filter((name) => events.test(name));
  const loads = ['autoload', 'autoload-dev']
    .flatMap((field) => Object.keys(jsonObjectOf(json?.[field])))
    .filter((kind) => kind === 'classmap' || kind === 'files' || kind === 'psr-0');
  const isOptimized =
    hasFlag(command, 'optimize-autoloader', 'o', 'classmap-authoritative', 'a') ||
    /"(?:optimize-autoloader|classmap-authoritative)"\s*:\s*true/.test(text);
  const reason =
    json === undefined
      ? 'composer.json cannot be read'
      : scripts.length > 0
        ? `an install runs the scripts of ${scripts[0]}`
        : loads.length > 0 || isOptimized
          ? 'its autoloader is made from the sources'
          : /"type"\s*:\s*"path"/.test(text)
            ? 'composer.json names a package of the repository'
            : undefined;
  return {
    files: ['composer.json', 'composer.lock', 'symfony.lock', 'auth.json'].filter((name) => files.paths.includes(name)),
    fills,
    questions: /"(?:allow-plugins|installer-paths)"|composer\/installers|wikimedia\/composer-merge-plugin/.test(text)
      ? ['Do the plugins of Composer that composer.json allows work without the sources?']
      : [],
    ...(reason !== undefined && !hasFlag(command, 'no-autoloader') && { needsSources: reason }),
  };
}
