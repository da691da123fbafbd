import { jsonObjectOf } from '../../core/json-object.ts';
import type { Statement } from '../statement.ts';

/** A `.trivyignore` (https://trivy.dev/latest/docs/configuration/filtering/#trivyignore): an id a line, with `exp:YYYY-MM-DD`, comments behind `#`. */
export function readTrivyIgnore(text: string, from: string): Statement[] {
  let comment = '';
  return text.split(/\r?\n/).flatMap((line) => {
    const [written = '', ...rest] = line.split('#');
    const words = written.trim().split(/\s+/);
    const [id = ''] = words;
    if (id === '') {
      // What stands above an entry says why.
      comment = rest.join('#').trim();
      return [];
    }
    const reason = rest.join('#').trim() || comment;
    comment = '';
    if (!isVulnerability(id)) return [];
    const until = words.map((word) => /^exp:(\d{4}-\d{2}-\d{2})$/.exec(word)?.[1]).find((each) => each !== undefined);
    return [accepted([id], [], reason, until, from)];
  });
}

/** A `.trivyignore.yaml`, read: `vulnerabilities` with `id`, `purls`, `expired_at`, `statement`. Entries for paths alone are about files and are left. */
export function readTrivyIgnoreYaml(value: unknown, from: string): Statement[] {
  const { vulnerabilities } = jsonObjectOf(value);
  return (Array.isArray(vulnerabilities) ? vulnerabilities : []).flatMap((entry) => {
    const { id, purls, paths, statement, expired_at: expires } = jsonObjectOf(entry);
    if (typeof id !== 'string' || !isVulnerability(id)) return [];
    const packages = (Array.isArray(purls) ? purls : []).filter((each): each is string => typeof each === 'string');
    if (packages.length === 0 && Array.isArray(paths) && paths.length > 0) return [];
    const until = /^\d{4}-\d{2}-\d{2}/.exec(
      String(expires instanceof Date ? expires.toISOString() : (expires ?? '')),
    )?.[0];
    return [accepted([id], packages, typeof statement === 'string' ? statement : '', until, from)];
  });
}

/** Ids of misconfigurations and secrets stand in the same files. */
function isVulnerability(id: string): boolean {
  return /^[A-Za-z][\w.:-]*-[\w.:-]+$/.test(id) && !/^(?:AVD|KSV|DS)-/.test(id);
}

function accepted(
  ids: readonly string[],
  packages: readonly string[],
  reason: string,
  until: string | undefined,
  from: string,
): Statement {
  return { ids, packages, images: [], status: 'accepted', reason, ...(until !== undefined && { until }), from };
}
