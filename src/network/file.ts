import type { NetworkConfig } from './config.js'
import { readMetadata } from '../plan/safetensors/metadata.js'
import { readOptions } from '../validate.js'
import { Network } from './network.js'
import { badFile, readJson, readTensors, writeTensors } from './tensor-file.js'

/** Metadata key of a network's configuration. */
const CONFIG = 'symbreak.network'

/** Options of a network's `save`. */
export interface SaveOptions {
  /** Further entries of the file's `__metadata__`. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/** Writes a network's weights, with its configuration and seed in the metadata, as one safetensors file. */
export async function saveNetwork(network: Network, path: string, options?: SaveOptions): Promise<void> {
  const { metadata } = readOptions(options, ['metadata'])
  const own = readMetadata(metadata, ['format', CONFIG])
  const { weights, shapes } = network
  const tensors = [...weights].map(([name, data]) => ({
    name,
    data,
    shape: shapes.get(name) ?? [data.length],
  }))
  await writeTensors(path, tensors, { ...own, [CONFIG]: JSON.stringify(network) })
}

/**
 * Reads a network that `saveNetwork` wrote.
 *
 * @throws `ERR_BAD_FILE` where the file holds no network or its weights don't fit, `ERR_IO`
 */
export async function loadNetwork(path: string): Promise<Network> {
  const { tensors, shapes, metadata } = await readTensors(path)
  const config = readJson(path, metadata, CONFIG) as unknown as NetworkConfig
  try {
    const network = new Network(withSeed(config))
    const missing = [...network.shapes.keys()].filter((name) => !tensors.has(name))
    if (missing.length > 0) throw badFile(path, `it lacks the weights ${missing.join(', ')}`)
    for (const [name, shape] of network.shapes) {
      if (String(shape) !== String(shapes.get(name)))
        throw badFile(
          path,
          `${name} must have the shape [${String(shape)}], it has [${String(shapes.get(name))}]`,
        )
    }
    network.setWeights(tensors)
    return network
  } catch (error) {
    throw badFile(path, `its network cannot be built: ${(error as Error).message}`, error)
  }
}

/** JSON holds 64-bit seeds as decimal strings. */
function withSeed(config: NetworkConfig): NetworkConfig {
  return { ...config, seed: BigInt(config.seed ?? '') }
}
