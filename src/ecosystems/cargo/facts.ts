import type { EcosystemFacts } from '../ecosystem.ts';

export const cargo: EcosystemFacts = {
  ecosystem: 'cargo',
  tools: ['cargo'],
  caches: [
    {
      // The official images set CARGO_HOME to /usr/local/cargo.
      kind: 'downloads',
      path: '/usr/local/cargo/registry',
      placeVaries: true,
      tools: ['cargo'],
      actions: ['install', 'install-project', 'build', 'run'],
      emptiedByImages: false,
      removal: 'rm -rf /usr/local/cargo/registry',
      cacheMount: true,
      sharing: 'shared',
      movedBy: ['CARGO_HOME'],
    },
  ],
  manifests: [{ manifest: 'Cargo.toml', locks: ['Cargo.lock'], tools: ['cargo'] }],
  variables: [
    { name: 'CARGO_HOME', effect: 'directory of the registry and of installed programs' },
    { name: 'CARGO_TARGET_DIR', effect: 'directory of the build output' },
    { name: 'RUSTFLAGS', effect: 'options of every compiler call' },
  ],
  buildOnly: ['cargo-chef', 'cargo-watch', 'sccache', 'cargo-audit', 'cargo-binstall'],
};
