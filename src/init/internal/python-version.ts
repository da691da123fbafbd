import type { Place } from '../detector.ts';
import type { PythonPackages } from './python-packages.ts';
import { newestPythonFor } from './python-releases.ts';
import { type ChosenVersion, chooseVersion, fitsRange, supportedLines } from './versions.ts';

/** How a version that is kept in spite of its age is marked. */
export const notNewer = 'does not run on newer ones';

/** How a version is marked that the project asks for, and a package that it pins is not made for. */
export const againstPins = 'which the project itself rules out';

export function choosePython(place: Place, packages: PythonPackages | undefined): ChosenVersion {
  const newest = packages && newestPythonFor(packages);
  const lines = supportedLines('Python', place.today);
  const bound = newest && !place.choices.version ? newest : undefined;
  const isAsked = (range: string, line: string) =>
    fitsRange(range.replace(/^(\d+\.\d+)\.\d+$/, '$1').replace(/\.\*/g, ''), line);
  const fits = (range: string, line: string) =>
    isAsked(range, line) && (bound === undefined || Number(line.split('.')[1]) <= Number(bound.line.split('.')[1]));
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
    const ofPins = versionOfPins(bound, lines, settled);
    // Installers refuse a Python that the project rules out: the nearest to what the package is made for may work, that one cannot.
    const nearest = asked && lines.find((line) => isAsked(asked.range, line));
    return asked === undefined || nearest === undefined || isAsked(asked.range, ofPins.version)
      ? ofPins
      : {
          version: nearest,
          evidence: `${asked.evidence} asks for ${asked.range}; ${bound.evidence} is made for up to ${bound.line}, ${againstPins}`,
        };
  }
  if (asked !== undefined) return chooseVersion('Python', asked, { today: place.today, fits });
  return {
    version: settled.at(-1) ?? '',
    evidence: 'nothing in the project asks for a version: the newest but one, for which packages have wheels',
  };
}

/** The version that the pinned packages alone would get. */
function versionOfPins(
  bound: { readonly line: string; readonly evidence: string },
  lines: readonly string[],
  settled: readonly string[],
): ChosenVersion {
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
