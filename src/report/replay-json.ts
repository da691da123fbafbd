import { jsonText } from '../core/json-text.ts';
import type { RebuildExplanation, ReplayedCommit, ReplayedDockerfile, ReplayReport } from '../core/replay-report.ts';

/** Goes up when a field is renamed, removed or means something else; added fields do not change it. */
export const replayReportVersion = 1;

/** A replay as JSON that `schemas/replay.schema.json` describes: every field always there, `null` where nothing is known. */
export function renderReplayJson(report: ReplayReport): string {
  return jsonText({
    format: 'plimsoll-replay',
    version: replayReportVersion,
    tool: report.tool,
    name: report.name,
    seconds: report.seconds,
    history: report.history,
    notes: report.notes,
    builds: report.builds.map(({ target, replay, ...build }) => ({
      ...build,
      target: target ?? null,
      replay: dockerfileJson(replay),
    })),
  });
}

function dockerfileJson(replay: ReplayedDockerfile) {
  return {
    ...replay,
    instructions: replay.instructions.map(({ cost, ...rest }) => ({
      ...rest,
      cost: { seconds: cost.seconds ?? null, basis: cost.basis, derivation: cost.derivation },
    })),
  };
}

/** Why a commit's build was rebuilt, as JSON that `schemas/why-rebuilt.schema.json` describes. */
export function renderExplanationJson(explanation: RebuildExplanation): string {
  const commitJson = (commit: ReplayedCommit | undefined) => commit ?? null;
  return jsonText({
    format: 'plimsoll-why-rebuilt',
    version: replayReportVersion,
    tool: explanation.tool,
    name: explanation.name,
    commit: explanation.commit,
    since: explanation.since,
    cached: explanation.cached,
    builds: explanation.builds.map(({ target, problem, instructions, ...build }) => ({
      ...build,
      target: target ?? null,
      problem: problem ?? null,
      instructions: instructions.map(({ why, commit, files, ...rest }) => ({
        ...rest,
        why: why ?? null,
        commit: commitJson(commit),
        files: files.map((file) => ({ ...file, needless: file.needless ?? null, commit: commitJson(file.commit) })),
      })),
    })),
  });
}
