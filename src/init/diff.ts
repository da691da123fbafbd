import type { FileChange } from './files.ts';

/** The changes as a patch that `git apply` takes. Files are new, replaced as a whole, or longer than before. */
export function patchOf(changes: readonly FileChange[]): string {
  return changes
    .filter(({ action }) => action !== 'keep')
    .map(patchOfFile)
    .join('');
}

function patchOfFile({ path, text, action, before = '' }: FileChange): string {
  const head = `diff --git a/${path} b/${path}\n`;
  if (action === 'create')
    return `${head}new file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${linesOf(text).length} @@\n${marked(text, '+')}`;
  const common = action === 'append' ? linesOf(before).length : 0;
  const added = action === 'append' ? linesOf(text).slice(common).join('') : text;
  const context = action === 'append' ? linesOf(before).slice(-3) : [];
  const removed = action === 'append' ? '' : before;
  const from = action === 'append' ? common - context.length + 1 : 1;
  const counts = { old: context.length + linesOf(removed).length, new: context.length + linesOf(added).length };
  // A last line without an end becomes another one when lines follow it.
  const open = action === 'append' && before !== '' && !before.endsWith('\n');
  if (open)
    return `${head}--- a/${path}\n+++ b/${path}\n@@ -${linesOf(before).length},1 +${linesOf(before).length},${1 + linesOf(added).length} @@\n-${linesOf(before).at(-1)}\n\\ No newline at end of file\n+${linesOf(before).at(-1)}\n${marked(added, '+')}`;
  return `${head}--- a/${path}\n+++ b/${path}\n@@ -${counts.old === 0 ? 0 : from},${counts.old} +${from},${counts.new} @@\n${marked(context.join(''), ' ')}${marked(removed, '-')}${marked(added, '+')}`;
}

/** Lines with their ends. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function marked(text: string, mark: string): string {
  return linesOf(text)
    .map((line) => (line.endsWith('\n') ? `${mark}${line}` : `${mark}${line}\n\\ No newline at end of file\n`))
    .join('');
}
