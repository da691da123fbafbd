// Runs benchmarks/image/analyse.ts, bundled, with the code that V8 compiled before: the command line does the same (src/cli/load-bundle.ts).
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

const filename = path.join(__dirname, 'analyse.js');
const code = path.join(__dirname, 'analyse.code');
const script = new Script(readFileSync(filename, 'latin1'), {
  filename,
  ...(existsSync(code) && { cachedData: readFileSync(code) }),
});
script.runInThisContext()(require);
if (process.env.KEEP_CODE) process.on('exit', () => writeFileSync(code, script.createCachedData()));
