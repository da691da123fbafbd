import { isPlainDirectory } from '../../image/image.ts';
import { placeOfImage } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'The image is old, or does not say how old it is',
  why: 'Its base and packages have had no update since it was built, whatever was found in them afterwards.',
  remedy: 'Build it again, without cache and on the newest base, and do so on a schedule.',
  peers: [],
  options: { days: { description: 'Older images are reported', default: 180 } },
  check({ image }, { report, option, today }) {
    if (isPlainDirectory(image.analysis.image)) return;
    const { created } = image.analysis.image.configuration;
    const time = Date.parse(created ?? '');
    // The dates that builds write which want the same bytes each time: 1970, and 1980 of zip.
    if (!(time >= Date.UTC(1980, 0, 2))) {
      report({
        ...placeOfImage(image),
        severity: 'note',
        message: `The image ${Number.isNaN(time) ? 'has no creation date' : `says it was made in ${new Date(time).getUTCFullYear()}`}: how old it is cannot be told.`,
        remedy: 'Set SOURCE_DATE_EPOCH to the time of the commit: the bytes stay the same, and the age is known.',
      });
      return;
    }
    const days = Math.floor((Date.parse(today ?? '') - time) / 86_400_000);
    if (days > option.number('days'))
      report({ ...placeOfImage(image), message: `The image was built ${days} days ago.` });
  },
});
