import type { ReportedPlace } from '../../core/rule.ts';
import type { Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';

/** Commands and actions that build an image. */
const builds =
  /\b(?:docker|podman|buildah|nerdctl)\s+(?:buildx\s+)?(?:build|bud|bake)\b|docker\/(?:build-push|bake)-action|kaniko|\bbuildctl\s+build\b|\bdocker[ -]compose\b[^\n]{0,80}\bbuild\b|\bskaffold\s+build\b|\bko\s+build\b|\bjib:(?:build|dockerBuild)\b/;
/** Tools that look for vulnerabilities in images or faults in Dockerfiles. */
const scans =
  /trivy|grype|\bsnyk\b|\bclair|docker[ -]scout|anchore|prisma-cloud|twistcli|sysdig|aquasec|jfrog|\bxray\b|wizcli|plimsoll|checkov|\bkics\b|dockle|container[_-]scanning|codeql|osv-scanner|defender|hadolint/i;
const schedules =
  /^[ \t]*["']?schedules?["']?\s*:|\bcron\s*[:(]|\bpipelineTriggers\b|\$CI_PIPELINE_SOURCE\s*==\s*["']schedule["']/m;

export const rule = projectRule({
  severity: 'note',
  summary: 'images that no pipeline audits, or none on a schedule',
  why: 'Vulnerabilities become known after an image was built: what was clean on the day of the build is not for long.',
  remedy: 'Scan the image in the pipeline that builds it, and again on a schedule, also while nothing changes.',
  peers: [],
  check({ project }, { report }) {
    if (project.dockerfiles.length === 0) return;
    const pipelines = pipelinesOf(project);
    const building = pipelines.flatMap(({ path, text }) => {
      const match = builds.exec(text);
      return match ? [{ path, range: { start: match.index, end: match.index + match[0].length } }] : [];
    });
    const [first, ...others] = building;
    if (!first) return;
    const scanning = pipelines.filter(({ text }) => scans.test(text));
    if (scanning.length === 0)
      report({
        at: first,
        message: 'Images are built here, and no pipeline looks for their vulnerabilities.',
        also: others,
      });
    else if (!scanning.some(({ text }) => schedules.test(text)) && !mayBeScheduledElsewhere(scanning))
      report({
        at: first,
        message: 'Images are scanned when something changes, and never on a schedule.',
        remedy: 'Run the scan on a schedule as well.',
        also: scanning.slice(0, 3).map((pipeline) => scanPlace(pipeline)),
      });
  },
});

interface Pipeline {
  readonly path: string;
  readonly text: string;
}

/** CI files, comments left out. */
function pipelinesOf({ otherFiles, artifacts }: Project): Pipeline[] {
  return otherFiles
    .filter(({ kind }) => kind === 'ci')
    .flatMap(({ path }) => {
      const text = artifacts.get(path)?.text;
      return text === undefined
        ? []
        : [{ path, text: text.replace(/^([ \t]*)#.*$/gm, (line) => ' '.repeat(line.length)) }];
    });
}

/** Only these keep their schedules in the file; others keep them on the server. */
function mayBeScheduledElsewhere(pipelines: readonly Pipeline[]): boolean {
  return !pipelines.every(({ path }) => /(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\//.test(path));
}

function scanPlace({ path, text }: Pipeline): ReportedPlace {
  const match = scans.exec(text);
  const start = match?.index ?? 0;
  return { path, range: { start, end: start + (match?.[0].length ?? 0) }, note: 'scans' };
}
