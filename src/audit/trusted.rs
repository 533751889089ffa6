//! Files that importers reach besides the trusted sources of a place.

use super::extensions::split;
use super::finding::Finding;
use super::reason::Reason;
use super::unrecorded::is_startup;
use super::view::View;
use crate::input::{Place, Survey};
use crate::project::PACKAGES;

/// Returns findings for symlinks to directories with sources, which give the sources other names,
/// and for files that `site` reads: each must be the same in the trusted sources.
pub(super) fn faults(view: &View<'_>, sources: &View<'_>, survey: &Survey) -> Vec<Finding> {
    let is_elsewhere = |(link, folder): &&(String, String)| {
        let [link, folder] = [link, folder].map(|name| sources.place.resolve(name).ok());
        link.is_none() || link != folder
    };
    let links = survey.again.iter().filter(is_elsewhere);
    let links = links.map(|(link, folder)| Finding::new(link, Reason::LinkedSources(folder.clone())));
    let names = view.place.names().into_iter().filter(|name| is_read_by_site(view, survey, name));
    let files = names.filter_map(|name| {
        let Ok(bytes) = view.place.read_through(&name) else { return None };
        let reason = match sources.read_importable(&view.importable(&name)) {
            Ok(trusted) if trusted == bytes => return None,
            Ok(_) => Reason::OtherSource,
            Err(_) => Reason::Untrusted,
        };
        Some(Finding::new(name, reason))
    });
    links.chain(files).collect()
}

/// Returns whether `site` reads a file if its directory is one of packages.
fn is_read_by_site(view: &View<'_>, survey: &Survey, name: &str) -> bool {
    let (folder, file) = split(name);
    let is_packages =
        |folder: &str| PACKAGES.iter().any(|packages| folder.ends_with(&format!("{packages}/")));
    let is_read = match view.place {
        Place::Tree(..) => folder.is_empty() || survey.site_folders.contains(folder),
        Place::Archive(_) => !view.importable(name).contains('/') || is_packages(folder),
        Place::File(_) => false,
    };
    is_read && is_startup(file)
}
