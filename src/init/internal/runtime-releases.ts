import { releasesOf } from '../../bases/releases.ts';
import { runtimeDates } from '../../bases/runtime-dates.ts';
import { compareVersions } from './versions.ts';

/** Images whose tags tell of releases that have no date of their end yet. */
const images: Readonly<Record<string, string>> = { Go: 'golang', Rust: 'rust' };

/** How far beyond what is known a release may be: what comes out after these tables were made is no error. */
const newer: Readonly<Record<string, number>> = { 'Node.js': 6, Java: 6, '.NET': 3, Rust: 20 };

/** Whether a release of a language can be what a version names. Of a language without a table everything can. */
export function mayBeRelease(language: string, version: string): boolean {
  const image = releasesOf(images[language] ?? '');
  const dates = Object.keys(runtimeDates[language] ?? {});
  const lines = [...dates, ...(image ? [...image.kept, image.newest] : [])].sort(compareVersions);
  const newest = lines.at(-1);
  const [oldest] = lines;
  if (newest === undefined || oldest === undefined) return true;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [newestMajor = 0, newestMinor = 0] = newest.split('.').map(Number);
  const byMajor = dates.length > 0 && !newest.includes('.');
  if (byMajor || language === '.NET')
    return (
      lines.some((line) => Number(line.split('.')[0]) === major) ||
      (major > newestMajor && major <= newestMajor + (newer[language] ?? 2))
    );
  if (!version.includes('.')) return lines.some((line) => Number(line.split('.')[0]) === major);
  if (major === newestMajor) return minor <= newestMinor + (newer[language] ?? 3);
  if (major === newestMajor + 1) return minor <= 1 && language !== 'Python' && language !== 'Go' && language !== 'Rust';
  return dates.some((line) => line === `${major}.${minor}` || line === String(major));
}
