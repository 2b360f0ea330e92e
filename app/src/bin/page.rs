//! Mounts the site. Must never reach burn: see the budget of `page.wasm`.

fn main() {
    app::site::mount();
}
