import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// Every check runs even when an earlier one failed, so that one run tells all there is to mend.
const CHECKS = {
  'types of src': 'tsc -p src',
  'types of the rest': 'tsc',
  lint: 'oxlint -c oxlint.config.mjs',
  format: 'oxfmt --check',
  'op registry': 'node scripts/registry.mjs --check',
  'unused code': 'knip',
  build: 'npm run build --silent',
  package: 'publint --strict',
  'package types': 'attw --pack . --profile esm-only',
  'bundle size': 'size-limit',
};

const failed = [];
for (const [name, command] of Object.entries(CHECKS)) {
  if (name === 'op registry' && !existsSync('scripts/registry.mjs')) continue;
  console.log(`\n== ${name}: ${command}`);
  const { status } = spawnSync(command, { shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) failed.push(name);
}

console.log(failed.length > 0 ? `\nFailed: ${failed.join(', ')}` : '\nAll checks passed.');
process.exitCode = failed.length > 0 ? 1 : 0;
