import type { Place } from '../detector.ts';
import type { PlannedVariable } from '../plan.ts';
import { placeIn } from '../repository.ts';
import { findInSources } from './endpoints.ts';
import { variable } from './variables.ts';

/** Settings for tests, and what Capistrano reads where it is started. */
const ofOthers = /(?:^|\/)config\/(?:environments\/(?:test|development)\.rb$|deploy(?:\.rb$|\/))/;

export function rubyVariables(place: Place): PlannedVariable[] {
  return place
    .sources()
    .filter(({ path }) => !ofOthers.test(path))
    .flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /\bENV(?:\.fetch\(\s*|\[)["'](\w+)["']\s*(\]|\)|,\s*["']([^"']*)["'])?(\s*\|\|\s*["']([^"']*)["'])?/g,
        ),
      ].map((match) =>
        variable(
          match[1] ?? '',
          match[3] ?? match[5],
          match[0].includes('fetch') && match[2] === ')',
          placeIn(path, text, match.index),
        ),
      ),
    );
}

export function railsSecrets(place: Place): PlannedVariable[] {
  const encrypted = place.has('config/credentials.yml.enc');
  const database =
    findInSources(place, /DATABASE_URL/) ??
    (place.has('config/database.yml') ? { evidence: 'config/database.yml' } : undefined);
  return [
    encrypted
      ? variable('RAILS_MASTER_KEY', undefined, false, 'config/credentials.yml.enc')
      : variable('SECRET_KEY_BASE', undefined, true, 'Rails, in production'),
    ...(database ? [variable('DATABASE_URL', undefined, false, database.evidence)] : []),
  ];
}
