import type { Place } from '../detector.ts';
import type { PythonPackages } from './python-packages.ts';
import { newestPythonFor } from './python-releases.ts';
import { type ChosenVersion, chooseVersion, fitsRange, supportedLines } from './versions.ts';

/** How a version that is kept in spite of its age is marked. */
export const notNewer = 'does not run on newer ones';

export function choosePython(place: Place, packages: PythonPackages | undefined): ChosenVersion {
  const newest = packages && newestPythonFor(packages);
  const lines = supportedLines('Python', place.today);
  const bound = newest && !place.choices.version ? newest : undefined;
  const fits = (range: string, line: string) =>
    fitsRange(range.replace(/^(\d+\.\d+)\.\d+$/, '$1').replace(/\.\*/g, ''), line) &&
    (bound === undefined || Number(line.split('.')[1]) <= Number(bound.line.split('.')[1]));
  const asked = packages?.asked;
  // The newest release of all is often one for which packages have no wheels yet.
  const settled = lines.length > 1 ? lines.slice(0, -1) : lines;
  if (asked !== undefined) {
    const exact = /^(?:==)?\d+\.\d+/.test(asked.range);
    const chosen = (exact ? lines : settled).filter((line) => fits(asked.range, line)).at(-1);
    if (chosen !== undefined)
      return {
        version: chosen,
        evidence: `${asked.evidence} asks for ${asked.range}${bound && !exact ? `; ${bound.evidence} is made for up to ${bound.line}` : ''}`,
      };
  }
  if (bound !== undefined) {
    const chosen = settled.filter((line) => Number(line.split('.')[1]) <= Number(bound.line.split('.')[1])).at(-1);
    if (chosen !== undefined) return { version: chosen, evidence: `${bound.evidence} is made for up to ${bound.line}` };
    const oldest = lines[0] ?? bound.line;
    const distance = Number(oldest.split('.')[1]) - Number(bound.line.split('.')[1]);
    return distance <= 1
      ? {
          version: oldest,
          evidence: `${bound.evidence} is made for up to ${bound.line}, which gets no security updates: the oldest supported version`,
        }
      : {
          version: bound.line,
          evidence: `${bound.evidence} is made for up to ${bound.line}, which gets no security updates, and ${notNewer}`,
        };
  }
  if (asked !== undefined) return chooseVersion('Python', asked, { today: place.today, fits });
  return {
    version: settled.at(-1) ?? '',
    evidence: 'nothing in the project asks for a version: the newest but one, for which packages have wheels',
  };
}
