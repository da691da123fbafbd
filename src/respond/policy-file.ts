import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { UserError } from '../core/errors.ts';
import { longestPolicy } from '../kubernetes/response/policy-value.ts';
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
  let text = readPolicyFile(path);
  let policy = readPolicy(path, text);
  check(policy);
  let complaint = '';
  told(true, `the policy is in force: ${summaryOf(policy, text)}`);
  return {
    policy: () => policy,
    look() {
      try {
        const read = readPolicyFile(path);
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

/**
 * The text of a policy's file, of which no more is read than a policy may have: a path may lead to a device.
 * @throws UserError where it cannot be read or is too long
 */
export function readPolicyFile(path: string): string {
  // A character has at most four bytes.
  const buffer = Buffer.alloc(longestPolicy * 4 + 1);
  let size = 0;
  try {
    const file = openSync(path, 'r');
    try {
      for (let count = -1; count !== 0 && size < buffer.length; size += count)
        count = readSync(file, buffer, size, buffer.length - size, null);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new UserError('the policy cannot be read', { where: path, cause });
  }
  if (size === buffer.length) throw new UserError(`a policy has at most ${longestPolicy / 1024} KiB`, { where: path });
  return buffer.toString('utf8', 0, size);
}

function summaryOf(policy: ResponsePolicy, text: string): string {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${policy.rules.length} ${policy.rules.length === 1 ? 'rule' : 'rules'}, ${digest}`;
}
