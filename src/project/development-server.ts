import type { ShellCommand } from '../dockerfile/shell.ts';
import { rebuilders } from './rebuilds-on-change.ts';

/** Programs and options that start a server for developers. */
const servers: readonly { readonly program: RegExp; readonly argument?: RegExp; readonly what: string }[] = [
  { program: /^nodemon$/, what: 'nodemon' },
  { program: /^flask$/, argument: /^--debug$/, what: 'Flask with its debugger' },
  {
    program: /^(?:uvicorn|hypercorn|gunicorn)$/,
    argument: /^--reload$/,
    what: 'a server that reloads when a source changes',
  },
  {
    program: /^(?:python[\d.]*|manage\.py|django-admin)$/,
    argument: /^runserver$/,
    what: "Django's development server",
  },
  { program: /^php$/, argument: /^(?:artisan|bin\/console)$/, what: "PHP's built-in server" },
  { program: rebuilders, what: 'a program that rebuilds when a source changes' },
  { program: /^dotnet$/, argument: /^watch$/, what: 'dotnet watch' },
  { program: /^cargo$/, argument: /^watch$/, what: 'cargo watch' },
  { program: /^react-scripts$/, argument: /^start$/, what: "Create React App's development server" },
  { program: /^vue-cli-service$/, argument: /^serve$/, what: "Vue CLI's development server" },
  { program: /^ng$/, argument: /^s(?:erve)?$/, what: "Angular's development server" },
  { program: /^(?:next|nuxt|nuxi|astro|remix)$/, argument: /^dev$/, what: 'a development server' },
  { program: /^gatsby$/, argument: /^develop$/, what: "Gatsby's development server" },
  { program: /^webpack$/, argument: /^serve$/, what: "webpack's development server" },
  { program: /^(?:webpack-dev-server|ts-node-dev|tsnd)$/, what: 'a development server' },
  { program: /^nest$/, argument: /^--watch$/, what: 'a program that rebuilds when a source changes' },
];

/** Vite without a word, or with `dev` or `serve`, serves the sources; `vite preview` and `vite --mode staging build` do not. */
const otherVite = /^(?:build|preview|optimize)$/;

/** What makes a condition and is no command, or a group behind one. */
const condition = /\[\[|(?<!\$)\(\(|\|\|\s*[({]/;

/** Without those of which a condition decides whether they run: an `if`, a test, and all of a list with `||`. */
export function certainCommands(commands: readonly ShellCommand[], text: string): readonly ShellCommand[] {
  if (condition.test(text)) return [];
  const chosen = new Set(
    commands.flatMap(({ name, list, place }) => (place.after === '||' || /^(?:\[|test)$/.test(name) ? list : [])),
  );
  const unsure = new Set(['branch', 'condition', ...(chosen.size > 0 ? ['group', 'subshell', 'nested-shell'] : [])]);
  return commands.filter(({ list, place }) => !chosen.has(list) && !place.inside.some((each) => unsure.has(each)));
}

/** Start the program that their first word names which is neither an option nor a variable. */
const starters = /^(?:npx|pnpx|bunx|cross-env|dotenv|dotenvx|env-cmd)$/;
/** Those that read a file of variables before, named by an option. */
const loaders = /^(?:dotenv|dotenvx|env-cmd)$/;
/** Options of those, and of package managers, behind which no value of theirs stands. */
export const alone = /=|^-[dqsy]$|^--(?:yes|quiet|silent|verbose|if-present|bun|no(?:-[\w-]+)?)$/;

/** What serves developers, by a command's name and words: `Django's development server`. Undefined for anything else. */
export function developmentServer(command: {
  readonly name: string;
  readonly arguments: readonly { readonly value: string }[];
}): string | undefined {
  const all = command.arguments.map(({ value }) => value);
  // `dotenv -e .env -- vite`: what is behind it is the command alone.
  const words = loaders.test(command.name) ? all.slice(all.indexOf('--') + 1) : all;
  const wrapped = starters.test(command.name) ? words.findIndex((word) => !/^-|^\w+=/.test(word)) : -1;
  // The word may be an option's value: `npx -p vite node server.js`.
  if (!words.slice(0, Math.max(wrapped, 0)).every((word) => alone.test(word))) return undefined;
  const name = wrapped === -1 ? command.name : (words[wrapped] ?? '').replace(/(?!^)@.*$/, '');
  const own = words.slice(wrapped + 1);
  if (name === 'vite' && !own.some((word) => otherVite.test(word))) return "Vite's development server";
  return servers.find(
    ({ program, argument }) =>
      program.test(name) &&
      (argument === undefined || own.some((word, at) => argument.test(word) && !isValue(own, at))) &&
      (name !== 'php' || own.some((word) => /^(?:serve|server:(?:run|start))$/.test(word))),
  )?.what;
}

/** It may belong to the option before it: `webpack --config serve`. */
function isValue(words: readonly string[], at: number): boolean {
  return !words[at]?.startsWith('-') && /^-[^=]*$/.test(words[at - 1] ?? '');
}
