# The debhelper sequence "pycompile": dh $@ --with pycompile, or Build-Depends: dh-sequence-pycompile.

use strict;
use warnings;
use Debian::Debhelper::Dh_Lib;

# After everything that changes or compresses files, dh_python3 included, which removes pycs. A position
# relative to dh_python3 would be ignored silently if its sequence is loaded later, or not at all.
insert_before("dh_fixperms", "dh_pycompile");

1;
