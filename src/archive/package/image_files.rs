//! The files of an image's archive that are not layers.

use super::facts::SpecialKind;
use super::image::{Image, target};
use crate::archive::entry::{Archive, Entry};
use serde::de::IgnoredAny;

/// Files that describe an image.
const DOCUMENTS: [&str; 4] = ["manifest.json", "repositories", "index.json", "oci-layout"];

/// Returns the name of a file that does not belong to an image. The archive can be extracted
/// instead of loaded, so such a file would be code that nothing has examined.
pub(super) fn foreign(archive: &Archive, image: &Image) -> Option<String> {
    let is_layer =
        |name: &str| image.layers.iter().any(|layer| layer == name || target(archive, layer) == name);
    let files = archive.files().filter(|file| !is_layer(&file.name) && !is_description(file, image));
    let specials = archive.specials.iter().filter(|special| {
        !matches!(special.what, SpecialKind::Symlink(_)) || !is_layer_link(archive, image, &special.name)
    });
    files.map(|file| &file.name).chain(specials.map(|special| &special.name)).next().cloned()
}

/// Returns whether a symlink is a layer, or has the name that earlier versions of Docker gave one:
/// skopeo writes `DIGEST/layer.tar` next to the layer that it leads to.
fn is_layer_link(archive: &Archive, image: &Image, name: &str) -> bool {
    let is_old_name = name.strip_suffix("/layer.tar").is_some_and(is_digest);
    image
        .layers
        .iter()
        .any(|layer| layer == name || is_old_name && target(archive, layer) == target(archive, name))
}

/// Returns whether a file is the config, a manifest or an attestation, which are all JSON, or the
/// version of the format in an archive of an old Docker.
fn is_description(file: &Entry, image: &Image) -> bool {
    let (folder, name) = file.name.rsplit_once('/').unwrap_or(("", &file.name));
    if name == "VERSION" && is_digest(folder) {
        return file.bytes.try_read().is_ok_and(|bytes| bytes.trim_ascii() == b"1.0");
    }
    let is_named = match folder {
        "" => DOCUMENTS.contains(&name) || is_digest(name.strip_suffix(".json").unwrap_or(name)),
        "blobs/sha256" => is_digest(name),
        folder => name == "json" && is_digest(folder),
    };
    (is_named || file.name == image.config)
        && file.bytes.try_read().is_ok_and(|bytes| serde_json::from_slice::<IgnoredAny>(&bytes).is_ok())
}

/// Returns whether a name is a SHA-256 digest, also with the name of the algorithm.
fn is_digest(name: &str) -> bool {
    let digits = name.strip_prefix("sha256:").unwrap_or(name);
    digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
