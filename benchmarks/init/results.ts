import type { Result } from './trial.ts';

/** Of an application what was made of it, as a table in Markdown. */
export function resultTable(results: readonly Result[]): string {
  const rows = [...results]
    .sort((one, other) => order(one) - order(other) || (one.name.toLowerCase() < other.name.toLowerCase() ? -1 : 1))
    .map((each) => {
      const what = [each.language, each.framework].filter(Boolean).join(', ');
      const image = each.bytes ? `${Math.round(each.bytes / 1e6)} MB, ${each.seconds} s` : '';
      const said = each.outcome === 'serves' ? `${each.status} for ${each.asked}` : (each.reason ?? '');
      return `| ${each.name} | ${what} | ${each.built ? 'yes' : 'no'} | ${each.outcome} | ${said.replaceAll('|', '\\|')} | ${image} |`;
    });
  return ['| application | what it is | built | outcome | | image, build |', '|---|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

function order({ outcome }: Result): number {
  return ['serves', 'does not serve', 'does not build', 'refused', 'cannot be tried here'].indexOf(outcome);
}

/** The share that builds and serves, of those that this machine can try. */
export function summary(results: readonly Result[]): string {
  const count = (...outcomes: Result['outcome'][]) =>
    results.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const tried = results.length - count('cannot be tried here');
  const serves = count('serves');
  const built = results.filter((each) => each.built && each.outcome !== 'cannot be tried here').length;
  const share = tried === 0 ? 0 : Math.round((serves / tried) * 100);
  return `\n${results.length} applications; ${tried} tried: ${built} built, ${serves} build and serve (${share} %); ${count('cannot be tried here')} cannot be tried on this machine.`;
}
