import { ASYNC_OPTIONS, type AsyncOptions, watch } from '../async/watch.js'
import { badFile } from '../errors.js'
import { type NetworkConfig, type NetworkSpec, readNetwork } from './config.js'
import { readMetadata } from '../plan/safetensors/metadata.js'
import { jsonSeed, readOptions } from '../validate.js'
import { Network } from './network.js'
import { parametersOf } from './parameters.js'
import { readJson, readTensors, writeTensors } from './tensor-file.js'

/** Metadata key of a network's configuration. */
const CONFIG = 'symbreak.network'

/** Options of a network's `save`. */
export interface SaveOptions extends AsyncOptions {
  /** Further entries of the file's `__metadata__`. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/** Writes a network's weights, with its configuration and seed in the metadata, as one safetensors file. */
export async function saveNetwork(network: Network, path: string, options?: SaveOptions): Promise<void> {
  const record = readOptions(options, ['metadata', ...ASYNC_OPTIONS])
  const own = readMetadata(record['metadata'], ['format', CONFIG])
  const { control, finish } = watch(record, 4 * network.parameterCount, 'bytes')
  const { weights, shapes } = network
  const tensors = [...weights].map(([name, data]) => ({
    name,
    data,
    shape: shapes.get(name) ?? [data.length],
  }))
  await writeTensors(path, tensors, { ...own, [CONFIG]: JSON.stringify(network) }, control)
  finish()
}

/**
 * Reads a network that `saveNetwork` wrote.
 *
 * @throws `ERR_BAD_FILE` where the file holds no network or its weights don't fit, `ERR_IO`
 */
export async function loadNetwork(path: string, options?: AsyncOptions): Promise<Network> {
  const { tensors, shapes, metadata } = await readTensors(path, options)
  const config = readJson(path, metadata, CONFIG)
  const spec = readConfig(path, config)
  // Before anything is allocated by what the file claims.
  for (const { name, shape } of parametersOf(spec)) {
    const found = shapes.get(name)
    if (String(shape) === String(found)) continue
    const relation = found === undefined ? 'it is not there' : `it has [${String(found)}]`
    throw badFile(path, `${name} must have the shape [${String(shape)}], ${relation}`)
  }
  const network = new Network({ ...config, seed: spec.seed } as NetworkConfig)
  network.setWeights(tensors)
  return network
}

/** JSON holds 64-bit seeds as decimal strings. */
function readConfig(path: string, config: Record<string, unknown>): NetworkSpec {
  try {
    return readNetwork({ ...config, seed: jsonSeed(config['seed']) })
  } catch (error) {
    throw badFile(path, `its network cannot be built: ${(error as Error).message}`, error)
  }
}
