//! Known code in `.pth` files that installers write to `site-packages` without a RECORD.
//!
//! setuptools: `_nspkg_tmpl` of `setuptools/namespaces.py`, `_pth_contents` of `setup.py`,
//! `PthDistributions` of `setuptools/command/easy_install.py`.

use super::library::is_of_library;
use crate::manifest::sha256;
use crate::text::unix_lines;

/// Modules that Python imports when it starts, if they exist: `site` and `distutils-precedence.pth`
/// do.
pub(super) const STARTUP_MODULES: [&str; 3] = ["sitecustomize", "usercustomize", "_distutils_hack"];

/// The forms of `distutils-precedence.pth`.
const PRECEDENCE: [&str; 3] = [
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'stdlib') == 'local'; \
     enabled and __import__('_distutils_hack');",
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; \
     enabled and __import__('_distutils_hack');",
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; \
     enabled and __import__('_distutils_hack').add_shim();",
];

/// First and last line of an `easy-install.pth`, which move its paths to the front.
const EASY_INSTALL: [&str; 3] = [
    "import sys; sys.__plen = len(sys.path)",
    "import sys; new=sys.path[sys.__plen:]; del sys.path[sys.__plen:]; p=getattr(sys,'__egginsert',0); \
     sys.path[p:p]=new; sys.__egginsert = p+len(new)",
    "import sys; new = sys.path[sys.__plen:]; del sys.path[sys.__plen:]; p = getattr(sys, '__egginsert', 0); \
     sys.path[p:p] = new; sys.__egginsert = p + len(new)",
];

/// Statements of the `.pth` file of a namespace package, with `PKG` for its name in quotes.
const NAMESPACE: [&str; 17] = [
    "import sys, types, os",
    "import sys, types, os, importlib.util, importlib.machinery",
    "has_mfs = sys.version_info > (3, 5)",
    "pep420 = sys.version_info > (3, 3)",
    "ie = os.path.exists(os.path.join(p,'__init__.py'))",
    "importlib = __import__('importlib.util')",
    "importlib = has_mfs and __import__('importlib.util')",
    "__import__('importlib.machinery')",
    "has_mfs and __import__('importlib.machinery')",
    "m = not ie and sys.modules.setdefault(PKG, types.ModuleType(PKG))",
    "m = not ie and not pep420 and sys.modules.setdefault(PKG, types.ModuleType(PKG))",
    "m = sys.modules.setdefault(PKG, importlib.util.module_from_spec(\
     importlib.machinery.PathFinder.find_spec(PKG, [os.path.dirname(p)])))",
    "m = has_mfs and sys.modules.setdefault(PKG, importlib.util.module_from_spec(\
     importlib.machinery.PathFinder.find_spec(PKG, [os.path.dirname(p)])))",
    "m = m or not has_mfs and sys.modules.setdefault(PKG, types.ModuleType(PKG))",
    "m = m or sys.modules.setdefault(PKG, types.ModuleType(PKG))",
    "mp = (m or []) and m.__dict__.setdefault('__path__',[])",
    "(p not in mp) and mp.append(p)",
];

/// Digests of the `_distutils_hack` of released versions of setuptools, with newlines as in Unix:
/// of `__init__.py`, then of `override.py`.
const OF_DISTUTILS_HACK: &str = include_str!("distutils_hack.txt");

/// Content of a `.pth` file, as far as all versions of Python read the same lines.
pub(super) enum KnownLine<'a> {
    /// A path.
    Path(&'a str),
    /// Code that imports nothing but the standard library and [`STARTUP_MODULES`].
    Code,
    /// Other code.
    Unknown,
}

/// Returns the lines of a `.pth` file; `None` if versions of Python or locales read them in
/// different ways.
pub(super) fn lines(bytes: &[u8]) -> Option<Vec<KnownLine<'_>>> {
    let is_plain = |&byte: &u8| byte == b'\n' || byte == b'\r' || (b' '..=b'~').contains(&byte);
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.bytes().all(|byte| is_plain(&byte)))?;
    let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let mut found = Vec::new();
    for line in lines {
        if line.contains('\r') || line.starts_with(' ') {
            return None;
        }
        found.push(match line.trim_end() {
            "" => continue,
            line if line.starts_with('#') => continue,
            line if !line.starts_with("import") => KnownLine::Path(line),
            line if PRECEDENCE.contains(&line) || EASY_INSTALL.contains(&line) => KnownLine::Code,
            line if is_of_namespace(line) => KnownLine::Code,
            _ => KnownLine::Unknown,
        });
    }
    Some(found)
}

