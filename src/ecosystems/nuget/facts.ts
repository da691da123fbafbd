import type { EcosystemFacts } from '../ecosystem.ts';

export const nuget: EcosystemFacts = {
  ecosystem: 'nuget',
  tools: ['dotnet'],
  caches: [
    {
      kind: 'downloads',
      path: '~/.nuget/packages',
      tools: ['dotnet'],
      actions: ['install', 'install-project', 'build', 'run'],
      emptiedByImages: false,
      removal: 'dotnet nuget locals all --clear',
      cacheMount: true,
      sharing: 'shared',
      movedBy: ['NUGET_PACKAGES'],
    },
  ],
  manifests: [
    { manifest: '*.csproj', locks: ['packages.lock.json'], tools: ['dotnet'] },
    { manifest: '*.fsproj', locks: ['packages.lock.json'], tools: ['dotnet'] },
    { manifest: '*.vbproj', locks: ['packages.lock.json'], tools: ['dotnet'] },
    { manifest: 'Directory.Packages.props', locks: [], tools: ['dotnet'] },
  ],
  variables: [
    { name: 'NUGET_PACKAGES', effect: 'directory of the packages' },
    { name: 'DOTNET_CLI_TELEMETRY_OPTOUT', effect: '1: sends no usage data' },
    { name: 'DOTNET_NOLOGO', effect: '1: prints no greeting' },
    { name: 'NUGET_XMLDOC_MODE', effect: 'skip: documentation files are not unpacked' },
  ],
  buildOnly: ['dotnet-ef', 'coverlet.console'],
};
