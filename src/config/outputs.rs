//! Checks that outputs replace neither inputs nor other outputs.

use super::error::{ConfigAdvice, ConfigError};
use super::load::Loaded;
use super::model::ProjectSource;
use super::selection::ConfigSelection;
use crate::manifest::ManifestForm;
use crate::text::Shown as _;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

impl Loaded {
    /// Returns the paths of the manifest and of its other forms, which are next to it; none if no
    /// manifest is written.
    pub fn manifest_paths(&self) -> Vec<(ManifestForm, PathBuf)> {
        let Some(output) = self.manifest_path() else { return Vec::new() };
        let name = output.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem = name.strip_suffix(".json").unwrap_or(&name);
        let also = self.config.manifest.iter().flat_map(|table| &table.also);
        let others = also.map(|also| {
            let ending = match also.get_ref() {
                ManifestForm::Json => "json",
                ManifestForm::Sha256sum => "sha256",
                ManifestForm::InToto => "in-toto.json",
            };
            (*also.get_ref(), output.with_file_name(format!("{stem}.{ending}")))
        });
        std::iter::once((ManifestForm::Json, output.clone())).chain(others).collect()
    }

    /// Returns a path in each directory that `pack` and the manifest are written to.
    pub fn outputs(&self) -> Vec<PathBuf> {
        let config = &self.config;
        let zip = config.zip.iter().map(|table| self.zip_path(table.output.get_ref()));
        let wheel = config.wheel.iter().map(|_| self.wheel_folder().join("wheel"));
        self.manifest_path().into_iter().chain(zip).chain(wheel).collect()
    }

    /// Checks the paths of archives that are about to be written against each other and the
    /// manifest.
    ///
    /// # Errors
    /// Two outputs have the same path.
    pub fn check_archives<'a>(
        &self,
        archives: impl IntoIterator<Item = &'a Path>,
    ) -> Result<(), ConfigError> {
        let manifests = self.manifest_paths();
        let mut written: Vec<PathBuf> = manifests.iter().map(|(_, path)| lexical(path)).collect();
        let metadata = self.config.wheel.as_ref().and_then(|wheel| wheel.metadata.as_ref());
        for archive in archives {
            let path = lexical(archive);
            if let Some(metadata) = metadata
                && lexical(&self.folder.join(metadata.get_ref())) == path
            {
                let message = format!("refusing to overwrite {}: its metadata is read", path.shown());
                let error = self.error_at(&metadata.span(), message);
                return Err(error.with_advice(ConfigAdvice::OtherOutput));
            }
            if written.contains(&path) {
                return Err(self.missing(format!("{} would be written twice", path.shown())));
            }
            written.push(path);
        }
        Ok(())
    }

    /// # Errors
    /// A manifest or zip would overwrite the config, a file that the config names, or another
    /// output.
    pub(super) fn check_outputs(&self, selection: &ConfigSelection) -> Result<(), ConfigError> {
        let mut outputs: Vec<(PathBuf, Range<usize>)> = Vec::new();
        if let Some(zip) = &self.config.zip {
            outputs.push((self.zip_path(zip.output.get_ref()), zip.output.span()));
        }
        let of_table = self.config.manifest.as_ref().filter(|_| self.given.manifest.is_none());
        let span = of_table.map_or(0..0, |table| table.output.span());
        outputs.extend(self.manifest_paths().into_iter().map(|(_, path)| (path, span.clone())));
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
                let message = format!("refusing to overwrite {}: it is an input", path.shown());
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

/// Returns the path without `.` and, as far as possible without reading symlinks, without `..`.
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
