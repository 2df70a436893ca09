import { pipeline } from 'node:stream/promises'
import { type Command, Option } from 'commander'
import {
  planFromFile,
  type Plan,
  planTable,
  PRESET_NAMES,
  type PlanFromFileOptions,
  systemInfo,
  type WriteReport,
} from '../../index.js'
import { readJsonFile } from '../../plan/weight-index.js'
import { shareOfEnvironment } from '../../runner/share.js'
import { interruptible, UsageError } from '../exit.js'
import { list, seed, share, wholeNumber } from '../options.js'
import { formatBytes, formatSeconds, note, printJson, printTable, print } from '../output.js'
import { meter } from '../progress.js'

interface InitOptions {
  output?: string
  rules?: string
  preset?: string
  seed?: bigint
  dtype?: 'F32' | 'F16' | 'BF16' | 'F64'
  exclude: string[]
  maxShardSize?: string
  shard?: { index: number; count: number }
  shards?: number
  threads?: number
  dryRun?: boolean
  json?: boolean
}

/** `symbreak init`: makes a checkpoint from a plan, or from the names and shapes of another checkpoint. */
export function addInit(program: Command): void {
  program
    .command('init')
    .description('make a whole checkpoint: every tensor of a plan, drawn from one seed')
    .argument('<source>', 'a plan or list of tensors (.json), or a checkpoint to take names and shapes from')
    .option('-o, --output <file>', 'the .safetensors file to write; - for standard output')
    .option(
      '--rules <file>',
      'JSON list of { "match": glob, "init": initializer }, tried before the plan’s own',
    )
    .addOption(new Option('--preset <name>', 'what a code base gives each tensor').choices(PRESET_NAMES))
    .option('--seed <n>', 'of every tensor (default: the plan’s own, else 0)', seed)
    .addOption(new Option('--dtype <type>', 'of every tensor').choices(['F32', 'F16', 'BF16', 'F64']))
    .addOption(new Option('--exclude <globs>', 'tensors to leave out').argParser(list).default([], 'none'))
    .option('--max-shard-size <size>', 'most bytes of values a file holds, such as 5GB')
    .option(
      '--shard <i/N>',
      'write only the files whose number modulo N is i (default: what a batch system says)',
      share,
    )
    .option(
      '--shards <N>',
      'number of processes, where a batch system tells each its number alone',
      wholeNumber(1),
    )
    .option('--threads <n>', 'upper bound on threads', wholeNumber(1))
    .option('--dry-run', 'show what would be made, and make nothing')
    .option('--json', 'print one JSON document')
    .action((source: string, options: InitOptions) => init(source, options))
}

async function init(source: string, options: InitOptions): Promise<void> {
  const plan = await planFromFile(source, await planOptions(options))
  const files = shards(options)
  if (options.dryRun) return dryRun(plan, options, files)
  if (options.output === undefined) throw new UsageError('init needs -o FILE (or --dry-run)')
  const bar = meter(true)
  const threads = options.threads === undefined ? {} : { threads: options.threads }
  try {
    await interruptible(async (signal) => {
      const watched = { ...threads, signal, onProgress: bar.report }
      if (options.output === '-') return pipeline(plan.bytes(watched), process.stdout, { end: false })
      const report = await plan.write(options.output as string, { ...watched, ...files })
      bar.stop()
      show(report, plan, options)
    })
  } catch (error) {
    // A note below the bar would be drawn over.
    bar.stop()
    if (options.output !== '-' && (error as { code?: unknown }).code === 'ERR_ABORTED') {
      note('nothing half-written is left under the final name; run the same command again to go on')
    }
    throw error
  } finally {
    bar.stop()
  }
}

async function planOptions(options: InitOptions): Promise<PlanFromFileOptions> {
  const { rules, preset, dtype, exclude } = options
  return {
    exclude,
    ...(rules !== undefined && { rules: rulesOf(await readJsonFile(rules)) }),
    ...(preset !== undefined && { preset }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(dtype !== undefined && { dtype }),
  }
}

/** A list of rules, or a plan that has one. */
function rulesOf(document: unknown): PlanFromFileOptions['rules'] {
  const { rules = document } = Object(document) as { rules?: unknown }
  return rules as PlanFromFileOptions['rules']
}

interface Files {
  maxShardSize?: string
  shard?: InitOptions['shard']
}

/** Which files this process writes: what the command line says, else what a batch system says. */
function shards({ maxShardSize, shard, shards: count, output }: InitOptions): Files {
  const isShared = shard !== undefined || count !== undefined
  if (output === '-' && (maxShardSize !== undefined || isShared))
    throw new UsageError('-o - is one file: leave out --max-shard-size, --shard and --shards')
  if (maxShardSize === undefined) {
    if (isShared) throw new UsageError('--shard and --shards need --max-shard-size')
    if (output !== '-' && isOneOfMany())
      note('each process of this batch writes the whole: --max-shard-size would divide it')
    return {}
  }
  if (shard !== undefined && count !== undefined && shard.count !== count)
    throw new UsageError(`--shard ${shard.index}/${shard.count} and --shards ${count} contradict each other`)
  const mine = shard ?? shareOfEnvironment(process.env, count)
  if (mine === undefined && count !== undefined)
    throw new UsageError('--shards needs a batch system that tells this process its number: use --shard i/N')
  return { maxShardSize, ...(mine && { shard: mine }) }
}

/** Whether a batch system has started this process among others. */
function isOneOfMany(): boolean {
  try {
    return (shareOfEnvironment(process.env)?.count ?? 1) > 1
  } catch {
    // There is a batch system, which does not tell how many they are.
    return true
  }
}

function show(report: WriteReport, plan: Plan, options: InitOptions): void {
  if (options.json) return printJson(report)
  const { bytes, elapsedMs, files } = report
  const tensors = files.reduce((sum, file) => sum + file.tensors, 0)
  const made = files.some((file) => file.skipped) || tensors < plan.tensors.length ? undefined : plan.size
  const rate = made === undefined ? '' : `: ${((made / elapsedMs) * 1e3).toExponential(2)} weights/s`
  print(
    `${tensors} of ${plan.tensors.length} tensors, ${plan.size} weights in all, ${formatBytes(bytes)} in ${formatSeconds(elapsedMs)}${rate}`,
  )
  for (const file of files) print(`${file.skipped ? 'kept' : 'wrote'} ${file.path}`)
  if (report.indexPath !== undefined) print(`wrote ${report.indexPath}`)
  const { engine, kernel } = systemInfo()
  note(`engine ${engine}, kernel ${kernel}`)
}

function dryRun(plan: Plan, options: InitOptions, { maxShardSize, shard }: Files): void {
  const { output = 'model.safetensors' } = options
  const rows = planTable(plan, output, {
    ...(maxShardSize !== undefined && { maxShardSize }),
    shards: shard?.count ?? 1,
  })
  if (options.json)
    return printJson({ rows, tensors: rows.length, weights: plan.size, bytes: plan.byteLength })
  printTable(
    ['tensor', 'shape', 'dtype', 'law', 'fan in', 'fan out', 'std', 'bytes', 'owner', 'file'],
    rows.map((row) => [
      row.name,
      `[${row.shape.join(', ')}]`,
      row.dtype,
      row.distribution,
      row.fanIn ?? '-',
      row.fanOut ?? '-',
      row.stddev.toPrecision(4),
      row.bytes,
      row.owner,
      row.file,
    ]),
  )
  note(`${rows.length} tensors, ${plan.size} weights, ${formatBytes(plan.byteLength)}`)
}
