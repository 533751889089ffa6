//! Directories of packages, and the files that the distributions in them own. The directories can
//! contain each other, and each file is looked up in all of them at once.

use super::import_paths::ImportPaths;
use super::installed::{Installed, InstalledDistribution};
use super::nested::NestedFolders;
use super::reason::RecordFault;
use super::recorded::Recorded;
use super::unrecorded::is_custom;
use super::without_record::{WithoutRecord, names_at};
use crate::build::env::{VirtualEnvironment, is_of_virtualenv};
use crate::input::{Place, Survey};
use crate::project::{FoundFiles, PACKAGES};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A directory of packages.
pub(super) struct PackageFolder<'a> {
    /// Name of the directory, a [`crate::project::FolderPrefix`].
    pub(super) name: &'a str,
    /// True if `site` reads the directory by default.
    pub(super) is_site: bool,
    /// True if what no RECORD lists is nobody's.
    pub(super) is_recorded: bool,
    /// Files of distributions without a RECORD.
    pub(super) others: WithoutRecord,
}

/// Returns the directories of packages of a tree, sorted by name.
pub(super) fn bases<'a>(
    place: &Place,
    installed: &'a Installed,
    searched: &ImportPaths,
    survey: &'a Survey,
    real_root: &Path,
) -> Vec<PackageFolder<'a>> {
    let mut bases: BTreeMap<&str, Vec<&InstalledDistribution>> =
        survey.site_folders.iter().map(|folder| (folder.as_str(), Vec::new())).collect();
    for distribution in installed.in_tree() {
        bases.entry(&distribution.base).or_default().push(distribution);
    }
    let is_virtual = |base: &str| {
        searched.is_virtual(base)
            || matches!(place, Place::Tree(root, _) if VirtualEnvironment::around(&root.join(base)).is_some())
    };
    // Virtual environments with a RECORD in one of their directories.
    let with_record = bases.iter().filter(|(_, all)| all.iter().any(|one| one.files.is_some()));
    let with_record: BTreeSet<&String> =
        with_record.flat_map(|(base, _)| searched.environments_of(base)).collect();
    let base = |(name, distributions): (&'a str, Vec<&InstalledDistribution>)| {
        let is_site = survey.site_folders.contains(name);
        let is_packages = || PACKAGES.iter().any(|packages| real_root.join(name).ends_with(packages));
        // Without any RECORD, the owner of a module is unknown, unless other directories of
        // packages of the virtual environment have RECORDs.
        let is_recorded = distributions.iter().any(|one| one.files.is_some())
            || (is_site
                && is_packages()
                && searched.environments_of(name).any(|prefix| with_record.contains(prefix)));
        let others = WithoutRecord::read(place, &installed.links, name, is_virtual(name), &distributions);
        PackageFolder { name, is_site, is_recorded, others }
    };
    bases.into_iter().map(base).collect()
}

impl PackageFolder<'_> {
    /// Returns whether a distribution without a RECORD lists a file or names its module.
    pub(super) fn owns(&self, name: &str, below: &str) -> bool {
        self.others.files.contains(name) || self.others.owns_top(below.split('/').next().unwrap_or(below))
    }

    /// Returns whether distributions without a list of their files may have installed a file. Files
    /// that run at start-up need an owner that is certain.
    pub(super) fn others_install(&self, reason: &RecordFault) -> bool {
        match reason {
            RecordFault::StartupModule => !self.is_site && self.others.any,
            _ => !self.is_site || self.others.any,
        }
    }

    /// Returns whether a file that `site` reads is known to be that of an installer.
    pub(super) fn excuses_startup(&self, place: &Place, listing: &FoundFiles, name: &str) -> bool {
        let below = &name[self.name.len()..];
        let bytes = || place.read_followed(name).ok();
        !self.is_site
            || self.is_virtualenv(place, listing, below)
            || self.others.owns_path_file(name, below, bytes)
    }

    /// Returns whether virtualenv writes a file. Its `.pth` file imports a module, which must be
    /// virtualenv's too.
    pub(super) fn is_virtualenv(&self, place: &Place, listing: &FoundFiles, below: &str) -> bool {
        let read = |below: &str| place.read(&format!("{}{below}", self.name)).ok();
        let is_other = |top: &&str| {
            top.strip_prefix("_virtualenv").is_some_and(|rest| {
                (rest.is_empty() || rest.starts_with('.')) && ![".pth", ".py", ".pyc"].contains(&rest)
            })
        };
        is_of_virtualenv(below, || read(below))
            && (below != "_virtualenv.pth"
                || (is_of_virtualenv("_virtualenv.py", || read("_virtualenv.py"))
                    && !names_at(listing, self.name).iter().any(is_other)))
    }
}

