//! Tests that need only the binary. Those that need an interpreter are in
//! `tests/oracle/compile.rs`.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests write what they please, and may panic"
)]

#[path = "../acceptance/mod.rs"]
#[allow(unreachable_pub, dead_code, reason = "the long run and the fuzz targets use more of it")]
mod acceptance;
mod accepted;
#[cfg(unix)]
mod agree;
#[allow(unreachable_pub, reason = "the fuzz targets use it from another crate")]
mod any_bytes;
mod audits;
mod backends;
mod bazel;
mod bounds;
mod cache_prefix;
mod causes;
mod check;
mod columns;
mod config;
mod config_places;
#[cfg(unix)]
mod contained;
mod counts;
mod culprits;
#[cfg(unix)]
mod current;
mod deceit;
mod diff;
mod disguises;
mod docs;
mod eggs;
mod encodings;
#[cfg(unix)]
mod env;
#[cfg(unix)]
mod env_places;
mod environment_interpreters;
mod exchanged;
mod features;
mod foreign;
mod golden;
mod grouped;
mod hatch;
mod headers;
mod hints;
mod house;
mod init;
mod inspect;
mod interpreters;
mod launched;
mod layouts;
mod left_behind;
mod left_to_backend;
#[cfg(unix)]
mod leftovers;
mod limited;
#[cfg(unix)]
mod linked;
mod listed;
mod lists;
#[cfg(unix)]
mod metadata;
mod mistakes;
mod modes;
#[cfg(target_os = "linux")]
mod names_of_files;
mod naming;
mod native;
#[cfg(target_os = "linux")]
mod not_utf8;
mod noted;
mod one_sided;
mod outranked;
mod packages;
mod page;
mod pair;
mod paired;
mod preprocess;
mod properties;
#[cfg(target_os = "linux")]
mod races;
mod real_places;
mod recorded;
#[cfg(unix)]
mod refused;
mod replaced;
#[cfg(unix)]
mod routes;
mod sarif;
mod schemas;
mod sdist;
mod session;
mod shadowed;
mod sharded;
#[cfg(target_os = "linux")]
mod shipped;
mod signals;
mod spoken;
#[cfg(unix)]
mod stale;
mod startup;
mod streams;
#[cfg(unix)]
mod trusted_sources;
mod two_readings;
#[cfg(target_os = "linux")]
mod unlisted;
mod usage;
mod verdicts;
mod warnings;
mod wheels;
