//! A place to run generated scripts in: a spec that was built, an account behind the stand-in, and a `PATH` with both.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use flyarch::facts::FACTS;
use flyarch::render::ArtifactSet;
use flyarch::sim::state::{Record, State};
use flyarch::sink::{self, Compare};
use flyarch::source::Source;
use flyarch::{Options, compile};
use tempfile::TempDir;

use super::tools::{jq_cache, stand_in, tool};

/// The reference architecture.
pub(crate) const REFERENCE: &str = include_str!("../../specs/reference.toml");
/// One of each.
pub(crate) const EVERYTHING: &str = include_str!("../specs/everything.toml");

/// The bash that runs the scripts: the one that `FLYARCH_BASH` names, for older ones, else the system's.
pub(crate) fn bash() -> OsString {
    std::env::var_os("FLYARCH_BASH").unwrap_or_else(|| "/bin/bash".into())
}

/// The folder that is first on the `PATH` of the scripts.
pub(crate) fn bin() -> &'static Path {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    BIN.get_or_init(|| {
        let bin = Path::new(env!("CARGO_TARGET_TMPDIR")).join("script-bin");
        fs::create_dir_all(&bin).unwrap();
        // Waiting is for others. What another run of the tests may be using is not written again.
        let (sleep, waits) = (bin.join("sleep"), "#!/bin/sh\nexit 0\n");
        if fs::read_to_string(&sleep).ok().as_deref() != Some(waits) {
            program(&sleep, waits);
        }
        let program = stand_in();
        for link in ["fly", "jq"].map(|name| bin.join(name)) {
            if fs::read_link(&link).ok().as_ref() != Some(&program) {
                drop(fs::remove_file(&link));
                symlink(&program, link).unwrap();
            }
        }
        bin
    })
}

/// Makes a program of a text.
pub(crate) fn program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A spec and what was built from it, in folders beside each other.
pub(crate) struct Tree {
    root: TempDir,
    folder: PathBuf,
}

impl Tree {
    /// Builds a spec into a folder of this name.
    pub(crate) fn named(name: &str, spec: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(name);
        fs::create_dir(&folder).unwrap();
        let tree = Self { root, folder };
        tree.file("spec.toml", spec);
        tree.file("Dockerfile", "FROM scratch\n");
        tree.rebuild(spec);
        tree
    }

    /// Builds a spec.
    pub(crate) fn new(spec: &str) -> Self {
        Self::named("project", spec)
    }

    /// Builds another spec in the place of the first.
    pub(crate) fn rebuild(&self, spec: &str) {
        let files = files(spec);
        let changes = sink::compare(&self.folder.join("out"), &files, Compare::default()).unwrap();
        sink::write(&changes).unwrap();
    }

    /// Writes a file beside the spec.
    pub(crate) fn file(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The script.
    pub(crate) fn script(&self) -> PathBuf {
        self.folder.join("out/setup.sh")
    }

    /// Everything below.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }
}

/// The files that a spec is built into. Rules are tested elsewhere: only what is impossible is refused here.
pub(crate) fn files(spec: &str) -> ArtifactSet {
    let options = Options { only_rule: flyarch::rules::find("multi-region"), ..Options::default() };
    let compilation = compile(&Source::new("spec.toml", spec), &FACTS, &options);
    compilation.artifacts.unwrap_or_else(|| panic!("{:#?}\n{spec}", compilation.diagnostics))
}

/// An account, and an environment for scripts that work on it.
pub(crate) struct Account {
    root: TempDir,
    /// Variables; `None` takes one away.
    env: BTreeMap<String, OsString>,
}

impl Account {
    /// An account with nothing in its organisation.
    pub(crate) fn new(org: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["state", "tmp", "elsewhere"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        let system = ["/usr/bin", "/bin"].map(PathBuf::from);
        let path = std::env::join_paths([bin().to_owned()].into_iter().chain(system)).unwrap();
        let env = [
            ("PATH", path),
            ("HOME", root.path().as_os_str().to_owned()),
            ("TMPDIR", root.path().join("tmp").into_os_string()),
            ("FLY_SIM_STATE", root.path().join("state").into_os_string()),
            ("FLY_API_TOKEN", "fm2_token-of-the-tests".into()),
            ("FLY_SIM_JQ", tool("jq").unwrap_or_default().into_os_string()),
            ("FLY_SIM_JQ_CACHE", jq_cache().into_os_string()),
        ];
        let env = env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut account = Self { root, env };
        account.edit(|state| {
            let personal = state.organizations["personal"].clone();
            state.organizations.insert(org.to_owned(), personal);
        });
        account
    }

    /// The account of the reference architecture, with the secret that it needs.
    pub(crate) fn reference() -> Self {
        Self::new("personal").with("SESSION_KEY", "the key of all sessions")
    }

    /// The account of the architecture with everything, with what a person does.
    pub(crate) fn everything() -> Self {
        Self::new("acme").with("PROD_SESSION_KEY", "s ess\"ion # key").with("API_KEY", "key-of-the-api")
    }

    /// Sets a variable.
    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a variable.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.env.insert(name.to_owned(), value.into());
    }