/// The ways in which Python reads a file because of its directory.
#[derive(Clone, Copy)]
pub(super) struct ReadAs {
    /// True for a module that Python imports when it starts.
    pub(super) is_custom: bool,
    /// True if a file that no RECORD lists belongs to no distribution.
    pub(super) is_recorded: bool,
    /// True for a file that `site` reads.
    pub(super) is_startup: bool,
}

/// The ways in which Python imports a file because of its name.
#[derive(Clone, Copy)]
pub(super) struct ImportedAs {
    /// True for a module, and for a symlink to a directory.
    pub(super) is_code: bool,
    /// True for a symlink to a directory.
    pub(super) is_folder: bool,
    /// True for a file whose paths `pkgutil` adds to those of a package.
    pub(super) is_list: bool,
}

impl ImportedAs {
    /// Returns the fault of the file if no RECORD lists it.
    pub(super) fn reason(self, read: ReadAs) -> Option<RecordFault> {
        let ReadAs { is_custom, is_recorded, is_startup } = read;
        Some(match self {
            _ if is_custom && self.is_code => RecordFault::StartupModule,
            _ if self.is_folder && is_recorded => RecordFault::Link,
            _ if self.is_code && !self.is_folder && is_recorded => RecordFault::Module,
            _ if is_startup && !self.is_folder => RecordFault::Startup,
            _ if self.is_list && is_recorded => RecordFault::PackagePaths,
            _ => return None,
        })
    }
}

/// Numbers of directories of packages above a file for which it would be a finding.
#[derive(Clone, Copy, Default)]
pub(super) struct Above {
    modules: usize,
    startup_modules: usize,
}

impl Above {
    pub(super) const fn is_any(self) -> bool {
        self.modules + self.startup_modules > 0
    }

    /// Returns the fault of a file.
    pub(super) fn reason(self, kind: ImportedAs) -> Option<RecordFault> {
        kind.reason(ReadAs {
            is_custom: self.startup_modules > 0,
            is_recorded: self.modules > 0,
            is_startup: false,
        })
    }
}

/// Search of the directories of packages that files are in. Files are asked for in the order of
/// their names.
pub(super) struct PackageFolders<'a> {
    bases: &'a [PackageFolder<'a>],
    recorded: &'a Recorded<'a>,
    /// Indices of the directories of packages by name.
    index: BTreeMap<&'a str, usize>,
    /// Directories of packages that list a file in it, by the file.
    listing: BTreeMap<&'a str, Vec<usize>>,
    nested: NestedFolders<'a, Above>,
}

impl<'a> PackageFolders<'a> {
    /// Creates a search. `bases` are sorted by name; `recorded` are the files that RECORDs list.
    pub(super) fn new(bases: &'a [PackageFolder<'a>], recorded: &'a Recorded<'a>) -> Self {
        let mut listing: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, base) in bases.iter().enumerate() {
            for file in &base.others.files {
                listing.entry(file).or_default().push(at);
            }
        }
        let nested = NestedFolders::new(bases.iter().map(|base| base.name).collect());
        let index = bases.iter().enumerate().map(|(at, base)| (base.name, at)).collect();
        Self { bases, recorded, index, listing, nested }
    }

    /// Returns the directory of packages that directly contains a file, and the numbers of those
    /// that contain it in a directory of their own.
    pub(super) fn of(&mut self, name: &'a str) -> (Option<&'a PackageFolder<'a>>, Above) {
        let (bases, recorded) = (self.bases, self.recorded);
        let (own, mut above) = self.nested.of(name, |at, top, before: Above| {
            let base = &bases[at];
            let is_own = || recorded.has_in(base.name, &format!("{}{top}/__init__.py", base.name));
            let counts = |reason| !base.others.owns_top(top) && (is_own() || !base.others_install(&reason));
            let module = base.is_recorded && counts(RecordFault::Module);
            let startup_module = is_custom(top) && counts(RecordFault::StartupModule);
            Above {
                modules: before.modules + usize::from(module),
                startup_modules: before.startup_modules + usize::from(startup_module),
            }
        });
        // A list in one of them does not apply to the others.
        let recorded = recorded.bases(name).filter_map(|base| self.index.get(base));
        let recorded: BTreeSet<usize> = recorded.copied().collect();
        let listed = self.listing.get(name).into_iter().flatten();
        for base in listed.chain(&recorded).copied().collect::<BTreeSet<usize>>() {
            if let Some((before, after)) = self.nested.facts_of(base) {
                above.modules -= after.modules - before.modules;
                // The list of an egg has no digests.
                if recorded.contains(&base) {
                    above.startup_modules -= after.startup_modules - before.startup_modules;
                }
            }
        }
        (own.map(|own| &bases[own]), above)
    }
}
