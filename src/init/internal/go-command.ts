import type { Place } from '../detector.ts';
import { placeIn } from '../repository.ts';

/** Words that programs of several commands are told to serve with, the plainest first. */
const serving = ['serve', 'server', 'web', 'daemon'] as const;

/**
 * `switch os.Args[1] { case "server":`, `&cobra.Command{ Use: "serve"`, `&cli.Command{ Name: "web"`, and as go-flags and Kong read it from
 * a structure: ``ServerCmd Server `command:"server"` ``, ``Serve ServeCmd `cmd:""` ``.
 */
function declared(word: string): readonly RegExp[] {
  return [
    new RegExp(`^\\tcase "${word}":`, 'm'),
    new RegExp(`\\bcobra\\.Command\\{\\s{0,40}Use:\\s{0,9}"${word}[ "]`),
    new RegExp(`\\bcli\\.Command\\{\\s{0,40}Name:\\s{0,9}"${word}"`),
    new RegExp(`\`[^\`\\n]{0,200}\\bcommand:"${word}"`),
    new RegExp(`^\\t${word[0]?.toUpperCase()}${word.slice(1)}[ \\t]+[\\w.{}]+[ \\t]+\`[^\`\\n]{0,200}\\bcmd:"`, 'm'),
  ];
}

/** Whether the program does something when it is told nothing: then it is not known what its commands are to it. */
const doesByDefault = [
  /\bcli\.App\{[^}]{0,800}?\bAction:|\bapp\.Action\s*=/,
  /\.SubcommandsOptional\s*=\s*true\b|`[^`\n]{0,200}\bsubcommands-optional:|`[^`\n]{0,200}\bcmd:"[^`\n]{0,200}\bdefault:"/,
  /\bcobra\.Command\{\s{0,40}Use:\s{0,9}"(?!serve\b|server\b|web\b|daemon\b)[\w-]{1,60}",(?:(?!cobra\.Command)[\s\S]){0,600}?\bRunE?:[^\n]{0,200}(?:Serve|Listen|run\w*\b)/i,
];

/** The command that makes a program serve which, told nothing, prints its help; undefined where there is none, or several. */
export function servingCommand(place: Place): { readonly word: string; readonly evidence: string } | undefined {
  const sources = place.sources();
  if (sources.some(({ text }) => doesByDefault.some((pattern) => pattern.test(text)))) return undefined;
  // Without a word of the command line a switch is over something else.
  const usable = sources.filter(({ text }) =>
    /\bos\.Args\b|\bflag\.Args?\(|\bcobra\.Command\{|\bcli\.Command\{|"github\.com\/(?:jessevdk\/go-flags|umputun\/go-flags|alecthomas\/kong)"/.test(
      text,
    ),
  );
  const found = serving.flatMap((word) => {
    for (const { path, text } of usable)
      for (const pattern of declared(word)) {
        const at = text.search(pattern);
        if (at !== -1) return [{ word, evidence: placeIn(path, text, at) }];
      }
    return [];
  });
  return found.length === 1 ? found[0] : undefined;
}
