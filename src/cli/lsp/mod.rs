//! `flyarch lsp`: the loop between an editor and what `crate::lsp` answers.
//!
//! One thread reads, this one answers. A change is looked at when nothing has come for a moment, so that somebody who
//! types a word waits for one look at the spec and not for ten.

mod actions;
mod answers;
mod documents;
mod session;
mod uri;
mod wire;

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::{CLEAN, FINDINGS, Failure};
use session::Session;

/// How long nothing comes before a change is looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// How many messages wait to be answered before the editor does.
const WAITING: usize = 256;

/// Serves until the editor has gone. The exit code is the protocol's: 1 for an editor that went without a word.
pub(super) fn run() -> Result<i32, Failure> {
    let (sender, messages) = mpsc::sync_channel(WAITING);
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let read = wire::read(&mut input);
            let is_last = !matches!(read, Ok(Some(_)));
            if sender.send(read).is_err() || is_last {
                return;
            }
        }
    });
    let mut out = io::stdout().lock();
    let mut session = Session::default();
    loop {
        let message = if session.is_behind() {
            match messages.recv_timeout(PAUSE) {
                Err(RecvTimeoutError::Timeout) => {
                    session.catch_up();
                    None
                }
                other => Some(other.ok()),
            }
        } else {
            Some(messages.recv().ok())
        };
        match message {
            None => {}
            Some(Some(Ok(Some(message)))) => session.take(message),
            Some(Some(Err(error))) => return Err(Failure::input(format!("cannot understand the editor: {error}"))),
            Some(Some(Ok(None)) | None) => return Ok(FINDINGS),
        }
        for message in session.told() {
            match wire::write(&mut out, &message) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(FINDINGS),
                other => other?,
            }
        }
        if let Some(orderly) = session.end() {
            return Ok(if orderly { CLEAN } else { FINDINGS });
        }
    }
}
