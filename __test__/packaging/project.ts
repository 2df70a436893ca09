/** Throw-away projects that install the packed package as a user would. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Programs that the projects run. */
const programs = join(root, '__test__', 'packaging', 'programs')

/** What `npm pack --json` says of a tarball. */
export interface Packed {
  /** Where the tarball is. */
  readonly tarball: string
  /** Bytes of the tarball. */
  readonly size: number
  /** Bytes of its files. */
  readonly unpackedSize: number
  readonly files: readonly string[]
}

/** Packs the package in `folder` without running any of its scripts. */
export async function pack(folder: string, destination: string): Promise<Packed> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination]
  const { stdout } = await execute('npm', args, { cwd: folder })
  const parsed = JSON.parse(stdout) as PackReport[] | Record<string, PackReport>
  const report = Object.values(parsed)[0] as PackReport
  const { filename, size, unpackedSize, files } = report
  return { tarball: join(destination, filename), size, unpackedSize, files: files.map(({ path }) => path) }
}

interface PackReport {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** The addon that was built here: its file and the platform's name, as `linux-x64-gnu`; undefined without one. */
export async function builtAddon(): Promise<{ file: string; platform: string } | undefined> {
  const folder = join(root, 'dist')
  const name = (await readdir(folder)).find((file) => file.endsWith('.node'))
  const platform = name === undefined ? undefined : /^symbreak\.(.+)\.node$/.exec(name)?.[1]
  return name === undefined || platform === undefined ? undefined : { file: join(folder, name), platform }
}

/** Packs npm/<platform> with the addon that was built here, as the release does. */
export async function packPlatform(destination: string): Promise<Packed & { readonly platform: string }> {
  const addon = await builtAddon()
  if (addon === undefined) throw new Error('no addon was built')
  const folder = join(destination, addon.platform)
  await cp(join(root, 'npm', addon.platform), folder, { recursive: true })
  await cp(addon.file, join(folder, `symbreak.${addon.platform}.node`))
  return { ...(await pack(folder, destination)), platform: addon.platform }
}

/** A folder of its own below the system's temporary folder. */
export async function temporary(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'symbreak-'))
}

/** A project with the programs in it that has installed these tarballs, and nothing else, without install scripts. */
export async function install(tarballs: readonly string[]): Promise<Project> {
  const folder = await temporary()
  await cp(programs, folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  await execute('npm', ['install', ...flags, ...tarballs], { cwd: folder })
  return new Project(folder)
}

/** How a program ended. */
export interface Ending {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Project {
  constructor(readonly folder: string) {}

  /** The same project again, to be broken. */
  async copy(): Promise<Project> {
    const folder = await temporary()
    await cp(this.folder, folder, { recursive: true })
    return new Project(folder)
  }

  /** A file of this project. */
  at(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  /** Changes a text file of this project. */
  async edit(path: string, change: (text: string) => string): Promise<void> {
    await writeFile(this.at(path), change(await readFile(this.at(path), 'utf8')))
  }

  /** Runs Node on a program of this project; killed after a minute. */
  async node(args: readonly string[], env: Record<string, string> = {}): Promise<Ending> {
    const environment = { ...process.env, NODE_OPTIONS: '', ...env }
    const options = { cwd: this.folder, env: environment, timeout: 60_000, maxBuffer: 1 << 24 }
    try {
      return { code: 0, ...(await execute(process.execPath, [...args], options)) }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number | null; stdout: string; stderr: string }
      return { code, stdout, stderr }
    }
  }

  /** Runs a program that must succeed and prints JSON. */
  async json<T>(args: readonly string[], env: Record<string, string> = {}): Promise<T> {
    const { code, stdout, stderr } = await this.node(args, env)
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
    return JSON.parse(stdout) as T
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}
