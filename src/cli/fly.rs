//! `fly`, run to see what runs: only with the commands of [`LOOKS`], which read.
//!
//! It is started without a shell, with nothing on its standard input, for a limited time, and as much of its output is
//! read as of any file. What it says is shown without tokens.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Duration;
use std::{io, thread};

use serde::Deserialize;

use super::Failure;
use crate::facts::{FACTS, without_tokens};
use crate::live::{Dump, Live};
use crate::source::{MAX_BYTES, one_line};

/// Every command that is ever run, as the words between `fly` and its options.
const LOOKS: [&[&str]; 11] = [
    &["version"],
    &["apps", "list"],
    &["ips", "list"],
    &["volumes", "list"],
    &["secrets", "list"],
    &["certs", "list"],
    &["machine", "list"],
    &["config", "show"],
    &["mpg", "list"],
    &["redis", "list"],
    &["storage", "list"],
];

/// How long one command may take.
const LIMIT: Duration = Duration::from_secs(60);
/// How many run at once: Fly.io limits how often its API is asked.
const AT_ONCE: usize = 4;
/// How much of an error is read, in bytes.
const MAX_ERROR: u64 = 8 * 1024;
/// How much of an error is shown, in characters.
const SHOWN: usize = 300;

/// Why a command told nothing.
enum Silent {
    /// The program cannot be started.
    Absent(io::Error),
    /// It failed, with these words.
    Failed(String),
}

/// Collects what runs of these apps and organisations. Notes are for what is not known for it.
pub(super) fn collect(apps: &[&str], orgs: &[&str], notes: &mut Vec<String>) -> Result<Live, Failure> {
    let program = program()?;
    let mut live = Live::default();
    let listed = asked(program, Dump::Apps, "").map_err(|silent| explained(Dump::Apps, "", &silent))?;
    add(&mut live, Dump::Apps, "", &listed)?;
    let of_apps = apps.iter().filter(|app| !live.lacks(app)).flat_map(|&app| Dump::OF_APP.map(|dump| (dump, app)));
    let of_orgs = orgs.iter().flat_map(|&org| Dump::OF_ORG.map(|dump| (dump, org)));
    let wanted: Vec<(Dump, &str)> = of_apps.chain(of_orgs).collect();
    let told = at_once(&wanted, |&(dump, of)| asked(program, dump, of));
    for (&(dump, of), told) in wanted.iter().zip(told) {
        match told {
            Ok(text) => add(&mut live, dump, of, &text)?,
            // An app that was never deployed has no configuration, and tokens of apps see no organisation.
            Err(Silent::Failed(why)) if dump == Dump::Config || Dump::OF_ORG.contains(&dump) => {
                notes.push(format!("`{}` failed: {why}", dump.line(of)));
            }
            Err(silent) => return Err(explained(dump, of, &silent)),
        }
    }
    Ok(live)
}

fn add(live: &mut Live, dump: Dump, of: &str, text: &str) -> Result<(), Failure> {
    live.add(dump, of, text)
        .map_err(|why| Failure::input(format!("`{}` printed something else than it should: {why}", dump.line(of))))
}

fn explained(dump: Dump, of: &str, silent: &Silent) -> Failure {
    Failure::input(match silent {
        Silent::Absent(error) => format!("cannot run fly: {error}"),
        Silent::Failed(why) if why.contains("access token") || why.contains("auth login") => format!(
            "fly is not logged in: run `fly auth login`, or set FLY_API_TOKEN to a token that may read, such as one of \
             `fly tokens create readonly`; it said: {why}"
        ),
        Silent::Failed(why) => format!("`{}` failed: {why}", dump.line(of)),
    })
}

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "Version")]
    version: String,
}

/// `fly`, or under its other name, when it is new enough.
fn program() -> Result<&'static str, Failure> {
    let words = ["version", "--json"].map(str::to_owned);
    for program in ["fly", "flyctl"] {
        let text = match run(program, &words) {
            Err(Silent::Absent(error)) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(silent) => {
                return Err(match silent {
                    Silent::Absent(error) => Failure::input(format!("cannot run {program}: {error}")),
                    Silent::Failed(why) => Failure::input(format!("`{program} version --json` failed: {why}")),
                });
            }
            Ok(text) => text,
        };
        let version = serde_json::from_str::<Version>(&text)
            .map_err(|error| Failure::input(format!("`{program} version --json` printed no version: {error}")))?
            .version;
        let numbers = |text: &str| -> Vec<u64> {
            let text = text.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
            text.split('.').map(|number| number.parse().unwrap_or(0)).collect()
        };
        if numbers(&version) < numbers(FACTS.flyctl_minimum) {
            return Err(Failure::input(format!(
                "flyctl {} is too old: {} or a later one is needed (`fly version upgrade`)",
                plain(&version),
                FACTS.flyctl_minimum
            )));
        }
        return Ok(program);
    }
    Err(Failure::input(
        "fly is not there: install it (https://fly.io/docs/flyctl/install); or run the script of `flyarch plan --collect` \
         where it is, and give its folder to --live",
    ))
}

