import { counted } from '../../project/image-files.ts';
import { type Remedy, rank, remediesOf } from '../../project/image-remedies.ts';
import { type InspectedImage, placeOfLayer } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

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
    const least = rank(option.text('severity'));
    const ignored = option.list('ignore');
    const until = Date.parse(today ?? '') - option.number('days') * 86_400_000;
    const kept = (image.vulnerabilities ?? []).filter(
      ({ id, aliases, severity, fixedIn, fixedAbove, published }) =>
        rank(severity) >= least &&
        ![id, ...aliases].some((name) => ignored.includes(name)) &&
        ((fixedIn ?? fixedAbove) !== undefined || !option.flag('fixable')) &&
        (option.number('days') === 0 || !(Date.parse(published ?? '') > until)),
    );
    for (const group of remediesOf(kept, image)) {
      const { name, version, worst, vulnerabilities, knownExploited, layer } = group;
      const more = vulnerabilities.length > 3 ? ` and ${vulnerabilities.length - 3} more` : '';
      const ids = vulnerabilities.slice(0, 3).map(({ id }) => id);
      report({
        ...placeOfLayer(image, layer),
        severity:
          knownExploited || worst === 'critical' || worst === 'high'
            ? 'error'
            : worst === 'medium'
              ? 'warning'
              : 'note',
        message: `${name} ${version} has ${counted(vulnerabilities.length, 'known vulnerability', 'known vulnerabilities')}, the worst ${worst}${knownExploited ? ' and used in attacks' : ''}: ${ids.join(', ')}${more}.`,
        remedy: remedyText(group, image),
      });
    }
  },
});

function remedyText({ name, fixedIn, way, vulnerabilities, broughtBy }: Remedy, { base }: InspectedImage): string {
  const last = fixedIn === undefined ? vulnerabilities.find(({ fixedAbove }) => fixedAbove !== undefined) : undefined;
  if (last && way !== 'base')
    return `Install a version of ${name} above ${last.fixedAbove}: ${last.id} is known up to that.`;
  if (fixedIn === undefined)
    return way === 'base'
      ? `Build on ${base.other?.name ?? 'a newer base image'}, which does not have ${vulnerabilities.length === 1 ? 'it' : 'them'}.`
      : 'No version mends it yet: leave the package out where the program does not need it, or accept it with a reason and a date.';
  const brings = base.endsBy === 'history' ? 'probably brings' : 'brings';
  const first =
    way === 'base' ? `: the base image ${brings} it, so take ${base.other?.name ?? 'a newer one'} first` : '';
  const others = broughtBy.filter((each) => each !== name);
  const through =
    others.length > 0 && first === ''
      ? `: ${others.slice(0, 3).join(', ')} ${others.length > 1 ? 'bring' : 'brings'} it`
      : '';
  return `Install ${name} ${fixedIn} or later${first}${through}.`;
}
