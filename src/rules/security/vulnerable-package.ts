import type { Severity } from '../../core/severity.ts';
import { counted } from '../../project/image-files.ts';
import { type Remedy, remediesOf, remedyVersion, worstOf } from '../../project/image-remedies.ts';
import { type InspectedImage, placeOfLayer } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';
import { isAtLeast } from '../../vulnerabilities/severity-words.ts';
import type { Vulnerability, VulnerabilitySeverity } from '../../vulnerabilities/vulnerability.ts';

export const rule = imageRule({
  severity: 'error',
  summary: 'A package with known vulnerabilities',
  why: 'What is known can be looked for and used by anybody; most of it goes away with an update.',
  remedy: 'Install the version that is named, or take a newer base image.',
  peers: [],
  options: {
    severity: {
      description: 'The least severity that is reported: critical, high, medium, low, negligible',
      default: 'medium',
    },
    fixable: { description: 'Report only what an update mends', default: false },
    days: { description: 'Report only what has been known for that many days', default: 0 },
    ignore: { description: 'Ids that are accepted', default: [] },
  },
  check({ image }, { report, option, today }) {
    const least = option.text('severity');
    const ignored = option.list('ignore');
    const until = Date.parse(today ?? '') - option.number('days') * 86_400_000;
    const considered = (image.vulnerabilities ?? []).filter(
      ({ id, aliases, fixedIn, fixedAbove, published }) =>
        ![id, ...aliases].some((name) => ignored.includes(name)) &&
        ((fixedIn ?? fixedAbove) !== undefined || !option.flag('fixable')) &&
        (option.number('days') === 0 || !(Date.parse(published ?? '') > until)),
    );
    for (const remedy of remediesOf(considered, image)) {
      // What is used in attacks counts, whatever somebody rated it.
      const counting = remedy.vulnerabilities.filter((each) => each.knownExploited || isAtLeast(each.severity, least));
      if (counting.length === 0) continue;
      report({
        ...placeOfLayer(image, remedy.layer),
        severity: severityOf(worstOf(counting), remedy.knownExploited),
        message: messageOf(remedy, counting, least),
        remedy: remedyText(remedy, image),
      });
    }
  },
});

function severityOf(worst: VulnerabilitySeverity, knownExploited: boolean): Severity {
  if (knownExploited || worst === 'critical' || worst === 'high') return 'error';
  return worst === 'medium' ? 'warning' : 'note';
}

/** Counts all that the package has, as the report beside it does, and how many of them are the reason of the finding. */
function messageOf(
  { name, version, vulnerabilities, knownExploited }: Remedy,
  counting: readonly Vulnerability[],
  least: string,
): string {
  const all = counted(vulnerabilities.length, 'known vulnerability', 'known vulnerabilities');
  const rated = counting.every(({ severity }) => isAtLeast(severity, least));
  const why = rated ? `at least ${least}` : `at least ${least} or used in attacks`;
  const of = counting.length === vulnerabilities.length ? '' : `, ${counting.length} of them ${why}`;
  const more = counting.length > 3 ? ` and ${counting.length - 3} more` : '';
  const ids = counting.slice(0, 3).map(({ id }) => id);
  return `${name} ${version} has ${all}${of}, the worst ${worstOf(counting)}${knownExploited ? ' and used in attacks' : ''}: ${ids.join(', ')}${more}.`;
}

function remedyText(remedy: Remedy, { base }: InspectedImage): string {
  const { name, way, vulnerabilities } = remedy;
  const version = remedyVersion(remedy);
  if (version === undefined)
    return way === 'base'
      ? `Build on ${base.other?.name ?? 'a newer base image'}, which does not have ${vulnerabilities.length === 1 ? 'it' : 'them'}.`
      : 'No version mends it yet: leave the package out where the program does not need it, or accept it with a reason and a date.';
  const brings = base.endsBy === 'history' ? 'probably brings' : 'brings';
  const first =
    way === 'base' ? `: the base image ${brings} it, so take ${base.other?.name ?? 'a newer one'} first` : '';
  return remedy.fixedAbove === undefined
    ? `Install ${name} ${version} or later${first}.`
    : `Install a version of ${name} ${version}${first}.`;
}
