import type { Place } from '../detector.ts';
import type { Step } from '../plan.ts';
import { tomlTable, tomlValue } from './toml.ts';

/** What makes the version of a package from the history of git, and the variable that says it instead. */
const makers: readonly (readonly [pattern: RegExp, variable: string])[] = [
  [/\b(?:setuptools[-_]scm|hatch-vcs|setuptools-git-versioning)\b/, 'SETUPTOOLS_SCM_PRETEND_VERSION'],
  [/["']pbr\b|^[ \t]*pbr\b/m, 'PBR_VERSION'],
  [/\bpoetry-dynamic-versioning\b/, 'POETRY_DYNAMIC_VERSIONING_BYPASS'],
  [/\bpdm-backend\b[\s\S]*^\[tool\.pdm\.version\][^[]*["']scm["']/m, 'PDM_BUILD_SCM_VERSION'],
];

/** Git's history is not in the context: where a package's version is made from it, the build is given one. */
export function versionOfGit(place: Place): Step[] {
  const project = place.read('pyproject.toml') ?? '';
  const needs = tomlTable(project, 'build-system');
  const text = `${needs}\n${/^\[tool\.pdm\.version\][^[]*/m.exec(project)?.[0] ?? ''}\n${place.read('setup.py') ?? ''}\n${/^setup_requires[^[]*/m.exec(place.read('setup.cfg') ?? '')?.[0] ?? ''}`;
  const variable = makers.find(([pattern]) => pattern.test(text))?.[1];
  if (variable === undefined) return [];
  const fallback = tomlValue(tomlTable(project, 'tool.setuptools_scm'), 'fallback_version') ?? '0.0.0';
  return [
    {
      kind: 'arg',
      comment: `Its version is made from the history of git, which is not in the context. Give the right one with --build-arg ${variable}=…`,
      variables: { [variable]: /^[\w.+!-]+$/.test(fallback) ? fallback : '0.0.0' },
    },
  ];
}
