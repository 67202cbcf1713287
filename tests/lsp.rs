//! `flyarch lsp`, as an editor meets it: the program itself, messages in and messages out.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

#[path = "lsp/actions.rs"]
mod actions;
#[path = "lsp/client.rs"]
mod client;
#[path = "lsp/completion.rs"]
mod completion;
#[path = "lsp/findings.rs"]
mod findings;
#[path = "lsp/hostile.rs"]
mod hostile;
#[path = "lsp/navigation.rs"]
mod navigation;
#[path = "lsp/protocol.rs"]
mod protocol;
mod support;
