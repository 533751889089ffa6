//! The `pycompile` command. The implementation is [`pycompile::cli`].

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    pycompile::cli::main()
}
