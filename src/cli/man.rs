//! `pycompile man`.

use clap::Command;
use clap_mangen::Man;
use std::io::{self, Write as _};

/// One page, with every command in it: a page for each would have to be installed for each.
pub(super) fn page(mut command: Command) -> io::Result<Vec<u8>> {
    command.build();
    let mut page = Vec::new();
    let whole = Man::new(command.clone());
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    whole.render_synopsis_section(&mut page)?;
    whole.render_description_section(&mut page)?;
    whole.render_options_section(&mut page)?;
    for one in command.get_subcommands().filter(|one| one.get_name() != "help") {
        writeln!(page, ".SH \"{} {}\"", command.get_name().to_uppercase(), one.get_name().to_uppercase())?;
        let mut sections = Vec::new();
        let global = |argument: &clap::Arg| argument.is_global_set() || argument.get_id() == "help";
        let shared: Vec<clap::Id> = one
            .get_arguments()
            .filter(|&argument| global(argument))
            .map(|argument| argument.get_id().clone())
            .collect();
        let own =
            shared.into_iter().fold(one.clone(), |one, id| one.mut_arg(id, |argument| argument.hide(true)));
        let own = Man::new(own);
        own.render_synopsis_section(&mut sections)?;
        own.render_description_section(&mut sections)?;
        if one.get_arguments().any(|argument| !global(argument)) {
            own.render_options_section(&mut sections)?;
        }
        let sections = String::from_utf8_lossy(&sections).replace("\n.SH ", "\n.SS ");
        let sections = sections.strip_prefix(".SH ").map_or(sections.clone(), |rest| format!(".SS {rest}"));
        page.extend_from_slice(sections.as_bytes());
    }
    whole.render_extra_section(&mut page)?;
    Ok(page)
}
