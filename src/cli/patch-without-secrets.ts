import type { AppliedFix, FixReport, OfferedFix } from '../core/fix-report.ts';
import { writesSecretFile } from '../report/fix-terminal.ts';
import { renderPatch, showsSecret } from '../report/patch.ts';
import type { FixSession } from './fix-session.ts';
import { linkedPlace } from './linked-place.ts';

/**
 * The patch of all fixes that can be shown. A patch has to name the lines that it changes and those around them as they are: a fix with a
 * secret in one of them is left out, and what is left is planned anew.
 */
export async function patchWithoutSecrets(
  session: FixSession,
  prefix: string,
): Promise<{ readonly patch: Uint8Array; readonly hidden: readonly OfferedFix[]; readonly report: FixReport }> {
  const hidden = new Map<string, OfferedFix>();
  const hide = (fix: OfferedFix) => hidden.set(nameOf(fix), fix);
  for (;;) {
    const report = await session.run({
      refuses(candidate) {
        // To make it first, and to plan all anew, would only take time.
        if (writesSecretFile(candidate.fix)) hide(candidate);
        return hidden.has(nameOf(candidate));
      },
    });
    const found = fixesWithSecret(report).filter((each) => !hidden.has(nameOf(each)));
    if (found.length === 0) {
      const files = report.files.map((file) => ({ ...file, path: placeInPatch(session, file.path) }));
      return { patch: renderPatch({ files }, { prefix }), hidden: [...hidden.values()], report };
    }
    found.forEach(hide);
  }
}

/** Standard input has the name that `--stdin-path` gives it: `git apply` would make a file of one without. */
function placeInPatch({ target, project: { root } }: FixSession, file: string): string {
  return target.kind === 'bytes' && file === '-' ? 'Dockerfile' : linkedPlace(root, file);
}

function fixesWithSecret({ files, applied }: FixReport): AppliedFix[] {
  const ids = new Set(files.flatMap((file) => showsSecret(file)));
  return applied.filter(({ id, fix }) => ids.has(id) || fix.holdsSecret === true);
}

function nameOf({ finding, fix }: OfferedFix): string {
  return [finding.rule, finding.locations[0].path, finding.message, fix.title].join('\0');
}
