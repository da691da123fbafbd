import { packageCommands } from '../../dockerfile/package-commands.ts';
import { isDevelopmentFile, isDevelopmentStage } from '../../project/development-stage.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Xdebug is in the image that ships',
  why: 'It slows every request down even when nobody debugs, and one setting or header lets whoever connects run code in the program.',
  remedy: 'Install it in a stage for development that stands on the one that ships.',
  peers: ['tally:php/no-xdebug-in-final-image'],
  check({ dockerfile, project }, { report }) {
    if (!/xdebug/i.test(dockerfile.text) || isDevelopmentFile(project, dockerfile)) return;
    for (const stage of shippedStages(project, dockerfile)) {
      if (isDevelopmentStage(stage)) continue;
      const chain = new Set(stageChain(stage));
      const installed = [
        ...dockerfile.commandsNamed(
          'docker-php-ext-install',
          'docker-php-ext-enable',
          'pecl',
          'install-php-extensions',
        ),
        ...packageCommands(dockerfile, 'apt-get', 'apt', 'apk', 'yum', 'dnf', 'microdnf'),
      ]
        .filter((placed) => placed.stage !== undefined && chain.has(placed.stage))
        .filter(({ command }) => command.arguments.some(({ value }) => namesXdebug(value)))
        // In a branch, an argument of the build may be what decides.
        .filter(({ command }) => !command.place.inside.includes('branch'))
        .sort((a, b) => a.command.range.start - b.command.range.start);
      const [first, ...others] = installed;
      if (first === undefined) continue;
      report({
        at: first.command.range,
        message: 'Xdebug is installed in the stage that ships.',
        also: others.map(({ command }) => ({ range: command.range })),
      });
    }
  },
});

/** `xdebug`, `xdebug-3.4.0`, `php8.3-xdebug`, `php83-pecl-xdebug`. */
function namesXdebug(word: string): boolean {
  return /^(?:php[\w.]*-)?(?:pecl-)?xdebug\d*(?:[-=@:].*)?$/i.test(word);
}
