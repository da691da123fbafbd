import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { freePort } from '../free-port.ts';

/** A package as its control file has it, `Package` and `Version` with it. */
export type Control = Readonly<Record<string, string>>;

/** An archive that the real apt takes, on a port of the loopback: what it offers can be exchanged. */
export interface AptRepository {
  /** A line of sources.list. */
  readonly source: string;
  /** From now on it offers these and no others: real packages, made by dpkg-deb. */
  offer(packages: readonly Control[]): void;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  stop(): void;
}

export async function startAptRepository(): Promise<AptRepository> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-apt-'));
  const served = new Map<string, Buffer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    asked.push(pathname);
    const content = served.get(decodeURIComponent(pathname));
    response.writeHead(content ? 200 : 404).end(content);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const built = new Map<string, Buffer>();
  return {
    source: `deb [trusted=yes] http://127.0.0.1:${port} stable main`,
    asked,
    offer(packages) {
      served.clear();
      const stanzas = packages.map((control) => {
        const key = JSON.stringify(control);
        const deb = built.get(key) ?? buildDeb(directory, control);
        built.set(key, deb);
        const file = `pool/${control.Package}_${control.Version?.replaceAll(':', '_')}_all.deb`;
        served.set(`/${file}`, deb);
        const sha256 = createHash('sha256').update(deb).digest('hex');
        return { ...complete(control), Filename: file, Size: String(deb.length), SHA256: sha256 };
      });
      publish(served, stanzas);
    },
    stop() {
      server.close();
      server.closeAllConnections();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function complete(control: Control): Control {
  return {
    Architecture: 'all',
    Maintainer: 'Test <test@example.org>',
    Priority: 'optional',
    Section: 'misc',
    ...control,
    Description: 'for a test',
  };
}

export function controlText(control: Control): string {
  return `${Object.entries(control)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')}\n`;
}

function buildDeb(directory: string, control: Control): Buffer {
  const root = mkdtempSync(path.join(directory, 'deb-'));
  mkdirSync(path.join(root, 'DEBIAN'));
  mkdirSync(path.join(root, 'usr/share/of-test'), { recursive: true });
  writeFileSync(path.join(root, 'DEBIAN/control'), controlText(complete(control)));
  writeFileSync(path.join(root, 'usr/share/of-test', control.Package ?? ''), control.Version ?? '');
  const file = `${root}.deb`;
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', root, file], { stdio: 'pipe' });
  return readFileSync(file);
}

/** `Packages` in two packings, and the `Release` that names them by their digests. */
export function publish(served: Map<string, Buffer>, stanzas: readonly Control[]): void {
  const packages = Buffer.from(stanzas.map(controlText).join('\n'));
  const lists = new Map([
    ['main/binary-amd64/Packages', packages],
    ['main/binary-amd64/Packages.gz', gzipSync(packages)],
  ]);
  const sums = [...lists].map(
    ([name, content]) => ` ${createHash('sha256').update(content).digest('hex')} ${content.length} ${name}`,
  );
  for (const [name, content] of lists) served.set(`/dists/stable/${name}`, content);
  served.set(
    '/dists/stable/Release',
    Buffer.from(
      `Origin: Test\nLabel: Test\nSuite: stable\nCodename: testing\nDate: ${new Date().toUTCString()}\nArchitectures: amd64 all\nComponents: main\nSHA256:\n${sums.join('\n')}\n`,
    ),
  );
}
