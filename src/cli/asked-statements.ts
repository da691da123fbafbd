import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import { readTrivyIgnore, readTrivyIgnoreYaml } from '../vulnerabilities/formats/trivy-ignore.ts';
import { readVex } from '../vulnerabilities/formats/vex.ts';
import type { Statement } from '../vulnerabilities/statement.ts';
import type { ParsedArguments, Terminal } from './command.ts';

const maximumBytes = 64 * 1024 * 1024;

/**
 * What the files say that `--vex` and `--accept` name, and `.trivyignore` or `.trivyignore.yaml` of the working directory where `--accept` names none.
 * @throws UserError where one cannot be read
 */
export async function askedStatements(parsed: ParsedArguments, terminal: Terminal): Promise<readonly Statement[]> {
  const vex = parsed.values('vex').flatMap((name) => vexStatements(name, terminal));
  const named = parsed.values('accept');
  const lists =
    named.length > 0
      ? named
      : ['.trivyignore', '.trivyignore.yaml'].filter((name) => existsSync(path.join(terminal.cwd, name)));
  const accepted: Statement[] = [];
  for (const name of lists) accepted.push(...(await acceptedIn(name, terminal)));
  return [...vex, ...accepted];
}

function vexStatements(name: string, terminal: Terminal): readonly Statement[] {
  const statements = readVex(readJsonFile(name, terminal), name);
  if (statements === undefined)
    throw new UserError('this is neither OpenVEX nor CycloneDX', {
      where: name,
      remedy: 'OpenVEX: https://github.com/openvex/spec. CycloneDX: https://cyclonedx.org/capabilities/vex/.',
    });
  return statements;
}

async function acceptedIn(name: string, terminal: Terminal): Promise<readonly Statement[]> {
  const text = readFile(name, terminal);
  if (!/\.ya?ml$/.test(name)) return readTrivyIgnore(text, name);
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw new UserError('this is no YAML', { where: name, cause });
  }
  return readTrivyIgnoreYaml(value, name);
}

/** @throws UserError where it is no JSON */
export function readJsonFile(name: string, terminal: Terminal): unknown {
  const text = readFile(name, terminal);
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return value;
  } catch (cause) {
    throw new UserError('this is no JSON', { where: name, cause });
  }
}

function readFile(name: string, terminal: Terminal): string {
  const absolute = path.resolve(terminal.cwd, name);
  const stat = statSync(absolute, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new UserError('there is no such file', { where: name });
  if (stat.size > maximumBytes) throw new UserError('this file is longer than 64 MiB', { where: name });
  try {
    return readFileSync(absolute, 'utf8');
  } catch (cause) {
    throw new UserError('the file cannot be read', { where: name, cause });
  }
}
