# The setup hook for one interpreter: callPackage ./hook.nix { python = python314; }
{ makeSetupHook, pycompile, python }:

makeSetupHook
{
  name = "pycompile-hook";
  substitutions = {
    pycompile = "${pycompile}/bin/pycompile";
    pythonBin = "${python}/bin";
    pythonVersion = python.pythonVersion;
    pythonSitePackages = python.sitePackages;
  };
}
  ./pycompile-hook.sh
