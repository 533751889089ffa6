//! What is written must not take the place of what is read, nor of what is written beside it.

use super::error::ConfigError;
use super::load::Loaded;
use super::model::{Also, ManifestTable, ProjectSource};
use super::selection::Selection;
use crate::text::Shown as _;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

impl ManifestTable {
    /// The manifest's path and those of its other forms, which stand beside it.
    pub fn paths(&self, folder: &Path) -> (PathBuf, Vec<(Also, PathBuf)>) {
        let output = folder.join(self.output.get_ref());
        let name = output.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem = name.strip_suffix(".json").unwrap_or(&name);
        let beside = |also: &Also| {
            let ending = match also {
                Also::Sha256sum => "sha256",
                Also::InToto => "in-toto.json",
            };
            (*also, output.with_file_name(format!("{stem}.{ending}")))
        };
        let others = self.also.iter().map(beside).collect();
        (output, others)
    }

    fn all_paths(&self, folder: &Path) -> impl Iterator<Item = PathBuf> {
        let (output, others) = self.paths(folder);
        std::iter::once(output).chain(others.into_iter().map(|(_, path)| path))
    }
}

impl Loaded {
    /// A file in each directory that `pack` and the manifest are written to.
    pub fn outputs(&self) -> Vec<PathBuf> {
        let config = &self.config;
        let manifest = config.manifest.iter().map(|table| self.folder.join(table.output.get_ref()));
        let zip = config.zip.iter().map(|table| self.folder.join(table.output.get_ref()));
        let wheel = config.wheel.iter().map(|table| {
            self.folder.join(table.output.as_ref().map_or("dist", |output| output.get_ref())).join("wheel")
        });
        manifest.chain(zip).chain(wheel).collect()
    }

    /// Holds the archives that are about to be written against each other and against the manifest.
    ///
    /// # Errors
    /// Two outputs of one path.
    pub fn check_archives<'a>(
        &self,
        archives: impl IntoIterator<Item = &'a Path>,
    ) -> Result<(), ConfigError> {
        let manifests = self.config.manifest.iter().flat_map(|table| table.all_paths(&self.folder));
        let mut written: Vec<PathBuf> = manifests.map(|path| lexical(&path)).collect();
        for archive in archives {
            let path = lexical(archive);
            if written.contains(&path) {
                return Err(self.missing(format!("{} would be written twice", path.shown())));
            }
            written.push(path);
        }
        Ok(())
    }

    /// # Errors
    /// A manifest or zip that would be written over the config, a file that it names, or another output.
    pub(super) fn check_outputs(&self, selection: &Selection) -> Result<(), ConfigError> {
        let mut outputs: Vec<(PathBuf, Range<usize>)> = Vec::new();
        if let Some(zip) = &self.config.zip {
            outputs.push((self.folder.join(zip.output.get_ref()), zip.output.span()));
        }
        if let Some(table) = &self.config.manifest {
            outputs.extend(table.all_paths(&self.folder).map(|path| (path, table.output.span())));
        }
        let wheel = self.config.wheel.as_ref();
        let project =
            wheel.and_then(|wheel| wheel.project.as_ref()).and_then(|project| match project.get_ref() {
                ProjectSource::File(name) => Some(self.folder.join(name)),
                ProjectSource::Inline(_) => None,
            });
        let metadata = wheel.and_then(|wheel| wheel.metadata.as_ref());
        let metadata = metadata.map(|metadata| self.folder.join(metadata.get_ref()));
        let named = selection.sources.iter().chain(&selection.data).map(|file| &file.path);
        let mut taken: Vec<PathBuf> =
            named.chain([&self.path]).chain(&project).chain(&metadata).map(|path| lexical(path)).collect();
        taken.sort_unstable();
        let mut written: Vec<PathBuf> = Vec::new();
        for (path, span) in outputs {
            let path = lexical(&path);
            if taken.binary_search(&path).is_ok() {
                let message = format!("{} is read: nothing is written over it", path.shown());
                return Err(self.error_at(&span, message));
            }
            if written.contains(&path) {
                return Err(self.error_at(&span, format!("{} would be written twice", path.shown())));
            }
            written.push(path);
        }
        Ok(())
    }
}

/// The path without `.` and, as far as that can be told from the text, `..`.
fn lexical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}
