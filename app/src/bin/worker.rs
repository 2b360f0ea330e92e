//! The CPU worker: small, starts at once.

fn main() {
    app::session::host::run(async || app::session::host::cpu("This run is fastest on the CPU."));
}
