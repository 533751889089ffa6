//! Layers and whiteouts, after the OCI image specification, "Image Layer Filesystem Changeset".

use super::make::{docker, file, folder, symlink, tar};
use crate::session::Session;
use sha2::Digest as _;

/// The files that two images have, by what `diff` says is missing from one without layers.
fn files(layers: &[Vec<u8>]) -> Vec<String> {
    let session = Session::new();
    session.file("image", docker(layers));
    session.file("none", docker(&[]));
    let said = session.run(&["diff", "image", "none", "--json"]);
    let found: serde_json::Value = serde_json::from_str(&said.out).expect(&said.err);
    let files = found["files"].as_array().unwrap().iter();
    let files = files.filter(|file| file["findings"][0]["kind"] == "only-left");
    files.map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn whiteouts_take_files_of_lower_layers_away() {
    let base = tar(&[
        folder("a/"),
        file("a/one", "1"),
        file("a/two", "2"),
        folder("b/"),
        folder("b/c/"),
        file("b/c/deep", "3"),
        file("b-file", "4"),
        file("d/e", "5"),
        symlink("link", "a"),
    ]);
    let all = ["a/one", "a/two", "b-file", "b/c/deep", "d/e", "link"];
    assert_eq!(files(std::slice::from_ref(&base)), all);
    // A file, a directory with what is in it, and a file that the same layer brings.
    let upper = tar(&[file("a/.wh.one", ""), file(".wh.b", ""), file("d/.wh.e", ""), file("d/e", "6")]);
    assert_eq!(files(&[base.clone(), upper]), ["a/two", "b-file", "d/e", "link"]);
    // An opaque directory hides what is below, and not what its own layer has, in whatever order.
    let upper = tar(&[file("b/new", ""), folder("b/"), file("b/.wh..wh..opq", "")]);
    assert_eq!(files(&[base.clone(), upper]), ["a/one", "a/two", "b-file", "b/new", "d/e", "link"]);
    // A file in place of a directory, and one that a later layer brings back.
    let upper = tar(&[file("a", "x"), file(".wh.b", "")]);
    let last = tar(&[folder("b/"), file("b/c", "")]);
    assert_eq!(files(&[base.clone(), upper, last]), ["a", "b-file", "b/c", "d/e", "link"]);
    // What goes through a symlink of a lower layer goes where it leads, and never out of the root.
    assert_eq!(files(&[base.clone(), tar(&[file("link/three", "")])])[1], "a/three");
    let out = tar(&[symlink("out", "../../etc"), symlink("abs", "/b")]);
    let through = tar(&[file("out/passwd", ""), file("abs/x", "")]);
    let found = files(&[base, out, through]);
    assert!(found.contains(&"etc/passwd".to_owned()) && found.contains(&"b/x".to_owned()), "{found:?}");
}

#[test]
fn an_oci_layout_is_held_against_its_digests() {
    let session = Session::new();
    let hex = |bytes: &[u8]| {
        sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let layer = tar(&[file("usr/lib/m.py", "x = 1\n")]);
    let config = b"{\"architecture\":\"amd64\"}".to_vec();
    let descriptor = |bytes: &[u8]| serde_json::json!({"digest": format!("sha256:{}", hex(bytes))});
    let manifest = serde_json::json!({"config": descriptor(&config), "layers": [descriptor(&layer)]});
    let manifest = manifest.to_string().into_bytes();
    let index = serde_json::json!({"manifests": [descriptor(&manifest)]}).to_string();
    let image = |layer_bytes: &[u8]| {
        let blob = |bytes: &[u8]| format!("blobs/sha256/{}", hex(bytes));
        tar(&[
            file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"),
            file("index.json", &index),
            file(&blob(&manifest), &manifest),
            file(&blob(&config), &config),
            file(&blob(&layer), layer_bytes),
        ])
    };
    session.file("image", image(&layer));
    session.file("tree/usr/lib/m.py", "x = 1\n");
    let said = session.run(&["diff", "image", "tree"]).exits(1);
    assert!(said.out.contains("only on the left: (image config)"), "{}", said.out);
    assert!(said.err.contains("1 is the same"), "{}", said.err);
    session.file("image", image(&tar(&[file("usr/lib/m.py", "x = 2\n")])));
    session.run(&["verify", "image"]).exits(2).says("a blob is not the one that its name is the digest of");
}

#[test]
fn several_images_and_missing_layers_are_refused() {
    let session = Session::new();
    let manifest = |text: &str| tar(&[file("manifest.json", text), file("c.json", "{}")]);
    session
        .file("a", manifest("[{\"Config\":\"c.json\",\"Layers\":[]},{\"Config\":\"c.json\",\"Layers\":[]}]"));
    session.run(&["verify", "a"]).exits(2).says("more than one image");
    session.file("a", manifest("[{\"Config\":\"c.json\",\"Layers\":[\"gone/layer.tar\"]}]"));
    session.run(&["verify", "a"]).exits(2).says("a layer or the config of the image is missing");
    // The manifest of something else makes no image.
    session.file("a", tar(&[file("manifest.json", "{\"name\": \"an extension\"}")]));
    session.run(&["verify", "a"]).exits(0);
    let loops = tar(&[symlink("a", "b"), symlink("b", "a")]);
    session.file("a", docker(&[loops, tar(&[file("a/x", "")])]));
    session.run(&["verify", "a"]).exits(2).says("the way to it leads over too many symlinks");
}
