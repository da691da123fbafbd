import { csvFields } from './csv-fields.ts';
import { parseGoBoolean } from './go-number.ts';
import { flagText, flagTexts, type Statement } from './statement.ts';

/** What BuildKit refuses of RUN's flags before any variable is expanded, as a sentence. */
export function runFlagFault(statement: Statement): string | undefined {
  for (const device of flagTexts(statement, 'device')) {
    const fault = deviceFault(device);
    if (fault !== undefined) return fault;
  }
  for (const mount of flagTexts(statement, 'mount')) {
    const fields = csvFields(mount);
    if (fields === undefined) return '--mount wants key=value pairs with commas between them, without stray quotes.';
    if (fields.some(takesStageFromVariable))
      return '--mount cannot take from= from a variable; give the image a stage of its own with FROM.';
  }
  const network = flagText(statement, 'network');
  if (hasFlag(statement, 'network') && !['default', 'none', 'host'].includes(network))
    return `--network=${network} does not exist; there are default, none and host.`;
  const security = flagText(statement, 'security');
  if (hasFlag(statement, 'security') && !['insecure', 'sandbox'].includes(security))
    return `--security=${security} does not exist; there are sandbox and insecure.`;
  return undefined;
}

function hasFlag(statement: Statement, name: string): boolean {
  return flagTexts(statement, name).length > 0;
}

function takesStageFromVariable(field: string): boolean {
  const [key = '', value = ''] = splitField(field);
  const dollar = value.indexOf('$');
  return key.toLowerCase() === 'from' && dollar !== -1 && dollar !== value.length - 1;
}

/** Key and value of a field; the value is undefined for a key alone. */
export function splitField(field: string): readonly [string, string | undefined] {
  const sign = field.indexOf('=');
  return sign === -1 ? [field, undefined] : [field.slice(0, sign), field.slice(sign + 1)];
}

function deviceFault(device: string): string | undefined {
  const fields = csvFields(device);
  if (fields === undefined) return '--device wants key=value pairs with commas between them, without stray quotes.';
  let named = false;
  for (const field of fields) {
    const [key, value] = splitField(field);
    const name = key.toLowerCase();
    if (name === 'required') {
      if (value !== undefined && parseGoBoolean(value) === undefined)
        return '--device: required must be true or false.';
    } else if (name === 'name' && value !== undefined) {
      if (named) return '--device names its device twice.';
      named = value !== '';
    } else if (named) return `--device does not know '${field}'.`;
    else named = field !== '';
  }
  return undefined;
}
