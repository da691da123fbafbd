import type { Place } from '../detector.ts';
import { phpSources } from './php-written.ts';

/** What only an extension has. */
const uses: Readonly<Record<string, RegExp>> = {
  gd: /\bimage(?:createfrom\w+|createtruecolor|copyresampled|jpeg|png)\(/,
  zip: /\bnew \\?ZipArchive\b/,
  intl: /\bnew \\?(?:NumberFormatter|IntlDateFormatter|Collator|MessageFormatter)\b|\b(?:idn_to_ascii|grapheme_\w+)\(/,
  bcmath: /\bbc(?:add|sub|mul|div|pow|comp|mod)\(/,
  gmp: /\bgmp_\w+\(/,
  exif: /\bexif_(?:read_data|imagetype|thumbnail)\(/,
  soap: /\bnew \\?SoapClient\b/,
  mysqli: /\bnew \\?mysqli\b|\bmysqli_(?:connect|init|real_connect)\(/,
  pdo_mysql: /["']mysql:(?:host|dbname|unix_socket|charset|["'])/,
  pdo_pgsql: /["']pgsql:(?:host|dbname|["'])/,
};

/** Extensions of PHP that the sources use. A manifest often names some of them and leaves out the driver of the database. */
export function usedExtensions(place: Place): string[] {
  const sources = phpSources(place);
  return Object.keys(uses).filter((name) => sources.some(({ text }) => uses[name]?.test(text)));
}
