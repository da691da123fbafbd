import type { Assumption } from '../../core/fix.ts';
import { literalPattern } from '../../core/literal-pattern.ts';
import { commentedStart } from '../../dockerfile/edit-lines.ts';
import type { CopyInstruction } from '../../dockerfile/instruction.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { copiedFiles, liesIn } from '../../project/copied-files.ts';
import { type Conversion, preventing } from './convert-to-stages.ts';
import type { InstalledNginx } from './installed-nginx.ts';
import { textOf } from './instruction-text.ts';
import { boundToServer, nginxImage, serverStep } from './served-site.ts';
import { copiedServerBlocks } from './server-blocks.ts';
import type { SplitSubject } from './split-plan.ts';
import { shipSite } from './static-site.ts';

/**
 * Lets a stage that builds a site, and serves it with a distribution's nginx, build only, and a new one on the image of nginx serve it.
 * The package stays in the build: steps may count on the directories and users that it makes.
 */
export function nginxBehindBuild(subject: SplitSubject, nginx: InstalledNginx): Conversion {
  const { project, dockerfile, stage } = subject;
  const { from } = stage;
  const cannot = preventing(project, dockerfile, stage) ?? boundToServer(subject) ?? boundStep(subject);
  if (cannot !== undefined || from === undefined) return { refusal: cannot ?? 'there is no FROM' };
  if (!nginx.staysInFront) return { refusal: 'nginx is not kept in front, so that the container ends' };
  const settings = copiedFiles(dockerfile, stage).filter(
    ({ destination }) => destination !== undefined && liesIn(destination, '/etc/nginx'),
  );
  const [own, another] = settings;
  if (another !== undefined) return { refusal: 'several files of configuration are copied' };
  const blocks = own === undefined ? undefined : copiedServerBlocks(subject, own);
  if (blocks !== undefined && 'refusal' in blocks) return blocks;
  const root = blocks?.root ?? nginx.root;
  if (root === undefined) return { refusal: 'it is not known which directory is served' };
  const configures = subject.runs.find(({ instruction }) =>
    /\/etc\/nginx\b/.test(textOf(subject.dockerfile, instruction)),
  );
  if (configures !== undefined)
    return { refusal: `line ${configures.instruction.line} changes the configuration of nginx` };
  const writes = [...subject.runs, ...subject.copies].some(({ instruction }) =>
    new RegExp(`${literalPattern(root)}(?:/|\\s|"|'|$)`).test(textOf(subject.dockerfile, instruction)),
  );
  if (!writes) return { refusal: `it is not known which step writes ${root}` };
  const edits = shipSite(subject, from, {
    step:
      own === undefined
        ? serverStep(
            { name: 'nginx', port: 80, singlePage: false, anyOrigin: false },
            root,
            'RUN',
            dockerfile.syntax.escape,
          )
        : [],
    copy: [root, root],
    starts: nginx.starts,
    moved: own === undefined ? [] : [[own.instruction, withPlaceOfImage(subject, own.instruction)]],
  });
  return {
    fix: {
      title: `Build in a stage of its own and serve ${root} with ${nginxImage()}`,
      changes: { edits },
      assumptions: [
        ...(blocks?.assumptions ?? []),
        ...questions(root, own !== undefined && blocks?.root === undefined),
      ],
    },
  };
}

function questions(root: string, isUnread: boolean): readonly Assumption[] {
  return [
    {
      statement: `Nothing but ${root} is needed of what is built, as nginx serves it without rights.`,
      state: 'unknown',
      question: `Is all that is served in ${root}${isUnread ? ', which the copied configuration names as its root' : ''}, without links to other places, and may everybody read it? Does nothing rely on the release of nginx that the distribution has, on a root user, on programs of the build, or on what is mounted below /etc/nginx? nginx runs as user 101, and its logs go to the output of the container.`,
    },
  ];
}

/** The instruction that copies server blocks, with its comments, to where the image looks for them. */
function withPlaceOfImage({ dockerfile }: SplitSubject, instruction: CopyInstruction): string {
  const { text } = dockerfile;
  const { destination } = instruction;
  const start = commentedStart(dockerfile, instruction);
  if (destination === undefined) return text.slice(start, instruction.range.end);
  const { range } = destination;
  return `${text.slice(start, range.start)}/etc/nginx/conf.d/default.conf${text.slice(range.end, instruction.range.end)}`;
}

/** A step that calls the server, or installs modules that the image of nginx has not. A clause. */
function boundStep({ runs }: SplitSubject): string | undefined {
  for (const { commands, instruction } of runs)
    for (const { command } of commands) {
      const read = readPackageCommand(command);
      if (read?.packages.some(({ name }) => /^(?:libnginx-mod-|nginx-(?:mod-|extras))/.test(name)))
        return `line ${instruction.line} installs modules of nginx`;
      const isCall =
        command.name === 'nginx' || command.arguments.some(({ value }) => /^nginx$|\/s?bin\/nginx$/.test(value));
      if (read === undefined && isCall) return `line ${instruction.line} calls nginx`;
    }
  return undefined;
}
