//! One run of a script by bash.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::leaks::Needles;
use super::point::Point;
use super::stage::Stage;
use crate::sim::faults::Fault;
use crate::sim::state::{Record, State};

/// Sourced by bash in front of the script.
const POINTS: &str = include_str!("points.sh");
const RESUME: &str = include_str!("resume.sh");

/// After this time a run is taken to hang. An undisturbed run of a large spec takes seconds.
const LONGEST: Duration = Duration::from_secs(600);
/// How often a run is looked at.
const GLANCE: Duration = Duration::from_millis(2);

/// How a run begins.
#[derive(Clone, Copy)]
pub(super) enum Begin<'a> {
    /// At the beginning, on this account.
    From(&'a State),
    /// The same, with notes before each step in a folder.
    Noting(&'a State, &'a Path),
    /// Before a step of another run; so many calls come before its first step.
    At(&'a Point, u64),
}

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    /// The exit code; none when the script was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The calls of `fly`.
    pub calls: Vec<Record>,
    /// What exists at the end.
    pub state: State,
    /// Why the run is not as it may be, whatever comes of it.
    pub offence: Option<String>,
}

impl Run {
    /// Calls that changed something.
    pub fn changes(&self) -> impl Iterator<Item = &Record> {
        self.calls.iter().filter(|call| call.changed)
    }

    /// The last lines of what was shown, for people.
    pub fn end(&self) -> String {
        let tail = |text: &str| {
            let lines: Vec<&str> = text.lines().collect();
            lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n")
        };
        format!("exit code {:?}\n{}\n{}", self.code, tail(&self.stdout), tail(&self.stderr))
    }
}

/// Numbers of folders.
static NEXT: AtomicU64 = AtomicU64::new(0);

impl Stage {
    /// Runs the script.
    pub(super) fn run(&self, begin: Begin<'_>, fault: Option<(u64, Fault)>) -> io::Result<Run> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = self.runs().join(number.to_string());
        let result = self.run_in(&folder, begin, fault);
        let _ = fs::remove_dir_all(&folder);
        result
    }

    fn run_in(&self, folder: &Path, begin: Begin<'_>, fault: Option<(u64, Fault)>) -> io::Result<Run> {
        for part in ["account", "seen/tmp", "seen/home", "seen/here"] {
            fs::create_dir_all(folder.join(part))?;
        }
        let (account, seen) = (folder.join("account"), folder.join("seen"));
        let mut env: BTreeMap<String, OsString> = self.env().clone();
        let mut set = |name: &str, value: OsString| drop(env.insert(name.to_owned(), value));
        set("FLY_SIM_STATE", account.clone().into());
        set("HOME", seen.join("home").into());
        set("TMPDIR", seen.join("tmp").into());
        if let Some((number, fault)) = fault {
            set("FLY_SIM_FAULT", format!("{number}:{}", fault.name()).into());
        }
        let mut before = |name: &str, text: &str| -> io::Result<()> {
            let path = folder.join(name);
            fs::write(&path, text)?;
            set("BASH_ENV", path.into());
            Ok(())
        };
        match begin {
            Begin::From(state) => state.save(&account)?,
            Begin::Noting(state, notes) => {
                state.save(&account)?;
                fs::create_dir_all(notes)?;
                before("points.sh", POINTS)?;
                set("TRIAL_POINTS", notes.into());
            }
            Begin::At(point, calls) => {
                let state = State { calls: point.account.calls - calls, ..point.account.clone() };
                state.save(&account)?;
                before("resume.sh", RESUME)?;
                set("TRIAL_POINTS", point.folder.clone().into());
                set("TRIAL_AT", point.number.to_string().into());
            }
        }
        let mut child = Command::new(self.bash())
            .arg(self.script())
            .env_clear()
            .envs(&env)
            .current_dir(seen.join("here"))
            .stdin(Stdio::null())
            .stdout(File::create(seen.join("stdout"))?)
            .stderr(File::create(seen.join("stderr"))?)
            // A fault that kills takes everything that the script has started with it, and nothing else.
            .process_group(0)
            .spawn()?;
        let start = Instant::now();
        let mut offence = None;
        let status = loop {
            if let Some(ended) = child.try_wait()? {
                break ended;
            }
            if start.elapsed() > LONGEST {
                child.kill()?;
                offence = Some(format!("the run did not end within {} seconds", LONGEST.as_secs()));
            }
            std::thread::sleep(GLANCE);
        };
        let text = |path: PathBuf| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let mut run = Run {
            code: status.code(),
            stdout: text(seen.join("stdout"))?,
            stderr: text(seen.join("stderr"))?,
            calls: Record::all(&account)?,
            state: State::load(&account)?,
            offence,
        };
        if run.offence.is_none() {
            run.offence = self.offence(&run, &seen);
        }
        Ok(run)
    }

    /// What no run may do, whatever happens to it.
    fn offence(&self, run: &Run, seen: &Path) -> Option<String> {
        if let Some(call) = run.calls.iter().find(|call| call.refused.is_some()) {
            let why = call.refused.as_deref().unwrap_or_default();
            return Some(format!("flyctl would not take `fly {}`: {why}", call.argv.join(" ")));
        }
        // A token whose value was lost on the way is taken back.
        let gone = |call: &&Record| !call.gone.is_empty() && call.command != "tokens revoke";
        if let Some(call) = run.calls.iter().find(gone) {
            return Some(format!("`fly {}` destroyed {}", call.argv.join(" "), call.gone.join(", ")));
        }
        let codes = [0, 10, 20, 21, 22, 23, 24];
        if run.code.is_some_and(|code| !codes.contains(&code)) {
            return Some(format!("the exit code is none of those that the script documents\n{}", run.end()));
        }
        let needles = self.needles_of(run);
        for call in &run.calls {
            if let Some(form) = call.argv.iter().find_map(|word| needles.find(word.as_bytes())) {
                return Some(format!("a secret is among the arguments of `fly {}`: {form}", call.command));
            }
            if let Some((name, _)) = call.environment.iter().find(|(_, digest)| self.is_secret(digest)) {
                return Some(format!("a secret is in the environment of `fly {}`: {name}", call.command));
            }
        }
        needles.find_below(seen).map(|(path, form)| {
            let name = Path::new(&path).strip_prefix(seen).map_or(path.clone(), |path| path.display().to_string());
            format!("a secret is in {name}: {form}")
        })
    }

    /// Values that may be seen nowhere: those of the stage, and those that the script made in this run.
    fn needles_of(&self, run: &Run) -> Needles {
        let mut needles = self.needles().clone();
        for stdin in run.calls.iter().filter_map(|call| call.stdin.as_deref()) {
            let text = String::from_utf8_lossy(stdin);
            if let Some((name, value)) = text.split_once('=')
                && self.generates(name)
            {
                needles.add(value.trim_end().trim_matches('"'));
            }
        }
        needles
    }
}
