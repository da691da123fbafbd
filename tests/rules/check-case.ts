import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { runRules } from '../../src/audit/run-rules.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { NamedRule, OptionValue } from '../../src/core/rule.ts';
import { imageProject, inspectImage } from '../../src/project/inspected-image.ts';
import { liveProject } from '../../src/project/live-project.ts';
import { loadProject } from '../../src/project/load-project.ts';
import type { OnlineAnswers } from '../../src/project/online.ts';
import type { Project } from '../../src/project/project.ts';
import type { Rule } from '../../src/project/rule.ts';
import { analysisFrom, imageFile } from '../image/build-analysis.ts';
import { builtIn, liveFile, snapshotOf } from './live-case.ts';
import type { CaseFile } from './rule-page.ts';

/** Writes a case's files into a new directory below `scratch` and returns it. */
export function layOutFiles(scratch: string, files: readonly CaseFile[]): string {
  const directory = mkdtempSync(path.join(scratch, 'case-'));
  for (const file of files) {
    const target = path.join(directory, file.path);
    mkdirSync(path.dirname(target), { recursive: true });
    if (file.link !== undefined) {
      symlinkSync(file.link, target);
      continue;
    }
    writeFileSync(target, file.text);
    if (file.size !== undefined) truncateSync(target, file.size);
    if (file.mode !== undefined) chmodSync(target, file.mode);
  }
  return directory;
}

/** The day on which all cases are judged. */
const today = '2026-11-24';

/** Runs one rule, whatever its preset, over a directory. `online` is what registries would say. */
export async function checkCase(
  directory: string,
  rule: NamedRule<Rule>,
  options: Readonly<Record<string, unknown>>,
  online?: OnlineAnswers,
): Promise<Finding[]> {
  const files = await loadProject({ kind: 'directory', path: directory }, online ? { online } : {});
  const project = projectOf(directory, files);
  const set: Record<string, OptionValue> = {};
  for (const [name, value] of Object.entries(options)) set[name] = optionValue(name, value);
  return runRules(
    project,
    [rule],
    { mayReport: () => true, settingFor: () => ({ severity: rule.definition.severity, options: set }) },
    today,
  );
}

/** The files themselves, or the cluster or image that one of them describes, with the others as its repository. */
function projectOf(directory: string, files: Project): Project {
  const [live, image] = [path.join(directory, liveFile), path.join(directory, imageFile)];
  if (existsSync(live)) {
    const text = readFileSync(live, 'utf8');
    return liveProject(snapshotOf(text), {
      repository: files.objects.length > 0 ? files : undefined,
      created: builtIn(text),
    });
  }
  if (!existsSync(image)) return files;
  const { analysis, vulnerabilities } = analysisFrom(readFileSync(image, 'utf8'));
  return imageProject([inspectImage(analysis, vulnerabilities, files)], files);
}

function optionValue(name: string, value: unknown): OptionValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((each): each is string => typeof each === 'string')) return value;
  throw new Error(`option ${name}: no value that an option can have`);
}
