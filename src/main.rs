//! The `pycompile` command: everything is in the library, see [`pycompile::cli`].

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    pycompile::cli::main()
}