/// Returns whether a line is that of a namespace package, which is not one of the standard library.
fn is_of_namespace(line: &str) -> bool {
    let quoted = |text: &str| {
        text.split_once("types.ModuleType('")?.1.split_once('\'').map(|(name, _)| name.to_owned())
    };
    let Some(package) = quoted(line) else { return false };
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if !package.split('.').all(is_word) || package.split('.').next().is_none_or(is_of_library) {
        return false;
    }
    let parts: Vec<String> = package.split('.').map(|part| format!("'{part}'")).collect();
    let tuple = if let [only] = parts.as_slice() { format!("{only},") } else { parts.join(", ") };
    let path = format!("p = os.path.join(sys._getframe(1).f_locals['sitedir'], *({tuple}))");
    let child = package
        .rsplit_once('.')
        .map(|(parent, child)| format!("m and setattr(sys.modules['{parent}'], '{child}', m)"));
    let name = format!("'{package}'");
    let own = NAMESPACE.map(|statement| statement.replace("PKG", &name));
    let is_known = |statement: &str| {
        own.iter().any(|known| known == statement) || statement == path || child.as_deref() == Some(statement)
    };
    line.split(';').all(is_known)
}

/// Returns whether a file is that of `_distutils_hack` in a released setuptools.
pub(super) fn is_of_distutils_hack(name: &str, read: impl FnOnce() -> Option<Vec<u8>>) -> bool {
    let mut parts = name.rsplit('/');
    let (Some(file), Some("_distutils_hack")) = (parts.next(), parts.next()) else { return false };
    let Some(bytes) = read().map(|bytes| unix_lines(&bytes)) else { return false };
    let digest = sha256(&bytes);
    OF_DISTUTILS_HACK.lines().any(|line| line.split_once("  ") == Some((&digest, file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_known(text: &str) -> bool {
        let harmless = |line: &KnownLine<'_>| matches!(line, KnownLine::Code | KnownLine::Path(_));
        lines(text.as_bytes()).is_some_and(|lines| lines.iter().all(harmless))
    }

    /// Files as setuptools 40 and 75 wrote them, for matplotlib and zope.
    const ZOPE: &str = "import sys, types, os;has_mfs = sys.version_info > (3, 5);p = \
        os.path.join(sys._getframe(1).f_locals['sitedir'], *('zope',));importlib = has_mfs and \
        __import__('importlib.util');has_mfs and __import__('importlib.machinery');m = has_mfs and \
        sys.modules.setdefault('zope', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('zope', \
        [os.path.dirname(p)])));m = m or sys.modules.setdefault('zope', types.ModuleType('zope'));mp = (m or []) and \
        m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)\n";

    #[test]
    fn files_of_namespace_packages() {
        assert!(is_known(ZOPE));
        let nested = ZOPE.replace("('zope',)", "('zope', 'app')").replace("('zope'", "('zope.app'");
        let nested = nested.replace("('zope.app', 'app')", "('zope', 'app')");
        let nested = nested.replace(".append(p)", ".append(p);m and setattr(sys.modules['zope'], 'app', m)");
        assert!(is_known(&nested), "{nested}");
        for (from, to) in [
            ("'zope'", "'json'"),
            ("'zope'", "'z o'"),
            ("('zope',)", "('/out',)"),
            (".append(p)", ".append(p);x()"),
            (".append(p)", ".append(p) #"),
            ("import sys", "import  sys"),
            ("import sys", " import sys"),
            ("import sys", "import\tsys"),
            ("\n", "\nimport zope\n"),
            ("\n", "\rimport zope\n"),
            ("\n", "\u{b}import zope\n"),
        ] {
            assert!(!is_known(&ZOPE.replace(from, to)), "{from:?} {to:?}");
        }
    }

    #[test]
    fn files_of_easy_install() {
        let paths = "/src/demo\n./old-1.0.egg\n";
        assert!(is_known(paths));
        assert!(is_known(&format!("{}\n{paths}{}\n", EASY_INSTALL[0], EASY_INSTALL[1])));
        assert!(!is_known(&format!("{}; x()\n{paths}", EASY_INSTALL[0])));
        assert!(PRECEDENCE.iter().all(|line| is_known(line)));
        assert!(!is_known(&PRECEDENCE[2].replace("add_shim", "add_shims")));
    }
}
