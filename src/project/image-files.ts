import type { ImageFile } from '../image/image-analysis.ts';
import type { InspectedImage } from './inspected-image.ts';

/** The files of an image that a container sees and for which this holds, in the order of their paths. */
export function filesWhere(image: InspectedImage, holds: (file: ImageFile) => boolean): ImageFile[] {
  const found: ImageFile[] = [];
  for (const file of image.analysis.files) if (holds(file)) found.push(file);
  return found;
}

/** `1 file`, `12 files`. */
export function counted(count: number, singular: string, several = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : several}`;
}

/** `/usr/bin/su, /usr/bin/passwd and 4 more`. */
export function namesOf(files: readonly Pick<ImageFile, 'path'>[], shown = 5): string {
  const names = files.slice(0, shown).map(({ path }) => `/${path}`);
  return `${names.join(', ')}${files.length > shown ? ` and ${files.length - shown} more` : ''}`;
}
