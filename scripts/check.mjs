import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

// Runs every `check:` script of package.json, also after one failed, so that one run tells all there is to mend.
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const names = Object.keys(scripts).filter((name) => name.startsWith('check:'));

const failed = names.filter((name) => {
  console.log(`\n== ${name}: ${scripts[name]}`);
  return spawnSync('npm', ['run', '--silent', name], { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0;
});

console.log(failed.length > 0 ? `\nFailed: ${failed.join(', ')}` : '\nAll checks passed.');
process.exitCode = failed.length > 0 ? 1 : 0;
