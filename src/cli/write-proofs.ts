import path from 'node:path';
import { printable } from '../core/printable.ts';
import { renderProofs } from '../report/proof-terminal.ts';
import type { ShownProof } from '../report/proof-view.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { writeEvidence } from './evidence-files.ts';
import { pageOf } from './perform-fix.ts';
import type { ProvedProject } from './prove-project.ts';

/** Writes the evidence below the project's root and shows it in the form that was asked for. */
export async function writeProofs(
  { proofs, root }: ProvedProject,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<void> {
  const shown = proofs.map(({ subject, verdict, statements, withdrawn, evidence, images }): ShownProof => {
    const file = evidence && path.join(root, writeEvidence(root, evidence));
    for (const image of images) terminal.stderr.write(`plimsoll: kept ${printable(image)}\n`);
    return {
      name: subject.name,
      dockerfile: subject.dockerfile,
      verdict,
      statements,
      withdrawn: withdrawn.map(({ key: _, ...each }) => each),
      evidence,
      file: file && (path.relative(terminal.cwd, file) || file),
    };
  });
  terminal.stdout.write(await rendered(shown, parsed, terminal));
}

async function rendered(shown: readonly ShownProof[], parsed: ParsedArguments, terminal: Terminal): Promise<string> {
  const format = parsed.has('json') ? 'json' : (parsed.value('format') ?? 'text');
  if (format === 'json') {
    const { renderProofsJson } = await import('../report/evidence-json.ts');
    return renderProofsJson(shown);
  }
  if (format === 'markdown') {
    const { renderProofsMarkdown } = await import('../report/proof-markdown.ts');
    return renderProofsMarkdown(shown);
  }
  return renderProofs(shown, { ...pageOf(parsed, terminal), all: false });
}
