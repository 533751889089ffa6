# The tool itself: callPackage ./package.nix { }
{ lib, rustPlatform }:

rustPlatform.buildRustPackage {
  pname = "pycompile";
  version = (lib.importTOML ../../Cargo.toml).package.version;
  src = lib.cleanSource ../..;
  cargoLock.lockFile = ../../Cargo.lock;

  postInstall = ''
    mkdir -p $out/share/man/man1 $out/share/man/man5 $out/share/bash-completion/completions
    $out/bin/pycompile man >$out/share/man/man1/pycompile.1
    $out/bin/pycompile man pycompile.toml >$out/share/man/man5/pycompile.toml.5
    $out/bin/pycompile completions bash >$out/share/bash-completion/completions/pycompile
  '';

  meta = {
    description = "Reproducible Python bytecode: CPython's own .pyc bytes, packed, listed and verified";
    license = with lib.licenses; [ mit asl20 ];
    mainProgram = "pycompile";
  };
}
