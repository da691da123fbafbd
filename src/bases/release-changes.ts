import { compareReleases } from './releases.ts';
import type { ReleaseChange } from './successors.ts';

/** What is known to break when a product moves to a release or past it. */
interface Break {
  readonly at: string;
  readonly note: string;
}

/** From the projects' own notes on their releases. What nearly every program meets, not all. */
const breaks: Readonly<Record<string, readonly Break[]>> = {
  'Node.js': [
    { at: '12', note: 'native modules must be of a release that knows the newer V8' },
    {
      at: '15',
      note: 'an unhandled rejection ends the process, and npm refuses peer dependencies that contradict each other',
    },
    { at: '17', note: 'OpenSSL 3 refuses the hash that webpack 4 uses, and localhost may be ::1' },
  ],
  Python: [
    { at: '3.0', note: 'Python 3 is another language than Python 2' },
    { at: '3.7', note: 'async is a keyword' },
    { at: '3.10', note: 'collections.Mapping and its like are gone' },
    { at: '3.12', note: 'distutils is gone and setuptools is not installed by itself' },
  ],
  Ruby: [
    { at: '3.0', note: 'keyword arguments are apart from hashes' },
    { at: '3.2', note: 'File.exists? is gone' },
    { at: '3.4', note: 'base64, bigdecimal, csv and others must stand in the Gemfile' },
  ],
  PHP: [
    { at: '7.0', note: 'the mysql and ereg functions are gone' },
    { at: '7.2', note: 'mcrypt is gone' },
    { at: '8.0', note: 'many warnings are errors, each and create_function are gone' },
  ],
  Go: [
    { at: '1.16', note: 'modules are on: what has no go.mod does not build, go get installs no programs' },
    { at: '1.22', note: 'a loop has its own variable in each turn where go.mod says so' },
  ],
  Java: [
    { at: '9', note: 'internal packages of the JDK are closed' },
    { at: '11', note: 'JAXB and the other Java EE modules are gone' },
    { at: '17', note: 'reflection into the JDK is refused' },
  ],
  '.NET': [{ at: '10.0', note: 'the project has to target net10.0' }],
  PostgreSQL: [{ at: '10', note: 'an existing data directory must be carried over with pg_upgrade or a dump' }],
  MySQL: [
    { at: '8.0', note: 'an existing data directory is upgraded and cannot go back, passwords are hashed another way' },
  ],
  MongoDB: [{ at: '4.0', note: 'an existing data directory must be taken through every release between' }],
  CentOS: [{ at: '8', note: 'python is python3, yum is dnf, and packages of EPEL, SCL and the like have other names' }],
};

/** Products whose data outlive the image: every move asks for them. */
const keepsData = new Set(['PostgreSQL', 'MySQL', 'MongoDB']);

/** One question for all that changes: whether the program runs so, with what is known to break. */
export function questionOf(changes: readonly ReleaseChange[]): string {
  const moves = changes.map(({ product, from, to }) =>
    product === 'publisher'
      ? `${to} instead of ${from}`
      : to.includes(':')
        ? `${to} instead of ${product} ${from}`
        : `${product} ${to} instead of ${from}`,
  );
  const notes = changes.flatMap(({ product, from, to }) => notesOf(product, from, to));
  const known = notes.length === 0 ? '' : ` Known to differ: ${notes.join('; ')}.`;
  return `Does everything build and run with ${moves.join(' and ')}?${known}`;
}

function notesOf(product: string, from: string, to: string): readonly string[] {
  const known = Object.hasOwn(breaks, product) ? (breaks[product] ?? []) : [];
  if (keepsData.has(product)) return known.slice(0, 1).map(({ note }) => note);
  const target = /:/.test(to) ? (/:(\d[\d.]*)/.exec(to)?.[1] ?? to) : to;
  return known
    .filter(({ at }) => compareReleases(from, at) < 0 && compareReleases(at, target) <= 0)
    .map(({ note }) => note);
}
