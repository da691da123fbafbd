import type { Assumption } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { copiedScriptText } from '../project/copied-script.ts';
import type { Project } from '../project/project.ts';
import { stageChain } from '../project/stage-facts.ts';
import { startedScripts } from '../project/started-commands.ts';
import { contextFiles } from './context-files.ts';

/** Says, in small letters, that packages come from the cache alone: an option, a step without network, a variable, a file of settings. */
const offline =
  /(?<![\w-])--(?:offline|cacheonly|network=none|no-network|no-download)(?![\w-])|\bbundle\b[^\n&|;]*\s--local(?![\w-])|\b(?:yum|dnf|microdnf)\b[^\n&|;]*\s-c(?![\w-])|\bcargo\b[^\n&|;]*\s--frozen(?![\w-])|\b(?:npm_config_offline|cargo_net_offline|uv_offline|composer_disable_network|net\.offline)["']?[=\s]["']?(?!0|false)|\bgoproxy["']?[=\s]["']?off\b|^\s*(?:--install\.)?offline["']?\s*[=\s]\s*["']?true/m;
/** Takes, in small letters, what is in the cache first, and fetches the rest. */
const preferred = /(?<![\w-])--prefer-offline(?![\w-])|\bprefer[-_]offline["']?\s*[=\s]\s*["']?true/;

/** Files that hold options of a package manager, or commands that call one. */
const settings =
  /^(?:[^/]+\/){0,2}(?:package\.json|\.npmrc|\.yarnrc|\.cargo\/config(?:\.toml)?|Makefile|justfile|[^/]+\.(?:sh|bash))$/;

const statement = 'No later step, and nothing that is started, installs from the cache without the network.';
const holds: Assumption = { statement, state: 'holds' };

/** A step that installs what is in the cache already, or that first. */
export function takesFromCache(text: string): boolean {
  return isOffline(text) || isCacheFirst(text);
}

function isOffline(text: string): boolean {
  return offline.test(text.toLowerCase());
}

function isCacheFirst(text: string): boolean {
  return preferred.test(text.toLowerCase());
}

/** That a cache of downloads may go: what comes later, here, in a stage that is built on this one or in a container, can fetch again. */
export function nothingIsOffline(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
): Assumption {
  let question: string | undefined;
  for (const each of dockerfile.stages)
    for (const later of each.instructions) {
      if (later.range.start <= instruction.range.start && later.name !== 'ENV' && later.name !== 'ARG') continue;
      const text = dockerfile.text.slice(later.range.start, later.range.end);
      if (isOffline(text) && stageChain(each).includes(stage)) return { statement, state: 'fails' };
      if (takesFromCache(text))
        question ??= `Can line ${later.line} still fetch from the network what it would have taken from this cache?`;
    }
  for (const each of dockerfile.stages.filter((built) => stageChain(built).includes(stage)))
    for (const name of startedScripts(dockerfile, each)) {
      const text = copiedScriptText(project, dockerfile, each, name) ?? '';
      if (isOffline(text)) return { statement, state: 'fails' };
      if (isCacheFirst(text)) question ??= `Can ${name} still fetch from the network what is no longer in the cache?`;
    }
  if (question === undefined) {
    const file = fileThatSays(project, dockerfile);
    if (file !== undefined)
      question = `${file} speaks of installing offline: does no later step and no container do so from this cache?`;
  }
  return question === undefined ? holds : { statement, state: 'unknown', question };
}

function fileThatSays(project: Project, dockerfile: Dockerfile): string | undefined {
  const files = contextFiles(project, dockerfile, '');
  return files?.paths.find((path) => {
    if (!settings.test(path) || path.includes('node_modules/')) return false;
    return takesFromCache(files.read(path) ?? '');
  });
}
