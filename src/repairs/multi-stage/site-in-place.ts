import type { Assumption, Fix, TextEdit } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { insertLinesAfter, lineEndOf } from '../../dockerfile/edit-lines.ts';
import type { CopyInstruction, Instruction } from '../../dockerfile/instruction.ts';
import { removeInstruction } from '../../dockerfile/remove-command.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { copiedFiles, liesIn } from '../../project/copied-files.ts';
import type { Project } from '../../project/project.ts';
import { type Conversion, subjectOf } from './convert-to-stages.ts';
import { type InstalledNginx, installedNginx, servesNginxAlone } from './installed-nginx.ts';
import { nginxBehindBuild } from './nginx-behind-build.ts';
import { boundToServer, nginxImage, servedSite, serverStep } from './served-site.ts';
import { copiedServerBlocks } from './server-blocks.ts';
import type { SplitSubject } from './split-plan.ts';
import type { StaticServer } from './static-server.ts';

/** A stage that serves files as they are copied, and what of it is not wanted on the image of nginx. */
interface PlainSite {
  readonly server: Pick<StaticServer, 'name' | 'port' | 'singlePage' | 'anyOrigin' | 'differs'>;
  readonly root: string;
  /** Steps and instructions that serve the old server. */
  readonly spent: readonly Instruction[];
  /** A copied file of server blocks; then no configuration is written. */
  readonly configuration: CopyInstruction | undefined;
  readonly assumptions: readonly Assumption[];
}

/** The image that serves files, in the place of the one on which a server is installed. */
export interface SiteConversion {
  readonly server: string;
  readonly image: string;
  /** Other steps build the site. */
  readonly isBuilt: boolean;
  readonly conversion: Conversion;
}

const known = new WeakMap<Stage, SiteConversion | 'none'>();

/**
 * Lets a stage that serves copied files, and builds nothing, stand on the image of nginx. Undefined where it does something else.
 */
export function siteInPlace(project: Project, dockerfile: Dockerfile, stage: Stage): SiteConversion | undefined {
  let found = known.get(stage);
  if (found === undefined) {
    found = convert(project, dockerfile, stage) ?? 'none';
    known.set(stage, found);
  }
  return found === 'none' ? undefined : found;
}

function convert(project: Project, dockerfile: Dockerfile, stage: Stage): SiteConversion | undefined {
  if (stage.base.kind !== 'image' || !stage.base.complete || stage.from?.image === undefined) return undefined;
  const subject = subjectOf(project, dockerfile, stage);
  const nginx = installedNginx(subject);
  const image = nginxImage();
  const site = nginx === undefined ? siteOfProgram(subject) : siteOfNginx(subject, nginx);
  if (site === undefined) return undefined;
  if (site === 'built') {
    // What else a stage does that builds something is not known well enough to call it a site.
    const conversion = nginx && nginxBehindBuild(subject, nginx);
    return conversion && 'fix' in conversion ? { server: 'nginx', image, isBuilt: true, conversion } : undefined;
  }
  const server = 'refusal' in site ? site.server : site.server.name;
  const cannot =
    preventingInPlace(dockerfile, stage) ?? boundToServer(subject) ?? ('refusal' in site ? site.refusal : undefined);
  if (cannot !== undefined || 'refusal' in site)
    return { server, image, isBuilt: false, conversion: { refusal: cannot ?? 'it is not known how it serves' } };
  const edits = editsOf(subject, site, image);
  const conversion: Conversion =
    edits === undefined ? { refusal: 'a step cannot be taken out as text' } : { fix: fixOf(site, image, edits) };
  return { server, image, isBuilt: false, conversion };
}

function preventingInPlace(dockerfile: Dockerfile, stage: Stage): string | undefined {
  if (dockerfile.rejections.length > 0) return 'the file does not build as it is';
  if (stage.from?.platform !== undefined) return 'the stage is of one platform';
  if (stage.instructions.some(({ name }) => name === 'ONBUILD' || name === 'SHELL' || name === 'UNKNOWN'))
    return 'it has ONBUILD or SHELL';
  if (dockerfile.stages.some(({ base }) => base.kind === 'stage' && base.stage === stage))
    return 'another stage builds on it';
  const written = stage.from?.image;
  return written?.value.includes('$') ? 'the name of the image is put together' : undefined;
}

type Found = PlainSite | { readonly refusal: string; readonly server: string } | undefined;

function siteOfNginx(subject: SplitSubject, nginx: InstalledNginx): Found | 'built' {
  const { dockerfile, stage, runs } = subject;
  const refuse = (refusal: string) => ({ refusal, server: 'nginx' });
  const copies = copiedFiles(dockerfile, stage);
  const settings = copies.filter(({ destination }) => destination !== undefined && liesIn(destination, '/etc/nginx'));
  const [own, another] = settings;
  if (another !== undefined) return refuse('several files of configuration are copied');
  const blocks = own === undefined ? undefined : copiedServerBlocks(subject, own);
  if (blocks !== undefined && 'refusal' in blocks) return refuse(blocks.refusal);
  const root = blocks === undefined ? nginx.root : blocks.root;
  const contents = copies.filter((each) => each !== own);
  // Of a configuration that is not known the files tell where the site lies.
  const place = root ?? (own === undefined ? undefined : contents[0]?.destination);
  if (runs.some((step) => !servesNginxAlone(step, place ?? '/var/www/html'))) return 'built';
  if (place === undefined || contents.length === 0) return undefined;
  if (!nginx.staysInFront) return refuse('nginx is not kept in front, so that the container ends');
  const strange = strangeContent(contents, place);
  if (strange !== undefined) return refuse(strange);
  return {
    server: { name: 'nginx', port: 80, singlePage: false, anyOrigin: false, differs: '' },
    root: place,
    spent: [...runs.map(({ instruction }) => instruction), ...nginx.starts, ...users(stage), ...aptSettings(stage)],
    configuration: own?.instruction,
    assumptions: [
      {
        statement: 'Nothing asks for what the package of the distribution sets up otherwise than the image of nginx.',
        state: 'unknown',
        question: `Does anything rely on the release of nginx that the distribution has, on a root user, on files of the site that not everybody may read, on what is mounted below /etc/nginx or written to /var/log/nginx, or on addresses of IPv6? nginx runs as user 101${blocks === undefined ? ' and still listens on port 80' : ''}, and its logs go to the output of the container.`,
      },
      ...(blocks?.assumptions ?? []),
    ],
  };
}

