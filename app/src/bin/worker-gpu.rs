//! The WebGPU worker: large, fetched only when it will be used. Checks its own arithmetic before it computes anything.

fn main() {
    app::session::host::run(app::session::host::gpu);
}
