//! The parts that make a zip executable.
//!
//! CPython: `Lib/zipapp.py`.

/// Error of a config whose `main` does not name a function.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not `package.module:function`")]
#[non_exhaustive]
pub struct MainError(String);

/// Returns the text of `__main__.py` for `demo.core:main`: it calls the function and exits with its
/// result, as the scripts of installers do.
///
/// # Errors
/// [`MainError`].
pub fn main_module(main: &str) -> Result<String, MainError> {
    let is_identifier = |part: &str| {
        let mut characters = part.chars();
        characters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && characters.all(|c| c.is_alphanumeric() || c == '_')
    };
    let is_dotted = |path: &str| path.split('.').all(is_identifier);
    match main.split_once(':') {
        Some((module, function)) if is_dotted(module) && is_dotted(function) => {
            // A call of `app.run` needs the import of `app`.
            let first = function.split('.').next().unwrap_or(function);
            Ok(format!(
                "import sys\n\nfrom {module} import {first}\n\nif __name__ == \"__main__\":\n    \
                 sys.exit({function}())\n"
            ))
        }
        _ => Err(MainError(main.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module() {
        assert_eq!(
            main_module("demo.core:App.main").unwrap(),
            "import sys\n\nfrom demo.core import App\n\nif __name__ == \"__main__\":\n    sys.exit(App.main())\n"
        );
        for main in ["demo", "demo:", ":main", "demo:main()", "demo.:main", "demo:main:x", "os;x:main", "1:a"]
        {
            assert!(main_module(main).is_err(), "{main}");
        }
    }
}
