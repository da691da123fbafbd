import { readFileSync, statSync } from 'node:fs';
import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json-object.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a CI system says of the branch that it checked out. Undefined is what it does not say. */
export interface CiBranch {
  /** Of a pull request the branch that it comes from, where that is one of this repository; of a tag nothing. */
  readonly branch: string | undefined;
  /** The branch of this name is one of another repository, and none of this one. */
  readonly foreign: string | undefined;
  /** The branch that the pull request goes into. */
  readonly target: string | undefined;
  readonly defaultBranch: string | undefined;
}

interface PullRequest {
  readonly number: string | undefined;
  readonly head: string | undefined;
  readonly target: string | undefined;
  readonly isFromFork: boolean;
}

/** GitHub, GitLab, Azure, Jenkins and Bitbucket, by the variables of each. */
export function ciBranch(environment: Environment): CiBranch {
  return (
    ofGitHub(environment) ??
    ofGitLab(environment) ??
    ofAzure(environment) ??
    ofJenkins(environment) ??
    ofBitbucket(environment) ?? { branch: undefined, foreign: undefined, target: undefined, defaultBranch: undefined }
  );
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
function ofGitHub(environment: Environment): CiBranch | undefined {
  const { GITHUB_HEAD_REF: head, GITHUB_BASE_REF: target, GITHUB_REF: ref, GITHUB_REF_NAME: name } = environment;
  if (!head && !ref && !name) return undefined;
  const event = gitHubEvent(environment.GITHUB_EVENT_PATH);
  const defaultBranch = textIn(event, 'repository', 'default_branch');
  if (!head) {
    const isBranch = environment.GITHUB_REF_TYPE === undefined || environment.GITHUB_REF_TYPE === 'branch';
    return { branch: isBranch ? name || undefined : undefined, foreign: undefined, target: undefined, defaultBranch };
  }
  const from = textIn(event, 'pull_request', 'head', 'repo', 'full_name');
  const into = textIn(event, 'pull_request', 'base', 'repo', 'full_name');
  const number = event?.number ?? /^refs\/pull\/(\d+)\//.exec(ref ?? '')?.[1];
  // Without the event nobody can tell whose branch it is: then it is none of this repository.
  const isFromFork = from === undefined || from !== into;
  return { ...ofPull({ number: numberText(number), head, target, isFromFork }), defaultBranch };
}

/** https://docs.gitlab.com/ci/variables/predefined_variables/ */
function ofGitLab(environment: Environment): CiBranch | undefined {
  const { CI_COMMIT_REF_NAME: name, CI_COMMIT_BRANCH: branch, CI_COMMIT_TAG: tag } = environment;
  const defaultBranch = environment.CI_DEFAULT_BRANCH || undefined;
  const number = environment.CI_MERGE_REQUEST_IID;
  if (number)
    return {
      ...ofPull({
        number: numberText(number),
        head: environment.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME,
        target: environment.CI_MERGE_REQUEST_TARGET_BRANCH_NAME,
        isFromFork: environment.CI_MERGE_REQUEST_SOURCE_PROJECT_ID !== environment.CI_MERGE_REQUEST_PROJECT_ID,
      }),
      defaultBranch,
    };
  if (!name && !branch) return undefined;
  return { branch: tag ? undefined : branch || name, foreign: undefined, target: undefined, defaultBranch };
}

/** https://learn.microsoft.com/azure/devops/pipelines/build/variables: BUILD_SOURCEBRANCHNAME is only what stands behind the last slash. */
function ofAzure(environment: Environment): CiBranch | undefined {
  const { BUILD_SOURCEBRANCH: ref } = environment;
  if (!ref) return undefined;
  const id = environment.SYSTEM_PULLREQUEST_PULLREQUESTNUMBER || environment.SYSTEM_PULLREQUEST_PULLREQUESTID;
  if (!id) return { branch: branchIn(ref), foreign: undefined, target: undefined, defaultBranch: undefined };
  const { SYSTEM_PULLREQUEST_SOURCEBRANCH: head = '', SYSTEM_PULLREQUEST_TARGETBRANCH: target = '' } = environment;
  return ofPull({
    number: numberText(id),
    head: branchIn(head) ?? head,
    target: branchIn(target) ?? target,
    isFromFork: environment.SYSTEM_PULLREQUEST_ISFORK?.toLowerCase() !== 'false',
  });
}

/** https://www.jenkins.io/doc/book/pipeline/multibranch/#additional-environment-variables */
function ofJenkins(environment: Environment): CiBranch | undefined {
  const { BRANCH_NAME: name, CHANGE_ID: number, CHANGE_TARGET: target, TAG_NAME: tag } = environment;
  if (!name) return undefined;
  if (!number)
    return { branch: tag ? undefined : name, foreign: undefined, target: undefined, defaultBranch: undefined };
  return ofPull({
    number: numberText(number),
    head: environment.CHANGE_BRANCH,
    target,
    isFromFork: Boolean(environment.CHANGE_FORK),
  });
}

/** https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/: pull requests of forks run nothing here. */
function ofBitbucket({ BITBUCKET_BRANCH: branch, BITBUCKET_PR_DESTINATION_BRANCH: target }: Environment) {
  if (!branch) return undefined;
  return { branch, foreign: undefined, target: target || undefined, defaultBranch: undefined };
}

/** No branch of git has a space in its name: what is recorded of a fork is never taken for a branch of this repository. */
function ofPull({ number, head, target, isFromFork }: PullRequest): CiBranch {
  return {
    branch: isFromFork ? `pull request ${number ?? 'of a fork'}` : head || undefined,
    foreign: isFromFork ? head || undefined : undefined,
    target: target || undefined,
    defaultBranch: undefined,
  };
}

function branchIn(ref: string): string | undefined {
  return /^refs\/heads\/(.+)$/.exec(ref)?.[1];
}

function numberText(value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return /^\d{1,12}$/.test(text) ? text : undefined;
}

/** GitHub's own payloads have 25 MB at most. */
const largestEvent = 25 * 1024 * 1024;

/** Undefined where it cannot be read. */
function gitHubEvent(file: string | undefined): JsonObject | undefined {
  if (!file) return undefined;
  try {
    return statSync(file).size > largestEvent ? undefined : parseJsonObject(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function textIn(value: JsonObject | undefined, ...names: readonly string[]): string | undefined {
  let at: unknown = value;
  for (const name of names) at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  return typeof at === 'string' && at !== '' ? at : undefined;
}
