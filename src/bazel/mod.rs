//! Requests of Bazel on a stream → answers.
//!
//! Bazel: `src/main/protobuf/worker_protocol.proto`.
//!
//! **Invariant:** every request that is not canceled by name gets one answer, whatever it contains,
//! and memory does not grow with the length of a request or of the stream.

mod json;
mod message;
mod proto;
mod protocol;
mod queue;
mod serve;

pub use message::{Reply, StreamFault, WorkRequest, WorkResponse};
pub use protocol::{Incoming, Protocol};
pub use serve::{Precompile, Service, serve};
