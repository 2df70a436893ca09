//! Passes what the addon needs to the linker.

fn main() {
    napi_build::setup();
}
