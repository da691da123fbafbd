import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What the API server says of one manifest. */
export interface Verdict {
  readonly accepted: boolean;
  /** What kubectl printed of it. */
  readonly says: string;
}

/** Manifests that kubectl is given at once. */
const most = 500;

/** Whether a real API server takes each of the texts: `kubectl apply --dry-run=server --validate=strict`. */
export function askApiServer(kubeconfig: string, texts: readonly string[]): Verdict[] {
  const verdicts: Verdict[] = [];
  for (let at = 0; at < texts.length; at += most) verdicts.push(...askSome(kubeconfig, texts.slice(at, at + most)));
  return verdicts;
}

function askSome(kubeconfig: string, texts: readonly string[]): Verdict[] {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-manifests-'));
  try {
    mkdirSync(path.join(directory, 'm'));
    for (const [index, text] of texts.entries()) writeFileSync(path.join(directory, 'm', `m${index}.yaml`), text);
    const { stdout, stderr, status, error } = spawnSync(
      'kubectl',
      ['apply', '--dry-run=server', '--validate=strict', '-f', 'm'],
      {
        cwd: directory,
        env: { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: path.join(directory, 'cache') },
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      },
    );
    if (error) throw error;
    const said = new Map<number, string>();
    for (const block of stderr.split(/\n(?=Error |error|resource mapping|unable|The |.*is invalid)/))
      for (const [, number] of block.matchAll(/m\/m(\d+)\.yaml/g)) said.set(Number(number), block.trim());
    // What names no file says something of all, such as that no server answers.
    if (said.size === 0 && status !== 0 && stdout.trim() === '') throw new Error(`kubectl: ${stderr.slice(0, 500)}`);
    return texts.map((_, index) => ({ accepted: !said.has(index), says: said.get(index) ?? '' }));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
