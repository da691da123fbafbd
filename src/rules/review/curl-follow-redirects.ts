import { insertWord } from '../../dockerfile/edit.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** Hosts that answer a download with a redirect. */
const redirecting =
  /^https?:\/\/(?:www\.)?(?:github\.com|sourceforge\.net|downloads\.sourceforge\.net|bitbucket\.org|go\.dev|golang\.org|get\.helm\.sh|download\.docker\.com\/latest|raw\.github\.com)\//i;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'curl does not follow the redirect of a host that redirects its downloads',
  why: 'Without -L curl stores the short answer that says where the file is, and reports success.',
  remedy: 'Pass -L to curl.',
  peers: ['parfum:curlUseFlagL', 'tally:curl-should-follow-redirects'],
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed('curl')) {
      const words = command.arguments.map(({ value }) => value);
      const url = command.arguments.find(({ value }) => redirecting.test(value));
      if (
        url === undefined ||
        words.some((word) => word === '--location' || word === '--location-trusted' || /^-[a-zA-Z#]*L/.test(word))
      )
        continue;
      if (words.some((word) => /^(?:-I|--head|-X|--request|-d|--data.*|-w|--write-out)$/.test(word))) continue;
      report({
        at: command.range,
        message: `${new URL(url.value.replace(/\$.*/, '')).host} answers downloads with a redirect, which this curl does not follow.`,
        fix: {
          title: 'Pass -L to curl',
          changes: { edits: [insertWord(dockerfile, command.nameWord.range, '-L')] },
          assumptions: [
            {
              statement:
                'The redirect itself is not what is looked at: neither its status nor its headers are printed.',
              state: 'holds',
            },
          ],
        },
      });
    }
  },
});
