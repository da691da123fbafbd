import { insteadOfDockerfileImage } from './dockerfile-project.ts';

/** One entry: repository or prefix ending in `/`, why it should go, what to take instead. */
type Entry = readonly [name: string, reason: string, instead: string | undefined];

/** Repositories as `familiarName` gives them. */
const repositories: readonly Entry[] = [
  ['openjdk', 'the image is deprecated and gets no updates for released Java versions', 'eclipse-temurin'],
  ['java', 'the image was replaced in 2016 and gets no updates', 'eclipse-temurin'],
  ['adoptopenjdk', 'AdoptOpenJDK has become Eclipse Adoptium', 'eclipse-temurin'],
  ['centos', 'CentOS Linux has ended and the image gets no updates', 'quay.io/centos/centos'],
  ['opensuse', 'the image is deprecated', 'opensuse/leap'],
  ['iojs', 'io.js has been merged into Node.js', 'node'],
  ['jenkins', 'the image is deprecated', 'jenkins/jenkins'],
  ['rails', 'the image is deprecated', 'ruby'],
  ['django', 'the image is deprecated', 'python'],
  ['mono', 'the image is deprecated', undefined],
  ['fsharp', 'the image is deprecated', 'mcr.microsoft.com/dotnet/sdk'],
  ['owncloud', 'the image is deprecated', 'owncloud/server'],
  ['piwik', 'the image is deprecated', 'matomo'],
  ['sentry', 'the image is deprecated', undefined],
  ['vault', 'the image is deprecated', 'hashicorp/vault'],
  ['consul', 'the image is deprecated', 'hashicorp/consul'],
  ['ubuntu-debootstrap', 'the image is deprecated', 'ubuntu'],
  ['ubuntu-upstart', 'the image is deprecated', undefined],
  ['celery', 'the image is deprecated', 'python'],
  ['glassfish', 'the image is deprecated', undefined],
  ['microsoft/dotnet', 'the image has moved and gets no updates', 'mcr.microsoft.com/dotnet/sdk'],
  ['microsoft/aspnetcore', 'the image has moved and gets no updates', 'mcr.microsoft.com/dotnet/aspnet'],
  ['microsoft/aspnetcore-build', 'the image has moved and gets no updates', 'mcr.microsoft.com/dotnet/sdk'],
  ['microsoft/windowsservercore', 'the image has moved and gets no updates', 'mcr.microsoft.com/windows/servercore'],
  ['microsoft/nanoserver', 'the image has moved and gets no updates', 'mcr.microsoft.com/windows/nanoserver'],
];

/** Registries and namespaces, as the beginning of registry and repository. */
const prefixes: readonly Entry[] = [
  ['k8s.gcr.io/', 'the registry is frozen since 3 April 2023', 'registry.k8s.io'],
  ['gcr.io/google_containers/', 'the registry is frozen since 2023', 'registry.k8s.io'],
  ['gcr.io/google-containers/', 'the registry is frozen since 2023', 'registry.k8s.io'],
  ['docker.pkg.github.com/', 'the registry has been replaced', 'ghcr.io'],
  ['adoptopenjdk/', 'AdoptOpenJDK has become Eclipse Adoptium', 'eclipse-temurin'],
  ['circleci/', 'these images are no longer updated', 'cimg'],
];

/** Tags that run instructions in the build of whoever uses them; removed from the official images in 2017. */
const onbuild =
  /^(?:node|python|ruby|golang|maven|java|iojs|rails|django|gcc|perl|php|jruby|mono|clojure|haskell|hylang|rust)$/;

/** Why an image should no longer be used; `name` as `familiarName` gives it. */
export function deprecation(
  name: string,
  tag: string | undefined,
): { reason: string; instead: string | undefined } | undefined {
  const found =
    repositories.find(([repository]) => repository === name) ?? prefixes.find(([prefix]) => name.startsWith(prefix));
  if (found) return { reason: found[1], instead: found[2] };
  if (name.startsWith('dockerfile/'))
    return {
      reason: 'the images of this publisher have not been built since 2015',
      instead: insteadOfDockerfileImage(name),
    };
  if (/\.bintray\.io\//.test(name)) return { reason: 'Bintray was shut down in 2021', instead: undefined };
  if (tag !== undefined && /(?:^|-)onbuild$/.test(tag) && onbuild.test(name))
    return { reason: 'the onbuild variants are deprecated and get no updates', instead: name };
  return undefined;
}
