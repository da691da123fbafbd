import type { FlagDefinition } from './command.ts';

/** Of commands that write coloured text; `is-colored.ts` decides by it. */
export const colorFlag: FlagDefinition = {
  name: 'color',
  value: 'WHEN',
  choices: ['auto', 'always', 'never'],
  group: 'Output',
  description: 'Colour the text; NO_COLOR is honoured',
};
