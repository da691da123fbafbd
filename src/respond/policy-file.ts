import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { UserError } from '../core/errors.ts';
import { readPolicy } from '../kubernetes/response/read-policy.ts';
import type { ResponsePolicy } from '../kubernetes/response/response-policy.ts';

/** The policy that is in force: the last one of its file without a mistake. */
export interface PolicyFile {
  policy(): ResponsePolicy;
  /** Looks whether the file has changed. */
  look(): void;
}

/**
 * @param check throws a UserError for a policy that cannot be in force here
 * @param told is told of each new policy, and of each mistake for which the old one stays in force
 * @throws UserError where the first one has a mistake: nothing could be in force then
 */
export function policyFile(
  path: string,
  check: (policy: ResponsePolicy) => void,
  told: (loaded: boolean, message: string) => void,
): PolicyFile {
  let text = readText(path);
  let policy = readPolicy(path, text);
  check(policy);
  let complaint = '';
  told(true, `the policy is in force: ${summaryOf(policy, text)}`);
  return {
    policy: () => policy,
    look() {
      try {
        const read = readText(path);
        if (read === text) {
          if (complaint !== '') told(true, 'the policy file is again as the policy that is in force');
          complaint = '';
          return;
        }
        const next = readPolicy(path, read);
        check(next);
        policy = next;
        text = read;
        complaint = '';
        told(true, `a new policy is in force: ${summaryOf(policy, text)}`);
      } catch (error) {
        const message = error instanceof UserError ? `${error.where ?? path}: ${error.message}` : String(error);
        if (message !== complaint) told(false, `${message}; the old policy stays in force`);
        complaint = message;
      }
    },
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError('the policy cannot be read', { where: path, cause });
  }
}

function summaryOf(policy: ResponsePolicy, text: string): string {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${policy.rules.length} ${policy.rules.length === 1 ? 'rule' : 'rules'}, ${digest}`;
}
