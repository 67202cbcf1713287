//! Kinds of resources, one folder each: what can be written (`spec`), what it means (`lower`), which steps set it up
//! (`plan`), and the shell functions that those steps call (`functions.sh`).
//!
//! There is no trait over kinds. They are few and closed, and their types differ; the compiler walks a new one through
//! every `match` that needs it (CONTRIBUTING.md, "a resource kind").

pub mod app;
pub mod bucket;
pub mod postgres;
pub mod redis;
