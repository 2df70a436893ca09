export { fromArrow, toArrow, type Arrow, type ArrowLists, type ArrowRows } from './arrow.js'
export { toOnnx, type OnnxArray, type OnnxRuntime } from './onnx.js'
