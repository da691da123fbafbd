import type { Place } from '../detector.ts';
import type { Question, Step, WritablePath } from '../plan.ts';
import { baseName, directoryOf, join } from '../repository.ts';
import { isDataPath } from './data-paths.ts';
import { isOfOthers } from './of-others.ts';
import type { RustOption } from './rust-options.ts';
import { isKept } from './written-paths.ts';

/** Where the program listens, as its options say it. */
export interface RustAddress {
  readonly port: number;
  readonly evidence: string;
  /** What makes it listen there on all addresses. */
  readonly environment: Readonly<Record<string, string>>;
}

const address = /^(?:[\w.-]*|\[[\da-f:.]*\]):(\d{2,5})$/i;
const addressName = /(?:addr|address|bind|listen)$/i;
const hostName = /(?:addr|address|bind|listen|host|ip|interface)$/i;

/** The address of the option that has one, or of one for the port and one for the host. */
export function rustAddress({ choices }: Place, options: readonly RustOption[]): RustAddress | undefined {
  const own = options.filter(({ name, field }) => !isOfOthers(name) && !isOfOthers(field));
  const addresses = own.filter(
    ({ name, field, fallback }) =>
      (addressName.test(name) || addressName.test(field)) && fallback !== undefined && address.test(fallback),
  );
  const listening = addresses.filter(({ name, field }) => /listen|bind/i.test(`${name} ${field}`));
  const whole = [listening, addresses].find(({ length }) => length === 1)?.[0];
  if (whole) {
    const port = choices.port ?? Number(address.exec(whole.fallback ?? '')?.[1]);
    return { port, evidence: whole.evidence, environment: { [whole.name]: `0.0.0.0:${port}` } };
  }
  const ports = own.filter(
    ({ name, field }) => /(?:^|_)port$/i.test(name) || /^(?:http_|listen_|server_)?port$/.test(field),
  );
  const chosen = ports.find(({ fallback }) => /^\d{2,5}$/.test(fallback ?? ''));
  if (!chosen) return undefined;
  const port = choices.port ?? Number(chosen.fallback);
  // `HOST` beside `PORT`, `SHOP_HOST` beside `SHOP_PORT`: another prefix may be another service's.
  const prefix = chosen.name.replace(/port$/i, '');
  const host = own.find(
    ({ name, type }) =>
      hostName.test(name) &&
      name.replace(hostName, '').replace(/(?:bind|listen)_$/i, '') === prefix &&
      /^(?:IpAddr|Ipv[46]Addr|String)$/.test(type),
  );
  return {
    port,
    evidence: chosen.evidence,
    environment: { ...(host && { [host.name]: '0.0.0.0' }), [chosen.name]: String(port) },
  };
}

/** Directories that options name and the program writes. */
export interface RustData {
  readonly environment: Readonly<Record<string, string>>;
  readonly writable: readonly WritablePath[];
  readonly questions: readonly Question[];
}

const data = '/data';
/** One volume for all that the program keeps: each of its paths is brought there by its variable. */
export function rustData(options: readonly RustOption[]): RustData {
  const found = options.filter(
    ({ name, field, type, fallback }) =>
      /^(?:PathBuf|String|Utf8PathBuf)$/.test(type) && (isDataPath(name, fallback) || isDataPath(field, fallback)),
  );
  const [first] = found;
  if (!first) return { environment: {}, writable: [], questions: [] };
  const paths = found.map(
    ({ name, fallback = '' }) => [name, `${data}/${fallback.replace(/^\.\/|\/$/g, '')}`] as const,
  );
  return {
    environment: Object.fromEntries(paths),
    writable: [{ path: data, why: `${found.map(({ name }) => name).join(', ')}: ${first.evidence}`, lasts: true }],
    questions: [isKept(data, first.evidence)],
  };
}

/** The directory in the image that ships, which may have no shell to make it. */
export function dataSteps({ writable }: RustData, user: number): Step[] {
  return writable.map(({ path }) => ({
    kind: 'copy',
    comment: 'What the program keeps: in Kubernetes a volume is mounted there',
    from: 'build',
    sources: [`/out${path}`],
    destination: path,
    owner: `${user}:${user}`,
  }));
}

/** By their precedence. */
export const toolchainFiles = ['rust-toolchain.toml', 'rust-toolchain'];

/** The file that names a toolchain for a directory, as rustup looks for it: there, then upwards. */
export function toolchainFile({ repository }: Place, directory: string): string | undefined {
  for (let at = directory; ; at = directoryOf(at)) {
    const file = toolchainFiles.map((name) => join(at, name)).find((path) => repository.has(path));
    if (file !== undefined || at === '') return file;
  }
}

/** Whether a source is the package's build script, which runs while it is compiled. */
export function isBuildScript({ repository }: Place, path: string): boolean {
  return baseName(path) === 'build.rs' && repository.has(join(directoryOf(path), 'Cargo.toml'));
}