    /// Looks for programs in a folder too.
    pub(crate) fn search(&mut self, folder: &Path) {
        let folders: Vec<PathBuf> = std::env::split_paths(&self.env["PATH"]).chain([folder.to_owned()]).collect();
        self.set("PATH", std::env::join_paths(folders).unwrap());
    }

    /// Looks for programs in a folder before all others.
    pub(crate) fn prefer(&mut self, folder: &Path) {
        let others: Vec<PathBuf> = std::env::split_paths(&self.env["PATH"]).collect();
        self.set("PATH", std::env::join_paths([folder.to_owned()].into_iter().chain(others)).unwrap());
    }

    /// The folder of whoever runs the scripts.
    pub(crate) fn home(&self) -> &Path {
        self.root.path()
    }

    /// Takes a variable away.
    pub(crate) fn unset(&mut self, name: &str) {
        self.env.remove(name);
    }

    /// The folder of the state.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// What exists.
    pub(crate) fn state(&self) -> State {
        State::load(&self.folder()).unwrap()
    }

    /// Changes what exists, as somebody else.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        state.save(&self.folder()).unwrap();
    }

    /// Publishes the DNS records of a host.
    pub(crate) fn publish(&mut self, hosts: &[&str]) {
        self.edit(|state| state.published_hosts.extend(hosts.iter().map(|host| (*host).to_owned())));
    }

    /// Runs a command of the stand-in, as somebody else.
    pub(crate) fn fly(&self, words: &str) {
        let output = self.command(
            env!("CARGO_BIN_EXE_flyarch"),
            [
                &["stand-in-fly".as_ref(), "--state".as_ref(), self.folder().as_os_str(), "--".as_ref()][..],
                &words.split(' ').map(OsStr::new).collect::<Vec<_>>(),
            ]
            .concat(),
        );
        assert_eq!(output.code, 0, "fly {words}: {}", output.stderr);
    }

    /// Runs `setup.sh` of a tree.
    pub(crate) fn run(&self, tree: &Tree, args: &[&str]) -> Run {
        self.run_script(tree, "setup.sh", args)
    }

    /// Runs a script of a tree.
    pub(crate) fn run_script(&self, tree: &Tree, name: &str, args: &[&str]) -> Run {
        let script = tree.script().with_file_name(name);
        let args: Vec<&OsStr> = [script.as_os_str()].into_iter().chain(args.iter().map(OsStr::new)).collect();
        self.command(bash(), args)
    }

    /// Runs a program in this environment, in a folder that has nothing to do with the script.
    pub(crate) fn command<S: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        args: impl IntoIterator<Item = S>,
    ) -> Run {
        let before = Record::all(&self.folder()).unwrap().len();
        let output = Command::new(program)
            .args(args)
            .env_clear()
            .envs(&self.env)
            .current_dir(self.root.path().join("elsewhere"))
            .stdin(Stdio::null())
            // A fault that kills takes everything that the script has started with it, and nothing else.
            .process_group(0)
            .output()
            .unwrap();
        let calls = Record::all(&self.folder()).unwrap().split_off(before);
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let code = output.status.code().unwrap_or(KILLED);
        let run = Run { code, stdout: text(output.stdout), stderr: text(output.stderr), calls };
        let left: Vec<_> = fs::read_dir(self.root.path().join("tmp")).unwrap().map(|e| e.unwrap().path()).collect();
        if code == KILLED {
            // Who is killed cannot clear up.
            for folder in left {
                fs::remove_dir_all(folder).unwrap();
            }
            return run;
        }
        assert!(left.is_empty(), "files are left behind: {left:?}\n{run}");
        run
    }
}

/// The exit code of a script that was killed, which has none.
pub(crate) const KILLED: i32 = -1;

/// What came of a run.
pub(crate) struct Run {
    /// The exit code, or [`KILLED`].
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The calls of `fly`.
    pub calls: Vec<Record>,
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "exit code {}\n--- stdout\n{}--- stderr\n{}--- calls", self.code, self.stdout, self.stderr)?;
        for call in &self.calls {
            let mark = if call.changed { '*' } else { ' ' };
            writeln!(f, "{:4}{mark} {} {}", call.number, call.exit, call.argv.join(" "))?;
        }
        Ok(())
    }
}

impl Run {
    /// Fails unless the run ended with this code, and no line was one that flyctl would not take.
    #[track_caller]
    pub(crate) fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{self}");
        for call in &self.calls {
            assert_eq!(call.refused, None, "fly {}\n{self}", call.argv.join(" "));
        }
        self
    }

    /// Fails when anything was changed.
    #[track_caller]
    pub(crate) fn changes_nothing(&self) -> &Self {
        let changes: Vec<String> = self.changes().map(|call| call.argv.join(" ")).collect();
        assert!(changes.is_empty(), "{changes:#?}\n{self}");
        self
    }

    /// Fails unless a text was shown.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text) || self.stderr.contains(text), "not shown: {text}\n{self}");
        self
    }

    /// Calls that changed something.
    pub(crate) fn changes(&self) -> impl Iterator<Item = &Record> {
        self.calls.iter().filter(|call| call.changed)
    }
}
