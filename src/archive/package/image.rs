//! The archive of `docker save`, or an OCI image layout in a tar archive → the initial files of a
//! container.
//!
//! Formats: the OCI image specification 1.1 (layout, manifest, config, layers with whiteouts),
//! Docker's `manifest.json`.

use super::collect::{Collected, Collector, Rules};
use super::facts::{Facts, Format, Special, SpecialKind};
use super::image_files;
use crate::archive::entry::{Archive, Entry, HiddenFile};
use crate::archive::error::{ArchiveError, Fault};
use crate::archive::reader::{ArchiveLimits, HELD};
use serde::Deserialize;
use sha2::Digest as _;
use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::Path;
use std::sync::Arc;

/// Name of the entry for the config.
const CONFIG: &str = "(image config)";
/// Limit on the bytes of a manifest or config.
const DOCUMENT: usize = 8 << 20;
/// Limit on the symlinks in the path of one file, as in Linux.
const LINKS: usize = 40;
/// Prefix of a name that removes a file of a lower layer.
const WHITEOUT: &str = ".wh.";
/// Name that removes everything in a directory.
const OPAQUE: &str = ".wh..wh..opq";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerImage {
    config: String,
    layers: Vec<String>,
}

#[derive(Deserialize)]
struct ImageDescriptor {
    digest: String,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    architecture: String,
    os: String,
}

impl ImageDescriptor {
    /// Returns whether this is the provenance that BuildKit adds to an image.
    fn is_attestation(&self) -> bool {
        let kind = self.annotations.get("vnd.docker.reference.type");
        let is_of_no_platform =
            |platform: &Platform| [&platform.architecture, &platform.os] == ["unknown"; 2];
        kind.is_some_and(|kind| kind == "attestation-manifest")
            && self.platform.as_ref().is_some_and(is_of_no_platform)
    }
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<ImageDescriptor>,
}

impl Index {
    /// Returns the only image, which has an entry for each of its tags.
    fn image(&self) -> Result<&ImageDescriptor, Fault> {
        let mut images = self.manifests.iter().filter(|manifest| !manifest.is_attestation());
        let first = images.next();
        let other = images.find(|image| first.is_some_and(|first| first.digest != image.digest));
        match (first, other) {
            (Some(image), None) => Ok(image),
            _ => Err(Fault::Image("it has more than one image: save them one by one")),
        }
    }
}

#[derive(Deserialize)]
struct ImageManifest {
    config: ImageDescriptor,
    layers: Vec<ImageDescriptor>,
}

/// Names of the files that make up an image.
#[derive(PartialEq)]
pub(super) struct Image {
    pub(super) config: String,
    pub(super) layers: Vec<String>,
}

/// Applies the layers of an image; returns any other tar archive unchanged.
pub(super) fn of_tar(path: &Path, archive: Archive, limits: &ArchiveLimits) -> Result<Archive, ArchiveError> {
    let refuse = |fault| ArchiveError { archive: path.into(), entry: None, fault };
    let image = match (docker(&archive), oci(&archive)) {
        (None, None) => return Ok(archive),
        (Some(image), None) | (None, Some(image)) => image.map_err(refuse)?,
        (Some(docker), Some(oci)) => {
            let (docker, oci) = (docker.map_err(refuse)?, oci.map_err(refuse)?);
            if docker != oci {
                return Err(refuse(Fault::Image("manifest.json and index.json have different layers")));
            }
            docker
        }
    };
    if let Some(name) = image_files::foreign(&archive, &image) {
        let fault = Fault::Image("a file does not belong to the image");
        return Err(ArchiveError { archive: path.into(), entry: Some(name), fault });
    }
    let mut tree = ImageTree::default();
    let (mut total, mut room, mut layers) = (0, HELD, 0usize);
    for layer in &image.layers {
        let bytes = blob(&archive, layer).map_err(refuse)?;
        let mut collector = Collector::new(path, limits, Rules::Posix).with_room(total, room);
        collector.tar(&Arc::new(bytes), "")?;
        (total, room) = collector.used();
        layers += 1;
        tree.layer = layers;
        tree.apply(collector.finish()?).map_err(|(entry, fault)| ArchiveError {
            archive: path.into(),
            entry: Some(entry),
            fault,
        })?;
        if tree.nodes.len() as u64 > limits.entries {
            let (found, limit) = (tree.nodes.len() as u64, limits.entries);
            return Err(refuse(Fault::Limit { what: "entries", found, limit }));
        }
    }
    let config = blob(&archive, &image.config).map_err(refuse)?;
    let hidden = std::mem::take(&mut tree.hidden);
    let mut collected = tree.collected();
    collected.entries.push(Entry {
        name: CONFIG.into(),
        compressed_size: config.len() as u64,
        bytes: readable(config).into(),
        facts: Some(Facts { control: true, ..Facts::default() }),
        ..Entry::default()
    });
    for (at, entry) in collected.entries.iter_mut().enumerate() {
        entry.offset = at as u64;
    }
    let packing = format!("{layers} layers");
    let whole = collected.archive(path, Format::Image, packing, &[]);
    Ok(Archive { size: archive.size, sha256: archive.sha256, hidden, ..whole })
}

