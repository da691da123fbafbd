import { runsContainers } from '../../bases/nested-runtimes.ts';
import type { PeerId } from '../../core/finding.ts';
import type { RuleReport } from '../../core/rule.ts';
import type { Severity } from '../../core/severity.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { CommandForm, CopyInstruction, Instruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { isDevelopmentFile } from '../../project/development-stage.ts';
import { givesRootsRights, setsOtherUser } from '../../project/other-user.ts';
import { userOfOwnBases } from '../../project/own-base.ts';
import { programsThatDrop } from '../../project/programs-that-drop.ts';
import { buildsOf, type Project, shippedStages } from '../../project/project.ts';
import { rebuilderOf } from '../../project/rebuilds-on-change.ts';
import { dockerfileRule } from '../../project/rule.ts';
import {
  baseImageOf,
  externalBase,
  finalUser,
  imageInstructions,
  isRootUser,
  lastInstruction,
} from '../../project/stage-facts.ts';
import { uwsgiGivesUpRoot } from '../../project/uwsgi-user.ts';
import { withRunAsNonRoot } from '../../repairs/run-as-non-root.ts';
import { runAsUser } from '../../repairs/run-as-user.ts';

const noUser = ['trivy:DS002', 'checkov:CKV_DOCKER_3', 'kics:missing-user-instruction'] as const;
const rootUser = ['hadolint:DL3002', 'trivy:DS002', 'kics:last-user-is-root'] as const;

/** Images of services whose entry point starts as root, prepares its files and then becomes a user of its own. */
const imagesThatDrop: ReadonlySet<string> = new Set([
  'postgres',
  'mysql',
  'mariadb',
  'mongo',
  'redis',
  'rabbitmq',
  'couchdb',
  'influxdb',
  'ghost',
  'nginx',
  'httpd',
  'telegraf',
]);

/** Applications whose official images start PHP's Apache or FPM; the tags for the command line start neither. */
const phpApplications: ReadonlySet<string> = new Set([
  'wordpress',
  'drupal',
  'joomla',
  'nextcloud',
  'matomo',
  'mediawiki',
  'phpmyadmin',
]);

/** What an image for other images starts: an interpreter or a shell without a program. */
const interpreter =
  /^(?:bash|sh|ash|zsh|node|python[\d.]*|ruby|irb|php|perl|julia|R|jshell|ghci|iex|erl|lua|pwsh|docker-php-entrypoint)$/;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'The container runs as root',
  why: 'Who breaks into the program is root in the container, and one fault of the kernel or one mount away from root on the host.',
  remedy: 'End the stage that ships with USER and a number, and give that user the files that the program writes.',
  peers: [...new Set([...noUser, ...rootUser, 'checkov:CKV_DOCKER_8' as const])],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      const { instruction, isRoot } = finalUser(dockerfile, stage);
      const place = instruction ?? stage.from;
      if (
        isRoot === false ||
        place === undefined ||
        dropsByItself(dockerfile, stage) ||
        uwsgiGivesUpRoot(project, dockerfile, stage)
      )
        continue;
      if (isRoot === undefined) {
        if (instruction === undefined && userOfOwnBases(project, dockerfile, stage).isRoot === false) continue;
        const base = unknownBase(stage);
        if (instruction === undefined && base !== undefined && holdsApplication(stage))
          report({
            at: place.range,
            message: `No USER is set, so ${base} decides as whom the container runs.`,
            severity: 'note',
            peers: peersOf(dockerfile, stage, instruction),
            claim: { kind: 'runs as root' },
          });
        continue;
      }
      const ofImage =
        holdsProgram(project, dockerfile, stage) &&
        !needsRoot(project, dockerfile, stage) &&
        !(instruction && saysWhy(dockerfile, instruction))
          ? runAsUser(project, dockerfile, stage)
          : undefined;
      const fix = ofImage && withRunAsNonRoot(project, dockerfile, stage, ofImage);
      report({
        at: place.range,
        message: instruction
          ? 'The last USER of the image is root.'
          : 'No USER is set in the stage that ships, and the base image runs as root.',
        severity: severityOf(project, dockerfile, stage),
        peers: peersOf(dockerfile, stage, instruction),
        cause: `runs as root: ${place.line}`,
        // An image of another user than the file names was made before that was written.
        ...((instruction === undefined || instruction.value.value.includes('$')) && {
          claim: { kind: 'runs as root' } as const,
        }),
        ...(fix && { fix }),
      } satisfies RuleReport);
    }
  },
});

