import type { BaseImage } from './base-image.ts';
import { type KnownPart, usersOf } from './distribution-images.ts';
import { codenameOf, codenames } from './distributions.ts';
import { endOfLife } from './end-of-life.ts';
import { readTag } from './tag.ts';

/** Images outside of Docker's official ones of which enough is known: distroless, Chainguard, .NET and some servers. */
export function registryImage(name: string, tag: string | undefined): KnownPart | undefined {
  if (/^mcr\.microsoft\.com\/(?:dotnet\/framework|windows)\//.test(name)) return { distribution: 'windows' };
  return distroless(name, tag) ?? chainguard(name, tag) ?? dotnet(name, tag) ?? server(name);
}

/** https://github.com/GoogleContainerTools/distroless */
function distroless(name: string, tag: string | undefined): KnownPart | undefined {
  const found = /^gcr\.io\/distroless\/([a-z]+)(\d*(?:\.\d+)?)(?:-debian(\d+))?/.exec(name);
  if (!found) return undefined;
  const parts = tag?.split('-') ?? [];
  const language = found[1] ?? '';
  const version = found[3];
  const runtimes: Readonly<Record<string, string>> = { nodejs: 'node', python: 'python', java: 'java-runtime' };
  const runtime = Object.hasOwn(runtimes, language) ? runtimes[language] : undefined;
  const release = found[2] || undefined;
  // Of Node.js it has the project's own builds; Java and Python are Debian's, and kept up with it.
  const ends = [language === 'nodejs' ? endOfLife('Node.js', release) : undefined, endOfLife('Debian', version)];
  return {
    distribution: 'distroless',
    distributionVersion: version,
    codename: version === undefined ? undefined : codenameOf('debian', version),
    libc: language === 'static' ? 'none' : 'glibc',
    shell: parts.includes('debug') ? 'busybox' : 'none',
    toolchain: false,
    runtime: runtime === undefined ? undefined : { name: runtime, version: release },
    user: parts.includes('nonroot') ? '65532' : '0',
    users: usersOf('distroless'),
    endOfLife: ends.filter((each) => each !== undefined),
  };
}

/** https://edu.chainguard.dev/chainguard/chainguard-images/ */
function chainguard(name: string, tag: string | undefined): KnownPart | undefined {
  const found = /^cgr\.dev\/chainguard\/([a-z0-9-]+)$/.exec(name);
  if (!found || found[1] === 'wolfi-base') return undefined;
  const development = tag !== undefined && /(?:^|-)dev$/.test(tag);
  return {
    distribution: 'wolfi',
    shell: 'unknown',
    packageManager: development ? 'apk' : 'unknown',
    toolchain: 'unknown',
    libc: found[1] === 'static' ? 'none' : 'glibc',
    users: usersOf('wolfi'),
  };
}

/** https://github.com/dotnet/dotnet-docker */
function dotnet(name: string, tag: string | undefined): KnownPart | undefined {
  const found = /^mcr\.microsoft\.com\/dotnet\/(?:core\/)?(sdk|aspnet|runtime|runtime-deps)$/.exec(name);
  const kind = found?.[1];
  if (kind === undefined) return undefined;
  const parts = readTag(tag);
  const release = parts.version;
  const major = Number.parseInt(release ?? '', 10);
  const ends = endOfLife('.NET', release);
  const chiseled = parts.parts.includes('chiseled') || parts.parts.includes('distroless');
  const base: KnownPart = dotnetDistribution(parts, major);
  return {
    ...base,
    ...(chiseled && { shell: 'none' as const, packageManager: 'none' as const }),
    toolchain: base.distribution === 'windows' ? 'unknown' : false,
    runtime: { name: kind === 'sdk' ? 'dotnet-sdk' : 'dotnet', version: release },
    variant: chiseled ? 'chiseled' : parts.alpine !== undefined ? 'alpine' : undefined,
    user: base.distribution === 'windows' || (chiseled && !(major >= 8)) ? undefined : chiseled ? 'app' : '0',
    users: base.distribution !== 'windows' && major >= 8 ? [{ name: 'app', uid: 1654 }] : [],
    endOfLife: ends ? [ends] : [],
    lighter: dotnetLighter(name, kind, tag, parts, major),
  };
}

function dotnetDistribution(tag: ReturnType<typeof readTag>, major: number): KnownPart {
  if (tag.windows) return { distribution: 'windows' };
  if (tag.alpine !== undefined) return { distribution: 'alpine', distributionVersion: tag.alpine || undefined };
  const codename = tag.codename;
  const known = codename === undefined ? undefined : codenames[codename];
  if (known) return { distribution: known[0], distributionVersion: known[1], codename };
  // Without a variant: Debian until 9, Ubuntu from 10 on.
  if (Number.isNaN(major)) return { distribution: 'unknown' };
  return { distribution: major >= 10 ? 'ubuntu' : 'debian' };
}

function dotnetLighter(
  name: string,
  kind: string,
  tag: string | undefined,
  parts: ReturnType<typeof readTag>,
  major: number,
): BaseImage['lighter'] {
  if (kind === 'sdk' || tag === undefined || parts.parts.length > 1 || !(major >= 6)) return [];
  return [{ reference: `${name}:${tag}-alpine`, sameLibc: false, lacks: 'glibc, and ICU data unless installed' }];
}

interface Server {
  readonly distribution?: KnownPart['distribution'];
  readonly user: string;
  readonly users: BaseImage['users'];
}

/** Images of which at least the user is known from their published Dockerfiles. */
const servers: Readonly<Record<string, Server>> = {
  'nginxinc/nginx-unprivileged': { user: '101', users: [{ name: 'nginx', uid: 101 }] },
  'grafana/grafana': { user: '472', users: [{ name: 'grafana', uid: 472 }] },
  'prom/prometheus': { distribution: 'busybox', user: 'nobody', users: [{ name: 'nobody', uid: 65534 }] },
  'quay.io/prometheus/prometheus': { distribution: 'busybox', user: 'nobody', users: [{ name: 'nobody', uid: 65534 }] },
  'quay.io/keycloak/keycloak': { user: '1000', users: [{ name: 'keycloak', uid: 1000 }] },
};

function server(name: string): KnownPart | undefined {
  const known = Object.hasOwn(servers, name) ? servers[name] : undefined;
  return known && { distribution: known.distribution ?? 'unknown', user: known.user, users: known.users };
}
