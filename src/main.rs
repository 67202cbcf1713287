//! The `flyarch` program. All of it is in the library: [`flyarch::cli`].

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that ends the process, without taking its memory down first"
)]
fn main() {
    std::process::exit(flyarch::cli::run(std::env::args_os()))
}
