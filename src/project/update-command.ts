import type { Remedy } from './image-remedies.ts';
import type { InspectedImage } from './inspected-image.ts';

/** More names than this are no line to read: everything is updated. */
const namesAtMost = 30;

/** Package managers by the kind of package and where they lie; the first that is there counts. */
const managers: readonly {
  readonly kind: Remedy['kind'];
  readonly paths: readonly string[];
  readonly named: string;
  readonly all: string;
}[] = [
  {
    kind: 'deb',
    paths: ['usr/bin/apt-get'],
    named: 'apt-get update && apt-get install -y --only-upgrade',
    all: 'apt-get update && apt-get upgrade -y',
  },
  { kind: 'apk', paths: ['sbin/apk', 'usr/bin/apk'], named: 'apk upgrade --no-cache', all: 'apk upgrade --no-cache' },
  { kind: 'rpm', paths: ['usr/bin/dnf', 'usr/bin/dnf5'], named: 'dnf upgrade -y', all: 'dnf upgrade -y' },
  { kind: 'rpm', paths: ['usr/bin/microdnf'], named: 'microdnf upgrade -y', all: 'microdnf upgrade -y' },
  { kind: 'rpm', paths: ['usr/bin/tdnf'], named: 'tdnf update -y', all: 'tdnf update -y' },
  { kind: 'rpm', paths: ['usr/bin/yum'], named: 'yum update -y', all: 'yum update -y' },
  {
    kind: 'rpm',
    paths: ['usr/bin/zypper'],
    named: 'zypper --non-interactive update',
    all: 'zypper --non-interactive update',
  },
];

/**
 * What updates packages of the distribution, as a RUN of the Dockerfile would say it; undefined where the image holds no package manager. A name that
 * no distribution would give a package is left out: it may be the image's attempt to have something run.
 */
export function updateCommand(remedies: readonly Remedy[], { analysis }: InspectedImage): string | undefined {
  const kind = remedies[0]?.kind;
  const manager = managers.find((each) => each.kind === kind && each.paths.some((path) => analysis.files.find(path)));
  const names = new Set(remedies.filter((each) => each.kind === kind).flatMap(({ packages }) => packages));
  const safe = [...names].filter((name) => /^[a-z0-9][\w.+-]{0,200}$/i.test(name)).sort();
  if (!manager || safe.length === 0) return undefined;
  return safe.length > namesAtMost ? manager.all : `${manager.named} ${safe.join(' ')}`;
}
