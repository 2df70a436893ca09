import type { NetworkConfig } from './config.js'
import { Network } from './network.js'
import { badFile, readJson, readTensors, writeTensors } from './tensor-file.js'

/** Metadata key of a network's configuration. */
const CONFIG = 'symbreak.network'

/**
 * Writes a network's weights, with its configuration and seed in the metadata, as one safetensors file.
 *
 * @param more - further entries of the metadata
 * @throws `ERR_INVALID_PATH`, `ERR_IO`
 */
export async function saveNetwork(
  network: Network,
  path: string,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { weights, shapes } = network
  const tensors = [...weights].map(([name, data]) => ({
    name,
    data,
    shape: shapes.get(name) ?? [data.length],
  }))
  await writeTensors(path, tensors, { ...more, [CONFIG]: JSON.stringify(network) })
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
