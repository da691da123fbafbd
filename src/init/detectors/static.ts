import type { Detector } from '../detector.ts';
import { pagesRun, pagesStage } from '../internal/static-server.ts';

/** A script in a language that has to be translated first. */
const unbuilt = /<script\b[^>]*\ssrc=["']([^"']+\.(?:[cm]?tsx?|jsx|vue|svelte|coffee))["']/i;

/** A directory of pages, with nothing that builds them. Asked last. */
export const detector: Detector = {
  language: 'static pages',
  onlyAlone: true,
  mayBe: (names) => names.has('index.html'),
  detect(place) {
    const { directory } = place;
    const source = unbuilt.exec(place.read('index.html') ?? '');
    if (source)
      return {
        language: 'static pages',
        undecided: `${place.place('index.html', source.index)} loads ${source[1]}, which no browser runs, and what builds it is not known here.`,
        flag: undefined,
      };
    return {
      language: 'static pages',
      framework: undefined,
      context: directory,
      version: undefined,
      decisions: [
        { topic: 'language', value: 'HTML', evidence: place.place('index.html', 0) },
        { topic: 'start', value: 'nginx, port 8080', evidence: 'pages without anything that builds them' },
      ],
      questions: [],
      stages: [
        pagesStage(
          {
            kind: 'copy',
            comment: 'The pages, without what .dockerignore leaves out',
            sources: ['.'],
            destination: '/usr/share/nginx/html/',
          },
          undefined,
        ),
      ],
      run: pagesRun,
      ignore: [
        {
          comment: 'No page',
          patterns: [
            'README*',
            'LICENSE*',
            'CONTRIBUTING*',
            '**/*.md',
            '**/package*.json',
            '**/node_modules',
            '.editorconfig',
            '.nojekyll',
            'CNAME',
            'Rakefile',
            'Gemfile*',
          ],
        },
      ],
      files: [],
      variables: [],
    };
  },
};
