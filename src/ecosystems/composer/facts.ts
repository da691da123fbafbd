import type { EcosystemFacts } from '../ecosystem.ts';

export const composer: EcosystemFacts = {
  ecosystem: 'composer',
  tools: ['composer'],
  caches: [
    {
      kind: 'downloads',
      path: '~/.composer/cache',
      placeVaries: true,
      tools: ['composer'],
      actions: ['install', 'install-project', 'upgrade'],
      emptiedByImages: false,
      removal: 'composer clear-cache',
      cacheMount: true,
      sharing: 'shared',
      movedBy: ['COMPOSER_CACHE_DIR', 'COMPOSER_HOME'],
    },
  ],
  manifests: [{ manifest: 'composer.json', locks: ['composer.lock'], tools: ['composer'] }],
  variables: [
    { name: 'COMPOSER_ALLOW_SUPERUSER', effect: '1: no warning about running as root' },
    { name: 'COMPOSER_NO_INTERACTION', effect: '1: asks nothing' },
    { name: 'COMPOSER_NO_DEV', effect: '1: development dependencies are left out' },
    { name: 'COMPOSER_CACHE_DIR', effect: 'directory of the cache' },
  ],
  buildOnly: ['phpunit/phpunit', 'phpstan/phpstan', 'friendsofphp/php-cs-fixer', 'squizlabs/php_codesniffer'],
};
