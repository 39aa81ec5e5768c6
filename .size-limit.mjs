/** What comes when a model, an option or a call needs it, and what only the layer builder would need at once. */
const onDemand = /^\.\/(more|halves|profile|session-layers|dense-input|stated-types)-[^/]*\.js$/;

/**
 * Leaves those chunks out, as a bundler does that splits: the package says that its modules have no effects by themselves,
 * so an import of which nothing is used goes, too. One that is left would load the chunk with the page, uncounted.
 * @type {import('esbuild').Plugin}
 */
const onDemandPlugin = {
  name: 'on-demand',
  setup(build) {
    build.onResolve({ filter: onDemand }, ({ path }) => ({ path, external: true, sideEffects: false }));
    build.onEnd(({ metafile }) => {
      const imports = Object.values(metafile?.outputs ?? {}).flatMap((output) => output.imports);
      const isLeftOut = imports.some(({ path, kind }) => onDemand.test(path) && kind === 'dynamic-import');
      if (!isLeftOut) return { errors: [{ text: 'No chunk is loaded on demand. Have the names of chunks changed?' }] };
      const early = imports.filter(({ path, kind }) => onDemand.test(path) && kind !== 'dynamic-import');
      return { errors: early.map(({ path }) => ({ text: `${path} is loaded with the page, not on demand.` })) };
    });
  },
};

export default [
  {
    name: 'a page that runs a TensorFlow Lite model, gzip',
    path: 'dist/index.js',
    import: '{ openDevice, importTflite, createSession, createPreprocessor }',
    limit: '100 kB',
    gzip: true,
    modifyEsbuildConfig: (config) => ({ ...config, format: 'esm', plugins: [onDemandPlugin] }),
  },
];
