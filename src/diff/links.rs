//! Symlinks of one side that lead to code, which is not compared.

use super::archive_path::ArchivePath;
use super::model::{DiffFinding, DifferenceKind, FileDifference};
use crate::input::Place;

/// Message about symlinks of both sides.
pub(super) const TARGETS: &str = "the targets of the symlinks differ";

/// Adds to the files that differ that they are symlinks to code outside. `place` is the archive
/// `within` a side; `side` is 0 for the left one.
pub(super) fn tell_links(files: &mut [FileDifference], side: usize, place: &Place, within: &ArchivePath) {
    let (other, words) = [(DifferenceKind::OnlyRight, "left"), (DifferenceKind::OnlyLeft, "right")][side];
    let links = place.links_to_code();
    if links.is_empty() {
        return;
    }
    for file in files.iter_mut().filter(|file| file.containers[side] == *within) {
        let link = links.get(within.name_of(file.paths()[side]));
        let Some(target) = link.filter(|_| file.findings.iter().all(|finding| finding.kind != other)) else {
            continue;
        };
        let message = format!(
            "{} is a symlink to {target} on the {words}: the code that it leads to was not checked",
            file.paths()[side]
        );
        // This message replaces the shorter one about the symlink.
        file.findings.retain(|finding| finding.kind != DifferenceKind::Unreadable || finding.rows.is_empty());
        file.findings.push(DiffFinding::new(DifferenceKind::Unreadable, message));
    }
}
