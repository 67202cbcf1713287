//! The command line, as a user or a script meets it: the program itself, in a folder of its own, without a terminal.
//!
//! `SNAPSHOTS=overwrite cargo test --test cli` rewrites golden/cli and golden/diag.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

#[path = "cli/adoption.rs"]
mod adoption;
#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/behaviour.rs"]
mod behaviour;
#[path = "cli/beside.rs"]
mod beside;
#[path = "cli/build.rs"]
mod build;
#[path = "cli/catalog.rs"]
mod catalog;
#[path = "cli/comment.rs"]
mod comment;
#[path = "cli/cost.rs"]
mod cost;
#[path = "cli/environments.rs"]
mod environments;
#[path = "cli/graph.rs"]
mod graph;
#[path = "cli/hooks.rs"]
mod hooks;
#[path = "cli/import.rs"]
mod import;
#[path = "cli/include.rs"]
mod include;
#[path = "cli/init.rs"]
mod init;
#[path = "cli/large_input.rs"]
mod large_input;
#[path = "cli/lint.rs"]
mod lint;
#[path = "cli/lint_files.rs"]
mod lint_files;
#[path = "cli/litefs.rs"]
mod litefs;
#[path = "cli/output_folder.rs"]
mod output_folder;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/release.rs"]
mod release;
#[path = "cli/report.rs"]
mod report;
#[path = "cli/review.rs"]
mod review;
#[path = "cli/setup.rs"]
mod setup;
#[path = "cli/show.rs"]
mod show;
#[path = "cli/world.rs"]
mod world;
