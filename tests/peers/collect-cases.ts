import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { rules } from '../../src/rules/generated.ts';
import { type CaseFile, readRulePage } from '../rules/rule-page.ts';

/** A case of a rule's page that says how a peer judges it. */
export interface PeerCase {
  readonly rule: string;
  readonly title: string;
  readonly files: readonly CaseFile[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Peer ids, each with whether the peer must report it. */
  readonly judgements: ReadonlyMap<string, boolean>;
}

/** All cases of all pages that name a peer. */
export function peerCases(): readonly PeerCase[] {
  return rules.flatMap(({ id }) => {
    const file = path.join('src/rules', `${id}.md`);
    if (!existsSync(file)) return [];
    return readRulePage(readFileSync(file, 'utf8')).cases.flatMap(({ title, files, options, expected, goodFor }) => {
      const judgements = new Map<string, boolean>();
      for (const peer of goodFor) judgements.set(peer, false);
      for (const { peers } of expected) for (const peer of peers) judgements.set(peer, true);
      return judgements.size === 0 ? [] : [{ rule: id, title, files, options, judgements }];
    });
  });
}

/** The tool of a peer id: `hadolint` of `hadolint:DL3007`. */
export function toolOf(peer: string): string {
  return peer.slice(0, peer.indexOf(':'));
}
