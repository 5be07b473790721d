// Runs examples at the same time and prints the outcome of each, one JSON object per line.
//
// Usage: node run_examples.js SECONDS NAME...
//
// An example that has not ended after SECONDS is reported as an error.
'use strict';

const { writeSync } = require('node:fs');

const [seconds, ...names] = process.argv.slice(2);
const running = new Set(names);

function end(result) {
  running.delete(result.name);
  writeSync(1, JSON.stringify(result) + '\n');
  if (running.size === 0) process.exit();
}

setTimeout(() => {
  for (const name of [...running]) end({ name, error: 'did not end' });
}, seconds * 1000);

for (const name of names) {
  require(`./${name}.js`)().then(
    (outcome) => end({ name, outcome }),
    (error) => end({ name, error: error.stack ?? String(error) }),
  );
}
