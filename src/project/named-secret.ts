/** The cause of all findings of one Dockerfile that say of a variable what its name tells: ARG and ENV of one name are one leak. */
export function namedSecret(name: string): string {
  return `named-secret:${name}`;
}
