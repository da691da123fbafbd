import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter } from '../../dockerfile/edit.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'wget draws its progress bar into the build log',
  why: 'Without a terminal wget writes a line for every 50 kB, which buries what matters in the log.',
  remedy: 'Pass -q, -nv or --progress=dot:giga.',
  peers: ['hadolint:DL3047'],
  check({ dockerfile }, { report }) {
    for (const { command, stage } of dockerfile.commandsNamed('wget')) {
      const words = command.arguments.map(({ value }) => value);
      if (words.some((word) => quiets(word)) || !words.some((word) => /^(?:https?|ftp):|^\$/.test(word))) continue;
      if (command.wrappers.includes('busybox')) continue;
      report({
        at: command.range,
        message: 'This wget writes its progress to the log.',
        fix: {
          title: 'Pass --progress=dot:giga',
          changes: { edits: [insertAfter(dockerfile, command.nameWord.range, ' --progress=dot:giga')] },
          assumptions: [
            {
              statement: 'wget is GNU wget, which knows --progress.',
              state: isGnu(dockerfile, stage) ? 'holds' : 'unknown',
              question: 'Is wget in this image GNU wget? BusyBox, as in Alpine, has another one without --progress.',
            },
          ],
        },
      });
    }
  },
});

function quiets(word: string): boolean {
  return (
    /^(?:--quiet|--no-verbose|--progress(?:=.*)?|--output-file(?:=.*)?|--append-output(?:=.*)?|--background)$/.test(
      word,
    ) || /^-(?!-)[a-zA-Z]*(?:q|nv|o|a|b)/.test(word.replace(/^-([a-zA-Z]*?)[OPU].*/, '-$1'))
  );
}

/** On these there is no other wget; where apk is called, BusyBox has one. */
const gnu: ReadonlySet<string> = new Set([
  'debian',
  'ubuntu',
  'centos',
  'rhel',
  'rocky',
  'almalinux',
  'oraclelinux',
  'amazonlinux',
]);

function isGnu(dockerfile: Dockerfile, stage: Stage | undefined): boolean {
  const { distribution } = stage ? baseImageOf(stage) : { distribution: 'unknown' };
  if (gnu.has(distribution)) return true;
  if (distribution !== 'unknown') return false;
  const commands = dockerfile.commandsNamed('apt-get', 'apt', 'yum', 'dnf').filter((placed) => placed.stage === stage);
  return (
    dockerfile.commandsNamed('apk').length === 0 &&
    commands.some(({ command }) => command.arguments.some(({ value }) => value === 'wget' || value.startsWith('wget=')))
  );
}
