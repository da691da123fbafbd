import type { EcosystemFacts } from '../ecosystem.ts';

export const gem: EcosystemFacts = {
  ecosystem: 'gem',
  tools: ['gem', 'bundle'],
  caches: [
    {
      // The official Ruby images set GEM_HOME to /usr/local/bundle; the archives of installed gems stay in its cache.
      kind: 'downloads',
      path: '/usr/local/bundle/cache',
      placeVaries: true,
      tools: ['gem', 'bundle'],
      actions: ['install', 'install-project', 'upgrade'],
      emptiedByImages: false,
      removal: 'rm -rf "$GEM_HOME/cache"',
      cacheMount: false,
      sharing: 'locked',
      movedBy: ['GEM_HOME', 'BUNDLE_PATH'],
    },
  ],
  manifests: [
    { manifest: 'Gemfile', locks: ['Gemfile.lock'], tools: ['bundle'] },
    { manifest: 'gems.rb', locks: ['gems.locked'], tools: ['bundle'] },
    { manifest: '*.gemspec', locks: [], tools: ['bundle'] },
  ],
  variables: [
    { name: 'BUNDLE_WITHOUT', effect: 'groups that are left out' },
    { name: 'BUNDLE_DEPLOYMENT', effect: '1: keeps to Gemfile.lock' },
    { name: 'BUNDLE_FROZEN', effect: '1: fails when Gemfile.lock would change' },
    { name: 'BUNDLE_PATH', effect: 'where gems are installed' },
    { name: 'RAILS_ENV', effect: 'production: runs as in production' },
  ],
  buildOnly: ['rake-compiler', 'rspec', 'rubocop', 'pry', 'byebug'],
};
