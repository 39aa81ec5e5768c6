/** A shader imports as its text: `import text from '../../shaders/matmul-int8.wgsl'`. */
declare module '*.wgsl' {
  const text: string;
  export default text;
}
