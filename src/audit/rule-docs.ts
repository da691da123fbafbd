/** Where a rule's page is published: docs/rules/ of the project's repository. */
const docsAddress = 'https://github.com/plimsoll-dev/plimsoll/blob/main/docs/rules';

export function ruleDocs(id: string): string {
  return `${docsAddress}/${id}.md`;
}
