import { execFile } from 'node:child_process';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import { parseImageReference } from '../core/image-reference.ts';
import { jsonText } from '../core/json-text.ts';
import type { Image } from '../image/image.ts';
import type { Disagreement } from '../vulnerabilities/merge-scanners.ts';
import { askClair, type ClairManifest } from '../vulnerabilities/scanners/clair.ts';
import { readScannerReport, type ScannerReport, scanners } from '../vulnerabilities/scanners/read-report.ts';
import { readJsonFile } from './asked-statements.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import type { Progress } from './progress.ts';
import { writeFile } from './write-file.ts';

const timeoutSeconds = 900;
const maximumBytes = 512 * 1024 * 1024;

/**
 * What the scanners find that `--scanner` runs, `--clair` asks and whose JSON `--scanner-report` names.
 * @throws UserError with exit code 3 where one is not installed or fails
 */
export async function askedScanners(
  image: Image,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<readonly ScannerReport[]> {
  const reports = parsed.values('scanner-report').map((name) => reportIn(name, terminal));
  for (const name of new Set(parsed.values('scanner'))) {
    progress.step(`asking ${name}`);
    reports.push(await runScanner(name, image, terminal));
  }
  const clair = parsed.value('clair');
  if (clair !== undefined) {
    progress.step('asking Clair');
    if (!/^https?:\/\//.test(clair) || !URL.canParse(clair))
      throw new UserError(`--clair takes an address, such as http://clair:6060; not «${clair}»`);
    const vulnerabilities = await askClair(manifestOf(image, parsed.has('plain-http')), {
      url: clair,
      fetch,
      timeoutSeconds,
    });
    reports.push({ scanner: 'clair', vulnerabilities });
  }
  return reports;
}

function reportIn(name: string, terminal: Terminal): ScannerReport {
  const report = readScannerReport(readJsonFile(name, terminal));
  if (report === undefined)
    throw new UserError('this is no report of Trivy, Grype, Clair or Snyk', {
      where: name,
      remedy: 'trivy image --format json, grype --output json, clairctl report --out json, snyk container test --json.',
    });
  return report;
}

async function runScanner(name: string, image: Image, terminal: Terminal): Promise<ScannerReport> {
  const scanner = scanners.find((each) => each.name === name);
  const command = scanner?.command?.(image.name);
  if (scanner === undefined || command === undefined) throw new UserError(`${name} has no program that can be run`);
  if (image.name.startsWith('-')) throw new UserError(`«${image.name}» would be an option of ${name}`);
  const { status, stdout, stderr, missing } = await run(command.program, command.args, terminal);
  if (missing)
    throw new UserError(`${name} is not installed`, {
      remedy: `Install it, or have it write its JSON elsewhere and name that: --scanner-report FILE.`,
      exitCode: 3,
    });
  let value: unknown;
  try {
    value = command.exitCodes.includes(status) ? JSON.parse(stdout) : undefined;
  } catch {
    value = undefined;
  }
  const vulnerabilities = scanner.read(value);
  if (vulnerabilities === undefined)
    throw new UserError(`${name} failed (exit code ${status})${lastLine(stderr)}`, { where: image.name, exitCode: 3 });
  return { scanner: scanner.name, vulnerabilities };
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  return line === '' ? '' : `: ${line}`;
}

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly missing: boolean;
}

function run(program: string, args: readonly string[], terminal: Terminal): Promise<Ran> {
  return new Promise((resolve) => {
    const options = {
      cwd: terminal.cwd,
      env: terminal.environment,
      maxBuffer: maximumBytes,
      timeout: timeoutSeconds * 1000,
    };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error?.code;
      resolve({
        status: error ? (typeof code === 'number' ? code : -1) : 0,
        stdout,
        stderr,
        missing: code === 'ENOENT',
      });
    });
  });
}

/** Clair fetches the layers itself, from the registry, without a login. */
function manifestOf(image: Image, plainHttp: boolean): ClairManifest {
  const reference = parseImageReference(image.name);
  if (image.digest === undefined || reference === undefined || !image.source?.startsWith('registry'))
    throw new UserError('Clair reads images of registries only', { where: image.name });
  const host = reference.registry === 'docker.io' ? 'registry-1.docker.io' : reference.registry;
  const base = `${plainHttp ? 'http' : 'https'}://${host}/v2/${reference.repository}/blobs/`;
  return {
    hash: image.digest,
    layers: image.layers.flatMap(({ digest }) =>
      digest === undefined ? [] : [{ hash: digest, uri: base + digest, headers: {} }],
    ),
  };
}

/** To the file that `--disagreements` names: docs/vulnerabilities.md says what each field is. */
export function writeDisagreements(
  disagreements: readonly Disagreement[],
  parsed: ParsedArguments,
  terminal: Terminal,
): void {
  const file = parsed.value('disagreements');
  if (file === undefined) return;
  const listed = disagreements.map(({ package: { kind, name, version, path: place }, ...rest }) => ({
    ...rest,
    package: { kind, name, version, path: place },
  }));
  writeFile(path.resolve(terminal.cwd, file), jsonText({ version: 1, disagreements: listed }));
}
