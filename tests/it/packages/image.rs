//! Layers and whiteouts, after the OCI image specification, "Image Layer Filesystem Changeset".

use super::make::{docker, file, folder, gzip, symlink, tar, zstd};
use crate::session::Session;
use sha2::Digest as _;

/// Compares the files of two images by the files that `diff` reports as missing from an image
/// without layers.
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
    // A file in place of a directory, and a file that a later layer restores.
    let upper = tar(&[file("a", "x"), file(".wh.b", "")]);
    let last = tar(&[folder("b/"), file("b/c", "")]);
    assert_eq!(files(&[base.clone(), upper, last]), ["a", "b-file", "b/c", "d/e", "link"]);
    // A path through a symlink of a lower layer leads to the link's target, and never out of the
    // root.
    assert_eq!(files(&[base.clone(), tar(&[file("link/three", "")])])[1], "a/three");
    let out = tar(&[symlink("out", "../../etc"), symlink("abs", "/b")]);
    let through = tar(&[file("out/passwd", ""), file("abs/x", "")]);
    let found = files(&[base, out, through]);
    assert!(found.contains(&"etc/passwd".to_owned()) && found.contains(&"b/x".to_owned()), "{found:?}");
}

fn hex(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An OCI image layout; `of_index` are further images of its index.
pub(super) fn oci(layers: &[Vec<u8>], of_index: &[serde_json::Value]) -> Vec<u8> {
    let descriptor = |bytes: &[u8]| serde_json::json!({"digest": format!("sha256:{}", hex(bytes))});
    let config = b"{\"architecture\":\"amd64\"}".to_vec();
    let layer_descriptors: Vec<_> = layers.iter().map(|layer| descriptor(layer)).collect();
    let manifest = serde_json::json!({"config": descriptor(&config), "layers": layer_descriptors});
    let manifest = manifest.to_string().into_bytes();
    let images = [&[descriptor(&manifest)], of_index].concat();
    let blobs = layers.iter().chain([&manifest, &config]);
    let blobs = blobs.map(|bytes| file(&format!("blobs/sha256/{}", hex(bytes)), bytes));
    let mut members = vec![
        file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"),
        file("index.json", serde_json::json!({"manifests": images}).to_string()),
    ];
    members.extend(blobs);
    tar(&members)
}

#[test]
fn both_layouts_give_the_same_files_whatever_the_compression() {
    let session = Session::new();
    session.file("demo/core.py", "def f(x):\n    return x + 1\n");
    session.file("demo/gone.py", "x = 1\n");
    let compile = ["compile", "-q", "--engine", "native", "--python", "3.14"];
    let sources = ["--invalidation-mode", "checked-hash", "demo/core.py", "demo/gone.py"];
    session.run(&[&compile[..], &sources].concat()).exits(0);
    let names =
        ["core.py", "gone.py", "__pycache__/core.cpython-314.pyc", "__pycache__/gone.cpython-314.pyc"];
    let read = |name: &str| std::fs::read(session.path(&format!("demo/{name}"))).unwrap();
    let [core_pyc, gone_pyc] = [read(names[2]), read(names[3])];
    // The first layer has another file's pyc, which the second one replaces.
    let base = tar(&[
        file("opt/demo/core.py", read("core.py")),
        file("opt/demo/gone.py", read("gone.py")),
        file("opt/demo/__pycache__/core.cpython-314.pyc", &gone_pyc),
        file("opt/demo/__pycache__/gone.cpython-314.pyc", &gone_pyc),
        file("var/cache/x", "x"),
    ]);
    let upper = tar(&[
        file("opt/demo/.wh.gone.py", ""),
        file("opt/demo/__pycache__/core.cpython-314.pyc", &core_pyc),
        file("opt/demo/__pycache__/.wh.gone.cpython-314.pyc", ""),
        file("var/cache/.wh..wh..opq", ""),
    ]);
    for (name, content) in [(names[0], read("core.py")), (names[2], core_pyc)] {
        session.file(&format!("tree/opt/demo/{name}"), content);
    }
    let manifest = session.run(&["manifest", "tree"]).exits(0).out;
    type Compressor = fn(&[u8]) -> Vec<u8>;
    let pack: [Compressor; 3] = [<[u8]>::to_vec, gzip, zstd];
    for (at, pack) in pack.into_iter().enumerate() {
        let layers = [pack(&base), pack(&upper)];
        for (layout, image) in [("docker", docker(&layers)), ("oci", oci(&layers, &[]))] {
            let name = format!("{layout}-{at}.tar");
            session.file(&name, image);
            session.run(&["verify", &name]).exits(0).says("1 verified, 0 findings");
            let said = session.run(&["diff", &name, "tree"]).exits(1);
            assert!(
                said.out.starts_with("1 file is only on one side; nothing that differs is unexplained"),
                "{}",
                said.out
            );
            assert!(said.out.contains("only on the left: (image config)"), "{}", said.out);
            let said = session.run(&["manifest", &name]).exits(0);
            let files =
                |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["files"].clone();
            assert_eq!(files(&said.out), files(&manifest), "{name}");
        }
        // In the other order, the pyc of the lower layer is there again.
        session.file("poisoned.tar", docker(&[pack(&upper), pack(&base)]));
        let said = session.run(&["verify", "poisoned.tar"]).exits(1);
        assert!(said.out.contains("opt/demo/__pycache__/core.cpython-314.pyc: "), "{}", said.out);
    }
    let said = session.run(&["diff", "docker-1.tar", "oci-2.tar"]).exits(1);
    assert!(!said.out.contains("opt/demo"), "{}", said.out);
}

#[test]
fn provenance_is_no_second_image() {
    let layer = tar(&[file("usr/lib/m.py", "x = 1\n")]);
    let other = |platform: &str| {
        serde_json::json!({
            "digest": format!("sha256:{}", hex(b"")),
            "platform": {"architecture": platform, "os": platform},
            "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
        })
    };
    let session = Session::new();
    session.file("image", oci(std::slice::from_ref(&layer), &[other("unknown")]));
    session.run(&["verify", "image"]).exits(0).says("0 pycs");
    session.file("image", oci(&[layer], &[other("linux")]));
    session.run(&["verify", "image"]).exits(2).says("more than one image");
}

#[test]
fn a_whiteout_of_nothing_is_refused() {
    let session = Session::new();
    for name in [".wh.", "a/.wh.", "a/.wh..", "a/.wh..."] {
        session.file("image", docker(&[tar(&[file("a/b", "")]), tar(&[file(name, "")])]));
        session.run(&["verify", "image"]).exits(2).says("it removes no file");
    }
}

#[test]
fn an_oci_layout_is_held_against_its_digests() {
    let session = Session::new();
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
    session.run(&["verify", "image"]).exits(2).says("a blob does not have the digest in its name");
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
    // The manifest of another format does not make an image.
    session.file("a", tar(&[file("manifest.json", "{\"name\": \"an extension\"}")]));
    session.run(&["verify", "a"]).exits(0);
    let loops = tar(&[symlink("a", "b"), symlink("b", "a")]);
    session.file("a", docker(&[loops, tar(&[file("a/x", "")])]));
    session.run(&["verify", "a"]).exits(2).says("its path has too many symlinks");
}

/// A file of a layer is in every copy of the image, although no container has it.
#[test]
fn files_that_later_layers_hide_are_content() {
    let session = Session::new();
    let image = |first: &[u8], second: &[u8]| docker(&[first.to_vec(), second.to_vec()]);
    let upper = tar(&[file("a/.wh.key", ""), file("b", "2")]);
    let (one, other) =
        (tar(&[file("a/key", "x"), file("b", "1")]), tar(&[file("a/key", "y"), file("b", "1")]));
    session.file("one", image(&one, &upper));
    session.file("other", image(&other, &upper));
    let found: serde_json::Value =
        serde_json::from_str(&session.run(&["diff", "one", "other", "--json"]).exits(1).out).unwrap();
    assert_eq!(
        found["conclusion"],
        "1 archive differs in more than form; nothing that differs is unexplained"
    );
    let finding = &found["files"][0]["findings"][0];
    assert_eq!(finding["message"], "1 file in the layers that later layers replace or remove");
    assert_eq!(finding["rows"][0]["label"], "a/key in layer 1");
    assert_eq!(finding["rows"].as_array().unwrap().len(), 1);
    // The same files, compressed.
    session.file("other", image(&gzip(&one), &upper));
    let said = session.run(&["diff", "one", "other"]).exits(1);
    assert!(
        said.out.starts_with("1 archive differs in form alone; nothing that differs is unexplained\n"),
        "{}",
        said.out
    );
    assert!(said.out.contains("the entries have the same bytes, but are packed differently"), "{}", said.out);
}

/// An archive can be extracted instead of loaded, and loaders differ in the index that they read.
#[test]
fn files_next_to_the_layers_are_refused() {
    let session = Session::new();
    let pyc = include_bytes!("../../seeds/pyc/3.10-small.pyc");
    let config = "{\"os\":\"linux\"}";
    let manifest = |layers: &str| format!("[{{\"Config\":\"c.json\",\"Layers\":[{layers}]}}]");
    let layer = tar(&[file("a", "1")]);
    for members in [
        vec![file("m.py", "print('GOOD')\n"), file("__pycache__/m.cpython-313.pyc", pyc)],
        vec![file("other/layer.tar", &layer)],
        vec![file(&format!("blobs/sha256/{}", hex(&layer)), &layer)],
        vec![symlink("m", "/opt/m")],
    ] {
        for layers in ["", "\"0/layer.tar\""] {
            let described = [file("manifest.json", manifest(layers)), file("c.json", config)];
            let layer = (!layers.is_empty()).then(|| file("0/layer.tar", &layer));
            let all: Vec<_> = described.into_iter().chain(layer).chain(members.iter().cloned()).collect();
            session.file("image.tar", tar(&all));
            session.run(&["verify", "image.tar"]).exits(2).says("a file does not belong to the image");
            let said = session.run(&["verify", "."]).exits(1);
            assert!(said.out.starts_with("image.tar: archive: the archive was not opened"), "{}", said.out);
        }
    }
    // The config is JSON, whatever its name.
    let described = "[{\"Config\":\"__pycache__/m.cpython-313.pyc\",\"Layers\":[]}]";
    let members = [file("manifest.json", described), file("__pycache__/m.cpython-313.pyc", pyc)];
    session.file("image.tar", tar(&members));
    session.run(&["verify", "image.tar"]).exits(2).says("a file does not belong to the image");
}

/// skopeo and podman write a symlink with the old name of each layer next to the layer.
#[test]
fn old_names_of_layers_belong_to_an_image() {
    let session = Session::new();
    let layer = tar(&[file("a", "1")]);
    let layer_name = format!("{}.tar", hex(&layer));
    let described = serde_json::json!([{"Config": "c.json", "Layers": [layer_name]}]).to_string();
    let old_name = format!("{}/layer.tar", "0".repeat(64));
    let image = |old_name: &str, target: &str| {
        tar(&[
            file("c.json", "{\"os\":\"linux\"}"),
            file(&layer_name, &layer),
            symlink(old_name, target),
            file("manifest.json", &described),
        ])
    };
    session.file("image.tar", image(&old_name, &format!("../{layer_name}")));
    session.run(&["verify", "image.tar"]).exits(0).says("0 pycs");
    for (name, target) in [(old_name.as_str(), "../c.json"), ("m.py", layer_name.as_str())] {
        session.file("image.tar", image(name, target));
        session.run(&["verify", "image.tar"]).exits(2).says("a file does not belong to the image");
    }
}

/// Docker reads `manifest.json`, others `index.json`.
#[test]
fn two_descriptions_of_an_image_have_to_agree() {
    let session = Session::new();
    let (one, other) = (tar(&[file("a", "1")]), tar(&[file("a", "2")]));
    let config = "{\"os\":\"linux\"}";
    let name = |bytes: &[u8]| format!("blobs/sha256/{}", hex(bytes));
    let image = |docker: &[u8], oci: &[u8]| {
        let described = serde_json::json!([{"Config": name(config.as_bytes()), "Layers": [name(docker)]}]);
        let digest = |bytes: &[u8]| serde_json::json!({"digest": format!("sha256:{}", hex(bytes))});
        let manifest = serde_json::json!({"config": digest(config.as_bytes()), "layers": [digest(oci)]});
        let manifest = manifest.to_string();
        // One image with two tags.
        let index = serde_json::json!({"manifests": vec![digest(manifest.as_bytes()); 2]});
        let mut members = vec![
            file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"),
            file("manifest.json", described.to_string()),
            file("index.json", index.to_string()),
            file(&name(config.as_bytes()), config),
            file(&name(manifest.as_bytes()), &manifest),
            file(&name(docker), docker),
        ];
        if docker != oci {
            members.push(file(&name(oci), oci));
        }
        tar(&members)
    };
    session.file("image.tar", image(&one, &one));
    session.run(&["verify", "image.tar"]).exits(0);
    session.file("image.tar", image(&one, &other));
    session.run(&["verify", "image.tar"]).exits(2).says("different layers");
}
