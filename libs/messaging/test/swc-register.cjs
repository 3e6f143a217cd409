// Lets a child process of a test run TypeScript as the tests do.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const Module = require('node:module');
const { transformSync } = require('@swc/core');

const root = join(__dirname, '../../..');
const swc = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
delete swc.jsc.paths;
delete swc.jsc.baseUrl;

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const own = /^@florin\/(.+)$/.exec(request);
  return resolve.call(this, own ? join(root, 'libs', own[1], 'src/index.ts') : request, ...rest);
};
require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    ...swc,
    swcrc: false,
    sourceMaps: 'inline',
    filename,
  });
  module._compile(code, filename);
};
