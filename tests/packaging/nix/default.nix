# A package that uses the hook, without nixpkgs: bash, coreutils and Python are those of the machine.
{ pycompile, python, series, sample, hook ? ../../../packaging/nix/hook.nix }:

let
  system = builtins.currentSystem;

  store = name: path: builtins.path { inherit name; path = /. + path; };

  # nixpkgs' makeSetupHook: the script with its @names@ filled in.
  makeSetupHook = { name, substitutions }: script: derivation {
    inherit name system script;
    builder = "/bin/bash";
    names = builtins.attrNames substitutions;
    values = builtins.attrValues substitutions;
    args = [ "-euc" ''
      PATH=/usr/bin:/bin
      mkdir -p $out/nix-support
      text=$(cat $script)
      values=($values)
      index=0
      for name in $names; do
        text=''${text//"@$name@"/''${values[index]}}
        index=$((index + 1))
      done
      printf '%s\n' "$text" >$out/nix-support/setup-hook
    '' ];
  };

  tool = derivation {
    name = "pycompile";
    inherit system;
    binary = store "pycompile-binary" pycompile;
    builder = "/bin/bash";
    args = [ "-euc" "PATH=/usr/bin:/bin; mkdir -p $out/bin; cp $binary $out/bin/pycompile; chmod 755 $out/bin/pycompile" ];
  };

  interpreter = {
    outPath = dirOf (dirOf python);
    pythonVersion = series;
    sitePackages = "lib/python${series}/site-packages";
  };

  package = attributes: derivation ({
    name = "hellopyc";
    inherit system;
    builder = "/bin/bash";
    args = [ ./mini-setup.sh ];
    nativeBuildInputs = [ (import hook { inherit makeSetupHook; pycompile = tool; python = interpreter; }) ];
    outputs = [ "out" "extra" ];
    source = store "hellopyc" sample;
    site = interpreter.sitePackages;
    interpreter = python;
    installPhase = ''
      mkdir -p $out/$site/hellopyc $extra/$site $out/bin
      cp $source/hellopyc/*.py $out/$site/hellopyc
      cp $source/private/tool.py $extra/$site/hellotool.py
      mkdir $out/$site/hellopyc/__pycache__
      echo "left behind" >$out/$site/hellopyc/__pycache__/core.cpython-20.pyc
    '';
  } // attributes);
in
{
  plain = package { };
  levels = package { pycompileOptimize = "0 1 2"; pycompileExclude = "lib/*/core.py"; };
  off = package { dontUsePycompile = true; };
  # What --check is there for.
  careless = package {
    dontUsePycompile = true;
    fixupPhase = "$interpreter -m compileall -q --invalidation-mode timestamp $out";
  };
  # The output's own path in the pycs, and a manifest of their digests.
  named = package {
    prePycompile = ''
      eval "$(declare -f pycompileOutput | sed 's|--strip-dir "$output"||')"
    '';
  };
  broken = package { fixupPhase = "echo 'x = = 1' >$out/$site/hellopyc/bad.py"; };
}