function peersOf(dockerfile: Dockerfile, stage: Stage, instruction: Instruction | undefined): readonly PeerId[] {
  const users = dockerfile.instructionsNamed('USER').map((each) => each.instruction);
  if (users.length === 0) return noUser;
  if (instruction?.name !== 'USER' || users.at(-1) !== instruction || stage !== dockerfile.final) return [];
  const { value } = instruction.value;
  if (!isRootUser(value.split(':', 1)[0] ?? '') || /^00/.test(value)) return [];
  if (value === 'root') return [...rootUser, 'checkov:CKV_DOCKER_8'];
  return /^(?:0|root:root|0:0)$/.test(value) ? rootUser : rootUser.slice(0, 2);
}

/** The image that a stage stands on, when nothing is known of it and its name does not say that it has a user. */
function unknownBase(stage: Stage): string | undefined {
  const base = externalBase(stage);
  if (base.kind !== 'image' || !base.complete || baseImageOf(stage).distribution !== 'unknown') return undefined;
  return /non-?root|rootless|unprivileged|distroless|chainguard|bitnami|windows|nanoserver/i.test(base.reference)
    ? undefined
    : base.reference;
}

/** Root is where the program begins and not where it stays. */
function dropsByItself(dockerfile: Dockerfile, stage: Stage): boolean {
  const entrypoint = lastInstruction(stage, 'ENTRYPOINT');
  const command = lastInstruction(stage, 'CMD');
  const image = baseImageOf(stage).reference?.repository.replace(/^library\//, '');
  if (entrypoint === undefined && image !== undefined && imagesThatDrop.has(image)) return true;
  if (entrypoint === undefined && command === undefined && startsPhpServer(stage)) return true;
  const started = [entrypoint, command].flatMap((each) => (each ? [each.command] : []));
  if (started.some((form) => words(form).some((word) => programsThatDrop.test(baseName(word))))) return true;
  // A helper for dropping privileges that the image installs is used by a script that is not seen here.
  return imageInstructions(stage).some(
    (instruction) =>
      instruction.name === 'RUN' &&
      /\b(?:gosu|su-exec|setpriv|s6-overlay|fixuid|chroot --userspec)\b/.test(commandText(dockerfile, instruction)),
  );
}

/** The Apache and FPM variants of PHP's images start a server that gives up root for its workers. */
function startsPhpServer(stage: Stage): boolean {
  const { runtime, reference } = baseImageOf(stage);
  const name = reference?.repository.replace(/^library\//, '') ?? '';
  if (phpApplications.has(name)) return !/(?:^|-)cli(?:-|$)/.test(reference?.tag ?? '');
  return runtime?.name === 'php' && /(?:^|-)(?:apache|fpm)(?:-|$)/.test(reference?.tag ?? '');
}

function commandText({ text }: Dockerfile, { range }: Instruction): string {
  return text.slice(range.start, range.end);
}

function words(form: CommandForm): readonly string[] {
  // A script that a shell is given in one word is read as the shell form is.
  return form.form === 'exec'
    ? form.words.flatMap(({ value }, at) => (form.words[at - 1]?.value === '-c' ? value.split(/\s+/) : [value]))
    : form.command.text.split(/\s+/);
}

function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

/** Something that runs the image, or an application in it, makes it a warning; an image for other images is a note. */
function severityOf(project: Project, dockerfile: Dockerfile, stage: Stage): Severity {
  const uses = buildsOf(project, dockerfile).flatMap((build) => (build.stage === stage ? build.runBy : []));
  if (needsRoot(project, dockerfile, stage)) return 'note';
  if (uses.length > 0) return uses.every(setsOtherUser) ? 'note' : 'warning';
  return holdsApplication(stage) ? 'warning' : 'note';
}

/** `# As root, to write to the volume.` on the line above. */
function saysWhy({ text, lines }: Dockerfile, { line }: Instruction): boolean {
  const start = line > 1 ? lines.lineStart(line - 1) : 0;
  return line > 1 && /^[ \t]*#.*\broot\b/i.test(text.slice(start, lines.lineStart(line)));
}

/** It is for development or builds something, where sources of the machine are mounted that another user may not write, or is run with rights of root's. */
function needsRoot(project: Project, dockerfile: Dockerfile, stage: Stage): boolean {
  return (
    isDevelopmentFile(project, dockerfile) ||
    isActionOfGitHub(project, dockerfile) ||
    standsOnEngine(stage) ||
    isWorkshop(stage) ||
    rebuilderOf(dockerfile, stage) !== undefined ||
    buildsOf(project, dockerfile).some((build) => build.stage === stage && build.runBy.some(givesRootsRights))
  );
}

/** What it starts builds something and ends, as `build.sh` of an image that makes packages does: it writes where the sources lie. */
function isWorkshop(stage: Stage): boolean {
  const [program = ''] = startedWords(stage) ?? [];
  return /^(?:make|(?:build|package)(?:[-_]\w+)*\.(?:sh|bash|py))$/.test(baseName(program));
}

/** Engines in containers, builders of images and the like: the official images start as root, and what stands on them has the same program. */
function standsOnEngine(stage: Stage): boolean {
  const base = externalBase(stage);
  return base.kind === 'image' && runsContainers(base.reference);
}

/**
 * An action runs in a container with the workspace of the runner: «Docker actions must be run by the default Docker user (root).»
 * https://docs.github.com/en/actions/reference/workflows-and-actions/dockerfile-support#user
 */
function isActionOfGitHub({ readFile }: Project, { path }: Dockerfile): boolean {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  return ['action.yml', 'action.yaml'].some((name) => {
    const text = readFile?.(directory + name)?.text ?? '';
    if (!/^[ \t]+using[ \t]*:[ \t]*["']?docker["']?[ \t]*(?:#.*)?$/m.test(text)) return false;
    const image = /^[ \t]+image[ \t]*:[ \t]*["']?([^"'\s#]+)/m.exec(text)?.[1];
    return (
      image !== undefined &&
      (image.startsWith('docker://') || image.replace(/^\.\//, '') === path.slice(directory.length))
    );
  });
}

/** Something is started that is no bare shell or interpreter: an image for other images has to stay one of root's. */
function holdsProgram(project: Project, dockerfile: Dockerfile, stage: Stage): boolean {
  if (buildsOf(project, dockerfile).some((build) => build.stage === stage && build.runBy.length > 0)) return true;
  const form = startedWords(stage);
  // An entry script that is given a shell, as that of ROS: what stands on the image says what to run, and installs it as root.
  const given = lastInstruction(stage, 'CMD');
  if (given !== undefined && isShell(words(given.command))) return false;
  return form !== undefined && !(form.length === 1 && interpreter.test(baseName(form[0] ?? '')));
}

function isShell(form: readonly string[]): boolean {
  return form.length === 1 && /^(?:ba|da|a|z)?sh$/.test(baseName(form[0] ?? ''));
}

function startedWords(stage: Stage): readonly string[] | undefined {
  return [lastInstruction(stage, 'ENTRYPOINT'), lastInstruction(stage, 'CMD')]
    .map((each) => (each ? words(each.command).filter((word) => word !== '') : []))
    .find((each) => each.length > 0);
}

function holdsApplication(stage: Stage): boolean {
  const form = startedWords(stage);
  if (form === undefined) return false;
  if (form.length === 1 && interpreter.test(baseName(form[0] ?? ''))) return false;
  return imageInstructions(stage).some(
    (instruction) => (instruction.name === 'COPY' || instruction.name === 'ADD') && copiesProgram(instruction),
  );
}

/** More than scripts and configuration for what a package manager installed. */
function copiesProgram({ sources }: CopyInstruction): boolean {
  return sources.some(
    ({ value }) => !/\.(?:sh|conf|cnf|ini|cfg|list|repo|gpg|asc|pem|crt|tar(?:\.\w+)?|tgz)$|entrypoint/i.test(value),
  );
}
