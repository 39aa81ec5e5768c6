import { defineConfig } from 'oxlint';

/**
 * The folders of src/ in the order of ARCHITECTURE.md: each imports only from rows above its own. What shares a row
 * does not import each other.
 */
const ROWS = [
  ['errors.ts'],
  ['tensor'],
  ['gpu'],
  ['ops'],
  ['graph'],
  ['layers', 'formats', 'runtime'],
  ['prune', 'quantize'],
  ['train'],
  ['index.ts'],
  ['node'],
  ['cli'],
];

/** What only Node has; the rest of the library also runs in a browser. */
const NODE_FOLDERS = ['node', 'cli'];

const NODE_ONLY = {
  regex: '^(node:|webgpu$|sharp$|commander$|picocolors$|cli-)',
  message: 'Only src/node and src/cli may use what a browser does not have.',
};

const NODE_GLOBALS = ['process', 'Buffer', 'global', 'require', '__dirname', '__filename', 'setImmediate'];

/** @param {string} text */
const escapeRegex = (text) => text.replaceAll('.', '\\.');

/** @param {string} name @param {number} row */
function forbiddenFor(name, row) {
  // The commands are thin: what they need belongs in the public API.
  if (name === 'cli') return ROWS.flat().filter((other) => !['index.ts', 'node', 'cli'].includes(other));
  return ROWS.slice(row)
    .flat()
    .filter((other) => other !== name);
}

/**
 * @param {string} files
 * @param {{ regex: string, message: string }[]} patterns
 * @returns {import('oxlint').OxlintOverride}
 */
function restrictImports(files, patterns) {
  return { files: [files], rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

/** One override per folder and depth, because the same target is `../gpu/` from one depth and `../../gpu/` from the next. */
const importRules = ROWS.flatMap((names, row) =>
  names.flatMap((name) => {
    const isFile = name.endsWith('.ts');
    return [0, 1, 2, 3]
      .filter((depth) => (depth === 0) === isFile)
      .map((depth) => {
        const up = depth === 0 ? './' : '../'.repeat(depth);
        const forbidden = forbiddenFor(name, row);
        const patterns = [
          {
            regex: `^${escapeRegex(up)}(${forbidden.map(escapeRegex).join('|')})(/|$)`,
            message: `src/${name} may import only from what stands above it in the tree of ARCHITECTURE.md.`,
          },
        ];
        if (!NODE_FOLDERS.includes(name)) patterns.push(NODE_ONLY);
        return restrictImports(isFile ? `src/${name}` : `src/${name}/${'*/'.repeat(depth - 1)}*.ts`, patterns);
      });
  }),
);

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  categories: { correctness: 'error' },
  env: { browser: true, es2024: true },
  ignorePatterns: ['dist', 'build', 'docs', 'bench/peers'],
  rules: {
    eqeqeq: 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'import/no-cycle': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    // Arrays of a given length are the bread of numeric code.
    'unicorn/no-new-array': 'off',
    // What a test can expect may depend on the device.
    'vitest/no-conditional-expect': 'off',
    // Vitest's expect takes a message for the failure.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    // Ops and the like are plain objects of functions, which use no `this`.
    'typescript/unbound-method': 'off',
    // A kernel's or a property's test is often a call of a shared helper that asserts.
    'vitest/expect-expect': 'off',
  },
  overrides: [
    {
      files: ['src/**/*.ts'],
      rules: { 'no-console': 'error', 'no-restricted-globals': ['error', ...NODE_GLOBALS] },
    },
    {
      files: NODE_FOLDERS.map((folder) => `src/${folder}/**/*.ts`),
      rules: { 'no-console': 'off', 'no-restricted-globals': 'off' },
    },
    ...importRules,
    restrictImports('demos/**/*.ts', [
      { regex: '(^|/)src/', message: "A demo imports the public API: 'quadot' or 'quadot/node'." },
    ]),
  ],
});