function siteOfProgram(subject: SplitSubject): Found {
  const { dockerfile, stage, runs } = subject;
  const site = servedSite(subject);
  // What is not read is left to the rules for the image of the language.
  if (site === undefined || 'refusal' in site) return undefined;
  const { server, start, served } = site;
  if (!runs.every(installsServerAlone)) return undefined;
  const contents = copiedFiles(dockerfile, stage);
  if (contents.length === 0) return undefined;
  const strange = strangeContent(contents, served);
  if (strange !== undefined) return { refusal: strange, server: server.name };
  return {
    server,
    root: served,
    spent: [...runs.map(({ instruction }) => instruction), start, ...users(stage)],
    configuration: undefined,
    assumptions: [
      {
        statement: `Nothing but files is asked of ${server.name}, as nginx serves them.`,
        state: 'unknown',
        question: `Does anything rely on what ${server.name} does otherwise than nginx (${server.differs}), on files of the site that not everybody may read, on a root user, on Node.js or Python in the container, or on the access log of ${server.name}? nginx runs as user 101 and still listens on port ${server.port}.`,
      },
    ],
  };
}

/** A step that installs nothing but the program that serves. */
function installsServerAlone({ commands }: SplitSubject['runs'][number]): boolean {
  return (
    commands.length > 0 &&
    commands.every(({ command }) => {
      const read = readPackageCommand(command);
      if (read === undefined)
        return (
          /^(?:set|true|:)$/.test(command.name) ||
          (command.name === 'rm' &&
            command.arguments.every(({ value }) => /^-|^\/(?:var\/(?:lib\/apt|cache)|tmp|root\/\.npm)\b/.test(value)))
        );
      if (['update-index', 'clean-cache'].includes(read.action)) return true;
      return (
        read.action === 'install' &&
        read.packages.length > 0 &&
        read.packages.every(({ name, kind }) => kind === 'registry' && servers.test(name))
      );
    })
  );
}

const servers = /^(?:serve|http-server|python3?(?:-minimal)?|nodejs|npm|ca-certificates)$/;

function strangeContent(contents: ReturnType<typeof copiedFiles>, root: string): string | undefined {
  for (const { instruction, destination } of contents) {
    const { line } = instruction;
    if (destination === undefined || !liesIn(destination, root)) return `line ${line} copies what is not served`;
    if (instruction.sources.some(({ value }) => /^(?:https?|git):|^git@/.test(value)))
      return `only root may read what line ${line} fetches`;
    if (instruction.flags.some(({ name }) => name === 'chmod')) return `line ${line} sets modes`;
  }
  return undefined;
}

function users(stage: Stage): readonly Instruction[] {
  return stage.instructions.filter(({ name }) => name === 'USER');
}

/** Variables that only apt reads. */
function aptSettings(stage: Stage): readonly Instruction[] {
  return stage.instructions.filter(
    (each) => each.name === 'ENV' && each.pairs.every(({ key }) => key.value === 'DEBIAN_FRONTEND'),
  );
}

function editsOf({ dockerfile, stage }: SplitSubject, site: PlainSite, image: string): TextEdit[] | undefined {
  const { from } = stage;
  if (from?.image === undefined) return undefined;
  const eol = lineEndOf(dockerfile);
  const edits = [replace(dockerfile, from.image.range, image)];
  const written = serverStep(site.server, site.root, 'RUN', dockerfile.syntax.escape);
  const [firstStep] = site.spent.filter(({ name }) => name === 'RUN');
  const { configuration } = site;
  if (configuration !== undefined) {
    if (configuration.destination === undefined) return undefined;
    edits.push(replace(dockerfile, configuration.destination.range, '/etc/nginx/conf.d/default.conf'));
  } else if (firstStep === undefined) edits.push(insertLinesAfter(dockerfile, from, written));
  else edits.push(replace(dockerfile, firstStep.range, written.join(eol)));
  for (const instruction of new Set(site.spent)) {
    if (instruction === firstStep && configuration === undefined) continue;
    const removed = removeInstruction(dockerfile, instruction);
    if (removed === undefined) return undefined;
    edits.push(...removed);
  }
  for (const { range, path } of chownedContents(dockerfile, stage)) edits.push({ path, range, replacement: '' });
  return edits;
}

/** Owners of the old image, with the blank behind them: the other one may not know them, and reads what everybody may. */
function chownedContents(dockerfile: Dockerfile, stage: Stage) {
  return copiedFiles(dockerfile, stage).flatMap(({ instruction }) =>
    instruction.flags.flatMap(({ name, range }) => {
      if (name !== 'chown') return [];
      const blank = /^[ \t]+/.exec(dockerfile.text.slice(range.end, range.end + 100))?.[0].length ?? 0;
      return [{ path: dockerfile.path, range: { start: range.start, end: range.end + blank } }];
    }),
  );
}

function fixOf({ root, assumptions }: PlainSite, image: string, edits: readonly TextEdit[]): Fix {
  return { title: `Serve ${root} with ${image}`, changes: { edits }, assumptions };
}