/// Formats a JSON document with one value per line, so that lines can be compared.
fn readable(config: Vec<u8>) -> Vec<u8> {
    let value = serde_json::from_slice::<serde_json::Value>(&config);
    value.and_then(|value| serde_json::to_vec_pretty(&value)).unwrap_or(config)
}

/// Returns the image of a `manifest.json`; `None` if the file has another format.
fn docker(archive: &Archive) -> Option<Result<Image, Fault>> {
    let images: Vec<DockerImage> = document(archive, "manifest.json")?;
    let [DockerImage { config, layers }] = images.as_slice() else {
        let other = images.is_empty() || archive.get(&images[0].config).is_none();
        return (!other).then_some(Err(Fault::Image("it has more than one image: save them one by one")));
    };
    archive.get(config)?;
    Some(Ok(Image { config: config.clone(), layers: layers.clone() }))
}

/// Returns the image of an OCI layout; `None` for other archives.
fn oci(archive: &Archive) -> Option<Result<Image, Fault>> {
    archive.get("oci-layout")?;
    let index: Index = document(archive, "index.json")?;
    Some((|| {
        let mut name = blob_name(&index.image()?.digest)?;
        // An index for several platforms may refer to another index.
        if let Some(inner) = document::<Index>(archive, &name) {
            name = blob_name(&inner.image()?.digest)?;
        }
        let broken = Fault::Image("the manifest of the image is missing or malformed");
        let manifest: ImageManifest = document(archive, &name).ok_or(broken)?;
        let layers = manifest.layers.iter().map(|layer| blob_name(&layer.digest));
        Ok(Image { config: blob_name(&manifest.config.digest)?, layers: layers.collect::<Result<_, _>>()? })
    })())
}

/// Returns the name of the blob with a SHA-256 digest.
fn blob_name(digest: &str) -> Result<String, Fault> {
    let hex = digest.strip_prefix("sha256:").filter(|hex| hex.len() == 64);
    hex.map(|hex| format!("blobs/sha256/{hex}")).ok_or(Fault::Image("a digest of the image is not a SHA-256"))
}

/// Parses a small JSON file.
fn document<T: for<'a> Deserialize<'a>>(archive: &Archive, name: &str) -> Option<T> {
    let entry = archive.get(name).filter(|entry| entry.bytes.len() <= DOCUMENT)?;
    serde_json::from_slice(&entry.bytes.try_read().ok()?).ok()
}

/// Returns the name of the file that a name leads to: a layer from an earlier version of Docker may
/// be a symlink to the same layer of another image.
pub(super) fn target(archive: &Archive, name: &str) -> String {
    let Some(SpecialKind::Symlink(target)) = archive.special(name).map(|special| &special.what) else {
        return name.to_owned();
    };
    joined(name.rsplit_once('/').map_or("", |(folder, _)| folder), target)
}

/// Reads a file of the image and checks it against the digest in its name.
fn blob(archive: &Archive, name: &str) -> Result<Vec<u8>, Fault> {
    let name = target(archive, name);
    let entry = archive.get(&name).ok_or(Fault::Image("a layer or the config of the image is missing"))?;
    let bytes = entry.bytes.try_read()?.into_owned();
    if let Some(said) = name.strip_prefix("blobs/sha256/") {
        let digest: String = sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if digest != said {
            return Err(Fault::Image("a blob does not have the digest in its name"));
        }
    }
    Ok(bytes)
}

