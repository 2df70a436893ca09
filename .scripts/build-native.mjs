/**
 * `npm run build:native [-- napi flags]`: builds the addon and its types into src/engine/native.
 * Flags are napi's, as `--target aarch64-unknown-linux-musl --cross-compile`.
 */
import { bin, must } from './lib/shell.mjs'

const where = '--manifest-path crates/node/Cargo.toml --package symbreak-node --output-dir src/engine/native'
const how = '--platform --release --no-const-enum --no-js --dts binding.d.cts'

must(bin('napi'), ['build', ...`${how} ${where}`.split(' '), ...process.argv.slice(2), '--', '--locked'])
