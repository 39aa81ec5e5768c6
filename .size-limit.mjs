export default [
  {
    name: 'a page that runs a TensorFlow Lite model, gzip',
    path: 'dist/index.js',
    import: '{ openDevice, importTflite, createSession, createPreprocessor }',
    limit: '100 kB',
    gzip: true,
    // What comes when a model or an option needs it, and what only the layer builder would need at once.
    modifyEsbuildConfig: (config) => ({
      ...config,
      external: [...(config.external ?? []), './more-*.js', './halves-*.js'],
    }),
  },
];