/// Returns the target of a symlink in `folder`, which cannot lead out of the root.
fn joined(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "" | "." => {}
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

enum ImageNode {
    Entry(Entry),
    Special(Special),
}

/// The files of the layers so far.
#[derive(Default)]
struct ImageTree {
    nodes: BTreeMap<String, (usize, ImageNode)>,
    /// Number of the layer that is being applied.
    layer: usize,
    /// Files that a later layer replaced or removed.
    hidden: Vec<HiddenFile>,
}

impl ImageTree {
    /// Applies a layer: removes files of the layers below, then adds the files of the layer.
    fn apply(&mut self, layer: Collected) -> Result<(), (String, Fault)> {
        let Collected { entries, specials } = layer;
        let file_name = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        let folder =
            |name: &str| name.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let names: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
        for name in names.iter().filter(|name| file_name(name).starts_with(WHITEOUT)) {
            let within = self.real(&folder(name)).map_err(|fault| (name.clone(), fault))?;
            let slash = if within.is_empty() { "" } else { "/" };
            match file_name(name) {
                opaque if opaque == OPAQUE => self.empty(&within),
                // Files of AUFS itself.
                own if own.starts_with(".wh..wh.") => {}
                file => {
                    let file = file.strip_prefix(WHITEOUT).unwrap_or_default();
                    if ["", ".", ".."].contains(&file) {
                        return Err((name.clone(), Fault::Image("it removes no file")));
                    }
                    let gone = format!("{within}{slash}{file}");
                    self.empty(&gone);
                    self.remove(&gone);
                }
            }
        }
        let entries = entries.into_iter().map(ImageNode::Entry);
        for mut node in entries.chain(specials.into_iter().map(ImageNode::Special)) {
            let name = match &node {
                ImageNode::Entry(entry) => entry.name.clone(),
                ImageNode::Special(special) => special.name.clone(),
            };
            if name.split('/').any(|part| part.starts_with(WHITEOUT)) {
                continue;
            }
            let within = self.real(&folder(&name)).map_err(|fault| (name.clone(), fault))?;
            let slash = if within.is_empty() { "" } else { "/" };
            let place = format!("{within}{slash}{}", file_name(&name));
            let is_directory = matches!(&node, ImageNode::Entry(entry) if entry.directory);
            match &mut node {
                ImageNode::Entry(entry) => entry.name.clone_from(&place),
                ImageNode::Special(special) => special.name.clone_from(&place),
            }
            if !is_directory {
                self.empty(&place);
            }
            self.remove(&place);
            self.nodes.insert(place, (self.layer, node));
        }
        Ok(())
    }

    /// Removes everything below a directory.
    fn empty(&mut self, folder: &str) {
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let names = self.nodes.range(below.clone()..).map(|(name, _)| name);
        let gone: Vec<String> = names.take_while(|name| name.starts_with(&below)).cloned().collect();
        for name in gone {
            self.remove(&name);
        }
    }

    /// Removes a file, and records it if it is of an earlier layer.
    fn remove(&mut self, name: &str) {
        let Some((layer, ImageNode::Entry(entry))) = self.nodes.remove(name) else { return };
        if layer < self.layer && !entry.directory {
            let mut digest = sha2::Sha256::new();
            let mut reader = entry.bytes.reader();
            while let Some(length) = Some(reader.block().len()).filter(|length| *length > 0) {
                digest.update(reader.block());
                reader.consume(length);
            }
            let (size, sha256) = (entry.bytes.len() as u64, digest.finalize().into());
            self.hidden.push(HiddenFile { layer, name: name.to_owned(), size, sha256 });
        }
    }

    /// Returns the directory that a path leads to. Symlinks of the layers are followed and cannot
    /// lead out of the root.
    fn real(&self, folder: &str) -> Result<String, Fault> {
        let mut rest: Vec<String> = folder.split('/').rev().map(str::to_owned).collect();
        let mut place = String::new();
        let mut links = 0;
        while let Some(part) = rest.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    place.truncate(place.rfind('/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let next = if place.is_empty() { part } else { format!("{place}/{part}") };
            match self.nodes.get(&next).map(|(_, node)| node) {
                Some(ImageNode::Special(Special { what: SpecialKind::Symlink(target), .. })) => {
                    links += 1;
                    if links > LINKS || target.len() > 4096 {
                        return Err(Fault::Image("its path has too many symlinks"));
                    }
                    if target.starts_with('/') {
                        place.clear();
                    }
                    rest.extend(target.split('/').rev().map(str::to_owned));
                }
                Some(ImageNode::Entry(entry)) if !entry.directory => {
                    return Err(Fault::FileAsDirectory(folder.to_owned()));
                }
                Some(ImageNode::Special(_)) => return Err(Fault::FileAsDirectory(folder.to_owned())),
                _ => place = next,
            }
        }
        Ok(place)
    }

    fn collected(self) -> Collected {
        let mut collected = Collected::default();
        for (_, node) in self.nodes.into_values() {
            match node {
                ImageNode::Entry(entry) => collected.entries.push(entry),
                ImageNode::Special(special) => collected.specials.push(special),
            }
        }
        collected
    }
}
