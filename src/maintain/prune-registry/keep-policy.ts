import { ageText } from '../../core/age.ts';
import { UserError } from '../../core/errors.ts';
import { literalPattern } from '../../core/literal-pattern.ts';
import { printable } from '../../core/printable.ts';
import {
  type KeepSettings,
  type PruneRegistrySettings,
  type VersionTrack,
  versionTracks,
} from '../../project/prune-settings.ts';

/** What of a repository is kept, whatever else is known. */
export type KeepRules = Required<KeepSettings>;

/** Rules for a registry. */
export interface KeepPolicy {
  readonly rules: KeepRules;
  /** Rules for repositories whose name matches one of the globs; the first that matches holds. */
  readonly repositories: readonly { readonly match: readonly string[]; readonly rules: KeepRules }[];
}

/** What holds where nothing else is said. */
export const defaultKeepRules: KeepRules = { last: 10, youngerThan: 30 * 86_400, tags: ['latest'], versions: {} };

/** The default, with what the configuration says and then what flags say in its place. */
export function keepPolicy(settings: PruneRegistrySettings, flags: KeepSettings): KeepPolicy {
  const rules = { ...defaultKeepRules, ...settings.keep, ...flags };
  return {
    rules,
    repositories: settings.repositories.map(({ match, keep }) => ({ match, rules: { ...rules, ...keep } })),
  };
}

export function rulesFor(policy: KeepPolicy, repository: string): KeepRules {
  return (
    policy.repositories.find(({ match }) => match.some((glob) => globPattern(glob).test(repository)))?.rules ??
    policy.rules
  );
}

/** A glob over a tag or the name of a repository: `*` stands for anything but a slash, `**` for anything, `?` for one character. */
export function globPattern(glob: string): RegExp {
  const parts = glob.split(/(\*+|\?)/).map((part) => {
    if (part === '?') return '[^/]';
    if (/^\*+$/.test(part)) return part.length === 1 ? '[^/]*' : '.*';
    return literalPattern(part);
  });
  return new RegExp(`^${parts.join('')}$`);
}

/**
 * `minor=2` as the newest two of each minor track.
 * @throws UserError for anything else
 */
export function parseVersionRule(text: string): Readonly<Partial<Record<VersionTrack, number>>> {
  const [track, count = ''] = text.split('=');
  const known = versionTracks.find((each) => each === track);
  if (known === undefined || !/^\d{1,4}$/.test(count))
    throw new UserError(`this names no versions to keep: ${printable(text)}`, {
      remedy: 'Write major=3 or minor=2: so many of the newest versions of each major or minor track.',
    });
  return { [known]: Number(count) };
}

/** The rules in words, one a line. */
export function describePolicy(policy: KeepPolicy): string[] {
  return [
    describeRules(policy.rules),
    ...policy.repositories.map(({ match, rules }) => `${match.map(printable).join(', ')}: ${describeRules(rules)}`),
  ];
}

function describeRules({ last, youngerThan, tags, versions }: KeepRules): string {
  const kept = [
    ...(last === 0 ? [] : [`the newest${last === 1 ? '' : ` ${last}`} with a tag`]),
    ...(youngerThan === 0 ? [] : [`what is younger than ${ageText(youngerThan)}`]),
    ...(tags.length > 0 ? [`tags ${tags.map(printable).join(', ')}`] : []),
    ...versionTracks.flatMap((track) => {
      const count = versions[track];
      return count === undefined ? [] : [`the newest ${count} of each ${track} version`];
    }),
  ];
  return kept.length === 0 ? 'nothing by a rule' : kept.join('; ');
}
