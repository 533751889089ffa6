"""The Java rules of Bazel itself."""

def java_binary(**attributes):
    native.java_binary(**attributes)

def java_import(**attributes):
    native.java_import(**attributes)

def java_library(**attributes):
    native.java_library(**attributes)

def java_runtime(**attributes):
    native.java_runtime(**attributes)

def java_toolchain(**attributes):
    native.java_toolchain(**attributes)
