import { errorCode, exitCodes, UserError } from '../core/errors.ts';
import { isJsonObject, jsonObjectOf, parseJsonObject } from '../core/json-object.ts';
import { printable } from '../core/printable.ts';

/** What went wrong between here and an API server, for who acts on it. */
export type ClusterFault =
  | 'unreachable'
  | 'certificate'
  | 'credentials'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'invalid'
  | 'throttled'
  | 'server'
  | 'timeout';

/** What was asked of the API server, as RBAC names it. */
export interface AskedOf {
  /** `list`, `patch` … */
  readonly verb: string;
  /** '' for the core group. */
  readonly group: string;
  /** With the subresource: `pods`, `pods/log`; a path for what is no resource. */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

interface ClusterErrorDetails {
  readonly fault: ClusterFault;
  readonly server: string;
  readonly remedy?: string;
  readonly status?: number;
  /** `Conflict`, `Expired` …: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
  /** What an expired list can go on with, as the server said. */
  readonly continueToken?: string;
  readonly cause?: unknown;
}

/** A cluster that could not be asked, or refused. Ends a command with exit code 3. */
export class ClusterError extends UserError {
  readonly fault: ClusterFault;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly continueToken: string | undefined;

  constructor(message: string, details: ClusterErrorDetails) {
    const { fault, server, remedy, cause } = details;
    super(message, { where: server, ...(remedy !== undefined && { remedy }), exitCode: exitCodes.system, cause });
    this.fault = fault;
    this.status = details.status;
    this.reason = details.reason;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.continueToken = details.continueToken;
  }
}

/** The rule of a Role or ClusterRole that allows what was asked, in YAML's flow form, on one line. */
export function allowingRule({ verb, group, resource }: AskedOf): string {
  if (resource.startsWith('/')) return `{nonResourceURLs: [${JSON.stringify(resource)}], verbs: [${verb}]}`;
  return `{apiGroups: [${JSON.stringify(group)}], resources: [${JSON.stringify(resource)}], verbs: [${verb}]}`;
}

/** An answer that is no success as an error; `body` is the Status object that API servers send, or anything. */
export function answerError(
  answer: { readonly status: number; readonly retryAfter: string | undefined; readonly body: string },
  asked: AskedOf,
  server: string,
): ClusterError {
  const { status } = answer;
  const told = parseJsonObject(answer.body) ?? {};
  const message = printable(typeof told.message === 'string' ? told.message : answer.body).slice(0, 500);
  const reason = typeof told.reason === 'string' ? told.reason : undefined;
  const details = { server, status, ...(reason !== undefined && { reason }) };
  const what = described(asked);
  const said = message === '' ? '' : `: ${message}`;
  if (status === 401)
    return new ClusterError('the API server does not accept the credentials (401): they are wrong or have expired', {
      ...details,
      fault: 'unauthorized',
      remedy: 'Sign in again, or renew the token or certificate that the kubeconfig names.',
    });
  if (status === 403)
    return new ClusterError(`the account may not ${what} (403)${said}`, {
      ...details,
      fault: 'forbidden',
      remedy: `A ${asked.namespace === undefined ? 'ClusterRole' : 'Role or ClusterRole'} that is bound to it needs this rule: ${allowingRule(asked)}`,
    });
  if (status === 404)
    return new ClusterError(`there is nothing to ${what} (404)${said}`, { ...details, fault: 'not-found' });
  if (status === 409)
    return new ClusterError(`could not ${what}: it has changed (409)${said}`, { ...details, fault: 'conflict' });
  if (status === 410)
    return new ClusterError(`could not ${what}: too old (410)${said}`, {
      ...details,
      ...continued(told),
      fault: 'gone',
    });
  if (status === 429) {
    const seconds = retryAfterSeconds(answer.retryAfter) ?? detailedRetry(told);
    const wait = seconds === undefined ? '' : ` and asks to wait ${seconds} s`;
    return new ClusterError(`the API server has too much to do (429)${wait}${said}`, {
      ...details,
      fault: 'throttled',
      ...(seconds !== undefined && { retryAfterSeconds: seconds }),
      remedy: 'Try again later, or ask for fewer namespaces.',
    });
  }
  if (status >= 500) {
    const seconds = retryAfterSeconds(answer.retryAfter);
    return new ClusterError(`the API server failed to ${what} (${status})${said}`, {
      ...details,
      fault: 'server',
      ...(seconds !== undefined && { retryAfterSeconds: seconds }),
      remedy: 'Look at the state of the control plane: kubectl get --raw /readyz?verbose',
    });
  }
  return new ClusterError(`the API server refused to ${what} (${status})${said}`, { ...details, fault: 'invalid' });
}

function described({ verb, group, resource, namespace, name }: AskedOf): string {
  const kind = group === '' ? resource : `${resource} of ${group}`;
  const one = name === undefined ? kind : `${kind} ${JSON.stringify(name)}`;
  return `${verb} ${one}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}

function retryAfterSeconds(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,6}$/.test(header.trim())) return undefined;
  return Number(header);
}

function detailedRetry(status: Readonly<Record<string, unknown>>): number | undefined {
  const { retryAfterSeconds: seconds } = jsonObjectOf(status.details);
  return typeof seconds === 'number' && seconds > 0 ? seconds : undefined;
}

function continued(status: Readonly<Record<string, unknown>>): { continueToken?: string } {
  const token = isJsonObject(status.metadata) ? status.metadata.continue : undefined;
  return typeof token === 'string' && token !== '' ? { continueToken: token } : {};
}

/** OpenSSL's and Node.js' own names of what can be wrong with a certificate. */
const certificateCodes =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|EPROTO$)/;

/** What the connection threw as an error that says what to do. */
export function connectionError(error: unknown, server: string): ClusterError {
  if (error instanceof ClusterError) return error;
  const code = errorCode(error) ?? '';
  const told = printable(error instanceof Error && error.message !== '' ? error.message : code).slice(0, 300);
  if (certificateCodes.test(code))
    return new ClusterError(`the API server cannot be trusted, or does not trust the client's certificate: ${told}`, {
      fault: 'certificate',
      server,
      remedy: 'Look at the certificate-authority, server and client certificate of the kubeconfig.',
      cause: error,
    });
  return new ClusterError(`the API server cannot be reached: ${told}`, {
    fault: 'unreachable',
    server,
    remedy: 'Look whether the address is right and the cluster is up, or name another one: --context, --kubeconfig.',
    cause: error,
  });
}
