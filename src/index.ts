export { Device, type BufferRequest, type LostListener, type TextureRequest } from './gpu/device.ts';
export { openDevice, type OpenDeviceOptions } from './gpu/open-device.ts';
export { engines, type Capabilities, type Engine, type EngineSpeeds } from './gpu/capabilities.ts';
export type { MemoryReport } from './gpu/memory.ts';
export * from './errors.ts';
export type { Graph, GraphNode, GraphState } from './graph/graph.ts';
export { nextStates } from './graph/states.ts';
export { withBatch } from './graph/propagate-shapes.ts';
export { validateGraph } from './graph/validate.ts';
export { loadOps } from './ops/registry.ts';
export { importTflite, type TfliteImportOptions } from './formats/tflite/index.ts';
export { readTfliteMetadata, type ModelMetadata, type TensorMetadata } from './formats/tflite/metadata.ts';
export { readSafetensors, writeSafetensors, type SafetensorsContent } from './formats/safetensors.ts';
export { createSession, Session, type SessionOptions, type RunOptions } from './runtime/session.ts';
export type { RunInput, RunInputs } from './runtime/session-inputs.ts';
export type { HostInput } from './runtime/host-io.ts';
export type { LoadProgress } from './runtime/resources.ts';
export { GpuTensor } from './runtime/gpu-tensor.ts';
export type { Layer, LayerReport, Profile } from './runtime/reports.ts';
export { runReference } from './runtime/reference.ts';
export type { DType, TensorData } from './tensor/dtype.ts';
export type { Quantization } from './tensor/quantization.ts';
export { roundings, type Rounding } from './tensor/requantize.ts';
export { elementCount, type Shape } from './tensor/shape.ts';
export { createTensor, type Tensor, type TensorType } from './tensor/tensor.ts';
export { createRandom, type Random } from './tensor/random.ts';
export type { Activation } from './ops/lib/activation.ts';
export {
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  relu,
  relu6,
  reluN1To1,
  sigmoid,
  silu,
  softmax,
  tanh,
  type GeluOptions,
  type HardSigmoidOptions,
  type SlopeOptions,
  type SoftmaxOptions,
} from './layers/activation.ts';
export {
  flatten,
  pad,
  reshape,
  transpose,
  type PadOptions,
  type ReshapeOptions,
  type TransposeOptions,
} from './layers/arrange.ts';
export { attention, batchMatmul, type AttentionOptions, type BatchMatmulOptions } from './layers/attention.ts';
export {
  add,
  concat,
  divide,
  maximum,
  minimum,
  multiply,
  subtract,
  type CombineOptions,
  type ConcatOptions,
} from './layers/combine.ts';
export {
  conv1d,
  conv2d,
  depthwiseConv2d,
  type Conv1dOptions,
  type Conv2dOptions,
  type DepthwiseConv2dOptions,
} from './layers/convolution.ts';
export { convTranspose2d, type ConvTranspose2dOptions } from './layers/transposed-convolution.ts';
export { dense, type DenseOptions } from './layers/dense.ts';
export { embedding, type EmbeddingOptions } from './layers/embedding.ts';
export { dequantizeLinear, quantizeLinear, type QuantizeLinearOptions } from './layers/linear-quantization.ts';
export { model, type GraphOptions, type ModelOptions } from './layers/model.ts';
export {
  groupNorm,
  instanceNorm,
  layerNorm,
  rmsNorm,
  type GroupNormOptions,
  type NormOptions,
} from './layers/normalization.ts';
export type { Initializer, WeightData, WeightOptions } from './layers/parameter.ts';
export {
  averagePool2d,
  globalAveragePool2d,
  globalMaxPool2d,
  maxPool2d,
  mean,
  type MeanOptions,
  type Pool2dOptions,
} from './layers/pooling.ts';
export { gru, lstm, type GruOptions, type RecurrentOptions } from './layers/recurrent.ts';
export { sequential } from './layers/sequential.ts';
export {
  input,
  type InputSource,
  type LayerCall,
  type LayerFunction,
  type LayerOptions,
  type Parameter,
  type SymbolicValue,
} from './layers/value.ts';
export type { Padding, Pair } from './layers/window.ts';
export { withWeights } from './layers/with-weights.ts';
export { calibrate, type CalibrateOptions, type Sample } from './quantize/calibrate.ts';
export { quantize, type QuantizeOptions } from './quantize/quantize.ts';
export type { Range, Ranges } from './quantize/range.ts';
export type { WeightGranularity } from './quantize/weight-quantization.ts';
export { createPreprocessor, Preprocessor, type ProcessOptions } from './runtime/preprocess.ts';
export type { PreprocessOptions } from './runtime/image-pipeline.ts';
export type { Fit } from './runtime/image-geometry.ts';
export type { ChannelOrder } from './runtime/image-programs.ts';
export type { ImageSource, PixelImage } from './runtime/image-source.ts';
export type { PixelRange } from './runtime/pixel-lookup.ts';
export { readNpy } from './formats/npy.ts';
export { readRaw } from './formats/raw.ts';
export { inspectGraph, type GraphLayer, type GraphSummary, type KernelTarget } from './runtime/inspect-graph.ts';
export {
  selfTest,
  type SelfTestFailure,
  type SelfTestFamily,
  type SelfTestOptions,
  type SelfTestReport,
} from './runtime/self-test.ts';
export { dequantizeTensor, quantizeTensor } from './tensor/quantize-tensor.ts';
