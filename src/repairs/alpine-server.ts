import type { LighterImage } from '../bases/base-image.ts';
import { compareReleases } from '../bases/releases.ts';
import { familiarName } from '../core/image-reference.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { baseImageOf } from '../project/stage-facts.ts';
import type { LighterFix } from './lighter-base-fix.ts';
import { replaceReference } from './replace-base.ts';
import { saidOfContainers } from './started-files.ts';

/** Servers that have no slim image, and that run nothing but themselves. Databases are none: what sorts and compares text is in libc. */
const servers = new Set(['nginx', 'httpd', 'haproxy', 'memcached']);

/** Programs that BusyBox has and that mean the same there. */
const common =
  /^(?:set|cd|true|:|export|test|\[|echo|printf|umask|cat|rm|mkdir|chown|chmod|ln|touch|cp|mv|nginx|httpd|httpd-foreground|haproxy|memcached|exec)$/;

/** The image of a server on Alpine, with the fix or the reason why there is none. */
export interface AlpineServer {
  readonly image: LighterImage;
  readonly fixed: LighterFix;
}

/**
 * The image on Alpine for a stage in which a server of the image runs and nothing else: the server is compiled for musl by the same publisher, and
 * no program of the file's own is there that would need glibc, bash or a package of Debian. Undefined where that is not so.
 */
export function alpineServer(project: Project, dockerfile: Dockerfile, stage: Stage): AlpineServer | undefined {
  const { reference, runtime, lighter, distribution, deprecated } = baseImageOf(stage);
  const { base, from } = stage;
  const image = lighter.find(({ sameLibc }) => !sameLibc);
  if (reference === undefined || base.kind !== 'image' || from?.image === undefined || image === undefined)
    return undefined;
  if (deprecated !== undefined || !servers.has(familiarName(reference)) || distribution !== 'debian') return undefined;
  // The first releases had none on Alpine; `1` is the newest of its kind.
  const release = runtime?.version;
  if (runtime?.name === 'nginx' && release?.includes('.') && compareReleases(release, '1.10') < 0) return undefined;
  if (!runsServerAlone(dockerfile, stage) || showsDebian(project, dockerfile, stage)) return undefined;
  const others = dockerfile.stages.filter((other) => other.base.kind === 'stage' && other.base.stage === stage);
  if (others.length > 0) return { image, fixed: { refusal: 'other stages build on it' } };
  const edits = replaceReference(dockerfile, [from.image], base.reference, image.reference);
  if (edits === undefined) return { image, fixed: { refusal: 'the name of the image is put together from variables' } };
  return {
    image,
    fixed: {
      fix: {
        title: `Stand on ${image.reference}`,
        changes: { edits },
        assumptions: [
          { statement: 'No step and no start calls bash, a package manager or a program of Debian.', state: 'holds' },
          {
            statement: 'The configuration, and what is run in the container beside it, needs nothing of Debian.',
            state: 'unknown',
            question: `Does a script that is copied in, a health check or somebody who works in the container call bash or a program of Debian, or does the configuration name a user or a module that ${image.reference} has not (www-data of nginx, its Perl module)?`,
          },
        ],
      },
    },
  };
}

/** Every command is one that BusyBox has, or the server; users of Debian are not named. */
function runsServerAlone(dockerfile: Dockerfile, stage: Stage): boolean {
  for (const instruction of stage.instructions) {
    if (instruction.name === 'SHELL' || instruction.name === 'ONBUILD' || instruction.name === 'UNKNOWN') return false;
    const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
    if (/\bwww-data\b|\/etc\/(?:apt|ssl|init\.d)\b|\/usr\/lib\/|LD_PRELOAD|\.sh\b/.test(text)) return false;
    const script = dockerfile.script(instruction);
    if (script === undefined) continue;
    if (script.errors.length > 0 || script.commands.length === 0) return false;
    if (script.commands.some(({ name, nameWord }) => !common.test(name) || !nameWord.literal)) return false;
  }
  return true;
}

/** What only the image on Debian has: its user, its shell and interpreters, its packages and places. */
const ofDebian =
  /\bwww-data\b|\bload_module\b|\/usr\/lib\/|\/etc\/(?:apt|init\.d|default)\b|\bsnakeoil\b|(?:^|[\s/;&|("'])(?:bash|perl|python3?|apt-get|apt|dpkg|useradd|groupadd|usermod)(?=[\s;&|)"']|$)/m;
/** Scripts and configuration, by their names; the site that is served is not read. */
const tellingName = /(?:^|\/)[^/.]+$|\.(?:sh|bash|envsh|conf|cfg|template|tmpl|pl|py|cgi|vhost)$/;
/** So many files are read. */
const maximumFiles = 100;

/** Whether what is copied from the build context, or what a manifest starts in the container, names something of Debian. */
function showsDebian(project: Project, dockerfile: Dockerfile, stage: Stage): boolean {
  if (ofDebian.test(saidOfContainers(project, dockerfile, stage))) return true;
  let read = 0;
  for (const { context } of buildsOf(project, dockerfile)) {
    for (const use of context?.uses ?? []) {
      const isOfStage = stage.instructions.some(({ range }) => range.start === use.range.start);
      if (context === undefined || use.path !== dockerfile.path || !isOfStage || !use.known) continue;
      const copied = context.copiedBy(use);
      for (const [place, { path, kind }] of context.index.entries.entries()) {
        if (copied[place] !== 1 || kind !== 'file' || !tellingName.test(path) || read >= maximumFiles) continue;
        read++;
        const text = context.readStart(path);
        if (ofDebian.test(text.replaceAll(/^[ \t]*#(?!!).*$/gm, ''))) return true;
      }
    }
  }
  return false;
}
