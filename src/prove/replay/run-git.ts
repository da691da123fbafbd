import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorCode, exitCodes, UserError } from '../../core/errors.ts';
import { harmlessGit } from '../../project/harmless-git.ts';

const run = promisify(execFile);

const mostOutput = 1 << 28;

/** Git, to be asked about one directory, that starts no program of the repository's choice and asks nobody for a password. */
export interface Git {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** What git prints; undefined where it ends with an error. */
  ask(...parameters: readonly string[]): Promise<string | undefined>;
}

/** @throws UserError where git cannot be started. */
export function openGit(directory: string): Git {
  const environment = safeEnvironment(directory);
  return {
    directory,
    environment,
    async ask(...parameters) {
      try {
        const { stdout } = await run('git', ['-C', directory, '--no-optional-locks', ...parameters], {
          env: environment,
          maxBuffer: mostOutput,
        });
        return stdout;
      } catch (error) {
        if (isMissing(error)) throw gitIsMissing(error);
        return undefined;
      }
    },
  };
}

function safeEnvironment(directory: string): NodeJS.ProcessEnv {
  try {
    return { ...harmlessGit(directory), GIT_TERMINAL_PROMPT: '0' };
  } catch (error) {
    if (isMissing(error)) throw gitIsMissing(error);
    // Git says no more than that it cannot be asked about this place: the questions that follow say what is wrong.
    return { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: '', GIT_NO_LAZY_FETCH: '1' };
  }
}

function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT';
}

function gitIsMissing(cause: unknown): UserError {
  return new UserError('git is needed to read the history, and cannot be started', {
    remedy: 'Install git.',
    exitCode: exitCodes.system,
    cause,
  });
}
