import { endOfLife } from '../../bases/end-of-life.ts';
import { nodeLimit } from '../../ecosystems/npm/node-limits.ts';
import type { Place } from '../detector.ts';
import { directoryOf, join, placeIn } from '../repository.ts';
import { dependencyPlace, type NodePackage, readNodePackage } from './node-package.ts';
import { type AskedVersion, type ChosenVersion, chooseVersion, fitsRange } from './versions.ts';

/**
 * Even release lines get long-term support for thirty months. In the first half year of it packages still fail: of 26, that
 * SlowBuffer is gone broke whatever uses jsonwebtoken of before.
 */
export function chooseNode(
  place: Place,
  manifest: NodePackage,
  lock: string,
): ChosenVersion & { readonly ended?: string } {
  const asked = askedNode(place, manifest);
  const limit = nodeLimit(lock);
  if (limit !== undefined && asked?.evidence !== '--runtime-version') {
    const ended = endOfLife('Node.js', limit.line)?.date;
    return {
      version: limit.line,
      evidence: `${limit.package} ${limit.version} builds up to ${limit.line}`,
      ...(ended !== undefined && ended <= place.today && { ended }),
    };
  }
  return chooseVersion('Node.js', asked, {
    today: place.today,
    isLongTerm: (line) => Number(line) % 2 === 0 && monthsLeft(line, place.today) <= 24,
    fits: fitsRange,
  });
}

function monthsLeft(line: string, today: string): number {
  const end = endOfLife('Node.js', line)?.date ?? today;
  return (Date.parse(end) - Date.parse(today)) / (30.4 * 24 * 3600 * 1000);
}

function askedNode(place: Place, manifest: NodePackage): AskedVersion | undefined {
  if (place.choices.version !== undefined) return { range: place.choices.version, evidence: '--runtime-version' };
  for (let directory = place.directory; ; directory = directoryOf(directory)) {
    for (const name of ['.nvmrc', '.node-version']) {
      const text = place.repository.read(join(directory, name))?.trim();
      const lts: Readonly<Record<string, string>> = { 'lts/iron': '20', 'lts/jod': '22', 'lts/krypton': '24' };
      if (text && /^(?:v?\d|lts\/(?:iron|jod|krypton))/.test(text))
        return { range: lts[text.toLowerCase()] ?? text.replace(/^v/, ''), evidence: join(directory, name) };
    }
    const tools = place.repository.read(join(directory, '.tool-versions'));
    const tool = tools === undefined ? null : /^nodejs[ \t]+(\d\S*)/m.exec(tools);
    if (tool) return { range: tool[1] ?? '', evidence: placeIn(join(directory, '.tool-versions'), tools, tool.index) };
    if (directory === '') break;
  }
  if (manifest.volta)
    return { range: manifest.volta, evidence: `volta.node (${place.place('package.json', '"volta"')})` };
  const root = readNodePackage(place.repository, 'package.json');
  const engine = manifest.engine ? manifest : root?.engine ? root : undefined;
  if (engine?.engine)
    return { range: engine.engine, evidence: `engines.node (${placeIn(engine.path, engine.text, /"node"\s*:/)})` };
  const types = manifest.devDependencies.get('@types/node') ?? manifest.dependencies.get('@types/node');
  const line = /\d+/.exec(types ?? '')?.[0];
  // Types of a version say what the sources are written for.
  return line === undefined || Number(line) % 2 === 1
    ? undefined
    : { range: line, evidence: dependencyPlace(manifest, '@types/node') };
}
