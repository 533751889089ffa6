//! `pycompile man`: pages of section 1 for the commands, and `pycompile.toml(5)`.

use super::error::CommandError;
use clap::Command;
use clap_mangen::Man;
use std::io::{self, Write as _};

/// Page of the config: the example, which has every key.
pub(super) const CONFIG: &str = "pycompile.toml";
const EXAMPLE: &str = include_str!("../../pycompile.toml.example");

/// Sections that are common to all commands.
const SHARED: &str = r#".SH "EXIT STATUS"
.TP
0
Success.
.TP
1
A file does not compile or cannot be read or written, or a check finds differences.
.TP
2
The command could not run: wrong usage or config, no interpreter for a version, or an interrupt.
.SH ENVIRONMENT
.TP
SOURCE_DATE_EPOCH
Seconds since 1970: the timestamp of entries in wheels and zips, and the latest modification time
with \fB\-\-clamp\-mtime\fR. If it is set and not empty, the default invalidation mode is
checked-hash.
.TP
PYTHONPYCACHEPREFIX
Directory in which compile and compileall write the pycs of the __pycache__ layout.
.TP
PYTHONWARNINGS
Filters for the compiler's warnings, applied before those of \fB\-W\fR.
.TP
PATH, PYENV_ROOT, UV_PYTHON_INSTALL_DIR, XDG_DATA_HOME, HOME
Searched for Python interpreters.
.TP
VIRTUAL_ENV
Environment that env compiles if PREFIX is omitted.
.TP
NO_COLOR
Turns color off.
.TP
COLUMNS
Width of side-by-side differences.
.SH FILES
.TP
pycompile.toml, pyproject.toml
The config of build, pack, manifest and clean: see pycompile.toml(5), or run
`pycompile man pycompile.toml`.
"#;

/// Returns a page: of all commands, of one (`compile` or `pycompile-compile`), or of the config
/// (`pycompile.toml`).
///
/// # Errors
/// The page does not exist.
pub(super) fn page(mut command: Command, name: Option<&str>) -> Result<Vec<u8>, CommandError> {
    command.build();
    let Some(name) = name else { return Ok(whole(&command)?) };
    if name == CONFIG {
        return Ok(config()?);
    }
    let own = name.strip_prefix("pycompile-").unwrap_or(name);
    let found = command.get_subcommands().find(|one| one.get_name() == own && own != "help");
    let Some(found) = found else {
        let message = format!("there is no page {name}\nhint: pages are {CONFIG} and the names of commands");
        return Err(CommandError::Usage(message));
    };
    let mut page = Vec::new();
    let title = format!("pycompile-{own}");
    writeln!(page, ".TH {title} 1 \"\" \"pycompile {}\"", env!("CARGO_PKG_VERSION"))?;
    let about = found.get_about().map(ToString::to_string).unwrap_or_default();
    writeln!(page, ".SH NAME\n{} \\- {}", roff(&title), roff(&about))?;
    page.extend_from_slice(&sections(found)?);
    page.extend_from_slice(SHARED.as_bytes());
    writeln!(
        page,
        ".SH \"SEE ALSO\"\npycompile(1), which has the options of every command, pycompile.toml(5)"
    )?;
    Ok(page)
}

/// Returns one page with all commands, so that a single file has to be installed.
fn whole(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let whole = Man::new(command.clone());
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    writeln!(page, ".SH SYNOPSIS\n\\fBpycompile\\fR [\\fIOPTIONS\\fR] \\fICOMMAND\\fR")?;
    whole.render_description_section(&mut page)?;
    let mut options = Vec::new();
    whole.render_options_section(&mut options)?;
    // Subsections, since `.SH` would end the section of the command.
    page.extend_from_slice(
        String::from_utf8_lossy(&options).replace(".SH \"GLOBAL OPTIONS\"\n", "").as_bytes(),
    );
    for one in command.get_subcommands().filter(|one| one.get_name() != "help") {
        writeln!(page, ".SH \"{} {}\"", command.get_name().to_uppercase(), one.get_name().to_uppercase())?;
        let sections = String::from_utf8_lossy(&sections(one)?).replace("\n.SH ", "\n.SS ");
        let sections = sections.strip_prefix(".SH ").map_or(sections.clone(), |rest| format!(".SS {rest}"));
        page.extend_from_slice(sections.as_bytes());
    }
    page.extend_from_slice(SHARED.as_bytes());
    Ok(page)
}

/// Writes synopsis, description and options of a command, without global options.
fn sections(command: &Command) -> io::Result<Vec<u8>> {
    let global = |argument: &clap::Arg| argument.is_global_set() || argument.get_id() == "help";
    let arguments = || command.get_arguments();
    let shared: Vec<clap::Id> =
        arguments().filter(|&argument| global(argument)).map(|argument| argument.get_id().clone()).collect();
    let own =
        shared.into_iter().fold(command.clone(), |own, id| own.mut_arg(id, |argument| argument.hide(true)));
    let mut sections = Vec::new();
    let usage = command.clone().render_usage().to_string();
    let usage =
        usage.trim_start_matches("Usage: ").lines().map(str::trim).collect::<Vec<_>>().join("\n.br\n");
    writeln!(sections, ".SH SYNOPSIS\n{}", roff(&usage).replace("\n\\&.br\n", "\n.br\n"))?;
    let own = Man::new(own);
    own.render_description_section(&mut sections)?;
    if arguments().any(|argument| !global(argument)) {
        own.render_options_section(&mut sections)?;
    }
    Ok(sections)
}

/// Returns `pycompile.toml(5)`.
fn config() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    writeln!(page, ".TH pycompile.toml 5 \"\" \"pycompile {}\"", env!("CARGO_PKG_VERSION"))?;
    writeln!(
        page,
        ".SH NAME\npycompile.toml \\- files that pycompile compiles and packs\n.SH DESCRIPTION\n\
         build, pack, manifest and clean read pycompile.toml, or [tool.pycompile] of a pyproject.toml, \
         in the working directory or the nearest directory above it, or the file that \
         \\fB\\-\\-config\\fR names. Command-line options override the file. The example below \
         has every key.\n.SH EXAMPLE\n.nf"
    )?;
    writeln!(page, "{}\n.fi", roff(EXAMPLE))?;
    writeln!(page, ".SH FILES\n.TP\npycompile.toml\nThe config of a project, in its root directory.")?;
    writeln!(
        page,
        ".TP\npyproject.toml\nHas the same keys below [tool.pycompile]. Having both configs is an error."
    )?;
    writeln!(page, ".SH \"SEE ALSO\"\npycompile(1)")?;
    Ok(page)
}

/// Escapes text for troff, so that no line is a request.
fn roff(text: &str) -> String {
    let line = |line: &str| {
        let escaped = line.replace('\\', "\\e").replace('-', "\\-");
        if escaped.starts_with(['.', '\'']) { format!("\\&{escaped}") } else { escaped }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
