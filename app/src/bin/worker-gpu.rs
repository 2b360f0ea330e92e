//! The WebGPU worker: large, fetched only when it will be used. Checks its own arithmetic before it computes anything.

use app::work;

app::each_lesson!(work);

fn main() {
    app::session::host::run(work, app::session::host::gpu);
}