/// What `fly` prints for a dump.
fn asked(program: &str, dump: Dump, of: &str) -> Result<String, Silent> {
    let line = dump.line(of);
    // Names of apps and organisations have no blanks in them.
    let words: Vec<String> = line.split(' ').skip(1).map(str::to_owned).collect();
    run(program, &words)
}

fn run(program: &str, words: &[String]) -> Result<String, Silent> {
    let is_look = LOOKS.iter().any(|look| words.len() >= look.len() && look.iter().zip(words).all(|(a, b)| *a == b));
    if !is_look {
        return Err(Silent::Failed("it is no command that only reads".to_owned()));
    }
    let mut child = Command::new(program)
        .args(words)
        .env("FLY_NO_UPDATE_CHECK", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Silent::Absent)?;
    let out = reader(child.stdout.take(), MAX_BYTES as u64 + 1);
    let err = reader(child.stderr.take(), MAX_ERROR);
    let Ok(bytes) = out.recv_timeout(LIMIT) else {
        end(&mut child);
        return Err(Silent::Failed(format!("it took longer than {} seconds", LIMIT.as_secs())));
    };
    if bytes.len() > MAX_BYTES {
        end(&mut child);
        return Err(Silent::Failed(format!("it printed more than {} MB", MAX_BYTES / 1024 / 1024)));
    }
    let said = err.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    let Some(success) = ended(&mut child) else {
        end(&mut child);
        return Err(Silent::Failed("it did not end".to_owned()));
    };
    if !success {
        let said = String::from_utf8_lossy(&said);
        let why = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it said nothing");
        return Err(Silent::Failed(plain(why.trim_start_matches("Error: "))));
    }
    String::from_utf8(bytes).map_err(|_| Silent::Failed("what it printed is not UTF-8".to_owned()))
}

/// Reads a stream on a thread of its own, so that waiting for it can end.
fn reader(stream: Option<impl Read + Send + 'static>, most: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            // What was read before a failure is what there is.
            let _ = stream.take(most).read_to_end(&mut bytes);
        }
        drop(sender.send(bytes));
    });
    receiver
}

/// Whether it ended well; it has closed its output, and has a moment to end.
fn ended(child: &mut Child) -> Option<bool> {
    for _ in 0..100 {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            Err(_) => return None,
        }
    }
    None
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// What `fly` said, on one line, without tokens.
fn plain(text: &str) -> String {
    let text = without_tokens(&FACTS, text).unwrap_or_else(|| text.to_owned());
    let mut text = one_line(&text).into_owned();
    for name in ["FLY_API_TOKEN", "FLY_ACCESS_TOKEN"] {
        if let Some(token) = std::env::var(name).ok().filter(|token| token.len() >= 4) {
            text = text.replace(&token, "•");
        }
    }
    text.chars().take(SHOWN).collect()
}

/// `f` of every item, in their order, a few at a time.
fn at_once<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(items.len()) {
            scope.spawn(|| {
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|item| (at, item))
                } {
                    let result = f(item);
                    if let Ok(mut done) = done.lock() {
                        done.push((at, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::{LOOKS, run};
    use crate::live::Dump;

    #[test]
    fn every_dump_is_a_look_and_every_look_reads() {
        let dumps = [Dump::Apps].into_iter().chain(Dump::OF_APP).chain(Dump::OF_ORG);
        for dump in dumps {
            assert!(LOOKS.contains(&dump.command()), "{dump:?}");
        }
        for look in LOOKS {
            assert!(matches!(look.last(), Some(&("list" | "show" | "version"))), "{look:?}");
        }
    }

    #[test]
    fn nothing_else_is_run() {
        for words in [&["apps", "destroy", "shop"][..], &["deploy"], &[], &["machine"], &["config", "save"]] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert!(run("true", &words).is_err(), "{words:?}");
        }
    }
}
