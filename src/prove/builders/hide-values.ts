import { readFileSync, statSync } from 'node:fs';
import { literalPattern } from '../../core/literal-pattern.ts';
import type { BuildRequest } from '../build.ts';
import type { Environment } from './environment.ts';

const mark = '•••';

/** Shorter ones stand in any text: `1`, `on`. They are hidden only behind their name. */
const shortestAlone = 4;

const longestSecret = 1024 * 1024;

/**
 * Hides the values of a build's secrets and arguments in a line that its builder printed: all of a secret of one line, each line of a longer one, and an
 * argument's value, which is hidden where it stands behind its name, too, however short it is.
 */
export function hideValues(request: BuildRequest, environment: Environment): (line: string) => string {
  const patterns: string[] = [];
  for (const [name, given] of request.arguments) {
    const value = given ?? environment[name];
    if (value === undefined || value === '') continue;
    patterns.push(`(?<=\\b${literalPattern(name)}=["']?)${literalPattern(value)}`);
    if (value.length >= shortestAlone) patterns.push(...linesOf(value));
  }
  for (const { from } of request.secrets) {
    const value = 'file' in from ? textOf(from.file) : environment[from.environment];
    if (value !== undefined) patterns.push(...linesOf(value));
  }
  if (patterns.length === 0) return (line) => line;
  // The longest first: one value may be the beginning of another.
  patterns.sort((one, other) => other.length - one.length);
  const all = new RegExp(patterns.join('|'), 'g');
  return (line) => line.replace(all, mark);
}

function linesOf(value: string): string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line.length >= shortestAlone || line === value).flatMap((line) => forms(line));
}

/** As it is, and as a program prints it within quotes. */
function forms(line: string): string[] {
  if (line === '') return [];
  const quoted = JSON.stringify(line).slice(1, -1);
  return quoted === line ? [literalPattern(line)] : [literalPattern(line), literalPattern(quoted)];
}

/** A file that cannot be read is the builder's to complain of. */
function textOf(file: string): string | undefined {
  try {
    const found = statSync(file);
    return found.isFile() && found.size <= longestSecret ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
