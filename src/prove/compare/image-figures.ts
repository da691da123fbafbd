import type { ImageFigures, StepFigures } from '../../core/evidence.ts';
import { maskSecrets } from '../../core/mask-secrets.ts';
import { printable } from '../../core/printable.ts';
import type { ImageAnalysis } from '../../image/image-analysis.ts';
import type { Vulnerability, VulnerabilitySeverity } from '../../vulnerabilities/vulnerability.ts';
import type { BuildStep, BuiltImage } from '../build.ts';

/** What is known of one image that was built. */
export interface MeasuredImage {
  readonly analysis: ImageAnalysis;
  /** Of `compressedSize`; undefined where it was not measured. */
  readonly compressedBytes: number | undefined;
  /** Undefined where nobody looked. */
  readonly vulnerabilities: readonly Vulnerability[] | undefined;
  readonly advisories: string;
  /** Built with `cache: 'none'`. */
  readonly cold: BuiltImage;
  /** Built again with a warm cache after the change of `sourceChange`. */
  readonly rebuild: { readonly changedFile: string; readonly built: BuiltImage } | undefined;
}

/** The figures of one image, for evidence. */
export function imageFigures(measured: MeasuredImage): ImageFigures {
  const { analysis, vulnerabilities, cold } = measured;
  const layerBytes = analysis.layers.map(({ contentBytes }) => contentBytes);
  const byPackage = vulnerabilities && gravestByPackage(vulnerabilities);
  let files = 0;
  let setIdFiles = 0;
  for (const file of analysis.files) {
    if (file.kind !== 'file' && file.kind !== 'hardlink') continue;
    files += 1;
    if (file.mode & setIdBits) setIdFiles += 1;
  }
  return {
    bytes: layerBytes.reduce((sum, bytes) => sum + bytes, 0),
    compressedBytes: measured.compressedBytes,
    layers: layerBytes.length,
    layerBytes,
    files,
    packages: analysis.packages.length,
    vulnerablePackages: byPackage?.size,
    vulnerabilities: byPackage && countBySeverity([...byPackage.values()]),
    advisories: measured.advisories,
    setIdFiles,
    secrets: analysis.secrets.length,
    user: printable(analysis.image.configuration.user.slice(0, 200)),
    contextBytes: cold.contextBytes,
    coldSeconds: cold.seconds,
    rebuild: measured.rebuild && rebuildFigures(measured.rebuild),
  };
}

/** setuid and setgid of https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/sys_stat.h.html */
const setIdBits = 0o6000;

const gravestFirst: readonly VulnerabilitySeverity[] = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];

function gravestByPackage(vulnerabilities: readonly Vulnerability[]): ReadonlyMap<string, VulnerabilitySeverity> {
  const gravest = new Map<string, VulnerabilitySeverity>();
  for (const {
    package: { kind, name, version },
    severity,
  } of vulnerabilities) {
    const key = JSON.stringify([kind, name, version]);
    const known = gravest.get(key);
    if (known === undefined || gravestFirst.indexOf(severity) < gravestFirst.indexOf(known)) gravest.set(key, severity);
  }
  return gravest;
}

function countBySeverity(severities: readonly VulnerabilitySeverity[]): Record<string, number> {
  return Object.fromEntries(
    gravestFirst.flatMap((severity) => {
      const count = severities.filter((each) => each === severity).length;
      return count > 0 ? [[severity, count] as const] : [];
    }),
  );
}

function rebuildFigures({
  changedFile,
  built,
}: NonNullable<MeasuredImage['rebuild']>): NonNullable<ImageFigures['rebuild']> {
  const instructions = built.steps.flatMap(stepFigures);
  return {
    changedFile: printable(changedFile),
    seconds: built.seconds,
    cachedSteps: instructions.filter(({ cached }) => cached).length,
    steps: instructions.length,
    instructions: instructions.slice(0, mostInstructions),
  };
}

/** More than any builder takes: https://docs.docker.com/engine/storage/drivers/overlayfs-driver/ allows 128 layers. */
const mostInstructions = 500;
const longestInstruction = 300;

/** FROM and ARG do nothing that a cache could spare, and some builders do not tell of them. */
function stepFigures({ instruction, stage, cached, seconds }: BuildStep): StepFigures[] {
  if (instruction === undefined || /^(?:FROM|ARG)\b/i.test(instruction)) return [];
  const text = maskSecrets(instruction.replace(/\s+/g, ' ')).slice(0, longestInstruction);
  return [{ instruction: printable(text), stage: stage && printable(stage), cached, seconds }];
}
