/**
 * A model of Logstash's configuration language, written from its documentation: sections, plug-ins with attributes, conditionals.
 * https://www.elastic.co/docs/reference/logstash/configuration-file-structure
 * @throws Error with the place of the first fault
 */
export function parseLogstash(text: string): void {
  let at = 0;
  const fail = (wanted: string): never => {
    throw new Error(`expected ${wanted} at character ${at}: ${JSON.stringify(text.slice(at, at + 30))}`);
  };
  const skip = (): void => {
    at += /^(?:\s+|#[^\n]*)*/.exec(text.slice(at))?.[0].length ?? 0;
  };
  const take = (pattern: RegExp): string | undefined => {
    skip();
    const match = pattern.exec(text.slice(at));
    if (match?.index !== 0) return undefined;
    at += match[0].length;
    return match[0];
  };
  const need = (pattern: RegExp, wanted: string): string => take(pattern) ?? fail(wanted);
  const bare = /^[A-Za-z0-9_-]+/;
  const quoted = /^(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/s;
  const number = /^-?[0-9]+(?:\.[0-9]*)?/;

  function value(): void {
    if (take(quoted) !== undefined) return;
    if (take(/^\[/) !== undefined) {
      if (take(/^\]/) !== undefined) return;
      do value();
      while (take(/^,/) !== undefined);
      need(/^\]/, ']');
    } else if (take(/^\{/) !== undefined) {
      while (take(/^\}/) === undefined) {
        if ((take(number) ?? take(quoted) ?? take(bare)) === undefined) fail('a name');
        need(/^=>/, '=>');
        value();
      }
    } else if (take(number) === undefined) {
      need(bare, 'a value');
      skip();
      if (text[at] === '{') pluginBody();
    }
  }

  function pluginBody(): void {
    need(/^\{/, '{');
    while (take(/^\}/) === undefined) {
      if ((take(/^[A-Za-z0-9_-]+/) ?? take(quoted)) === undefined) fail('an attribute or }');
      need(/^=>/, '=>');
      value();
    }
  }

  function operand(): void {
    if (take(/^(?:\[[^\][,]+\])+/) ?? take(quoted) ?? take(number)) return;
    if (take(/^\[/)) {
      if (!take(/^\]/)) {
        do value();
        while (take(/^,/));
        need(/^\]/, ']');
      }
      return;
    }
    need(bare, 'a field, a text or a number');
    if (take(/^\(/)) {
      operand();
      need(/^\)/, ')');
    }
  }

  function condition(): void {
    do {
      if (take(/^!\s*\(/) ?? take(/^\(/)) {
        condition();
        need(/^\)/, ')');
        continue;
      }
      take(/^!/);
      operand();
      if (take(/^(?:==|!=|<=|>=|<|>)/)) operand();
      else if (take(/^(?:=~|!~)/)) {
        if ((take(quoted) ?? take(/^\/(?:\\.|[^/\\])*\//)) === undefined) fail('a pattern');
      } else if (take(/^(?:not\s+in|in)\b/)) operand();
    } while (take(/^(?:and|or|xor|nand)\b/));
  }

  function body(): void {
    need(/^\{/, '{');
    while (take(/^\}/) === undefined) {
      if (take(/^if\b/)) {
        condition();
        body();
        while (take(/^else\s+if\b/)) {
          condition();
          body();
        }
        if (take(/^else\b/)) body();
      } else if ((take(quoted) ?? take(bare)) === undefined) fail('a plug-in, if or }');
      else pluginBody();
    }
  }

  skip();
  do {
    need(/^(?:input|filter|output)\b/, 'input, filter or output');
    body();
    skip();
  } while (at < text.length);
}
