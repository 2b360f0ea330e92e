//! The CPU worker: small, starts at once. The work of each lesson is a file of its own (`cargo xtask split`).

use app::work;

app::each_lesson!(work);

fn main() {
    app::session::host::run(work, async || app::session::host::cpu("This run is fastest on the CPU."));
}
