//! What a build costs, as whole processes, beside an empty program and beside the floor: a program that does the same
//! for this one spec and nothing else (`floor.rs`).
//!
//! ```text
//! cargo bench --bench build                  all sizes, the figures of docs/performance.md
//! cargo bench --bench build -- --gate        the sizes that CI looks at; fails above a gate
//! cargo bench --bench build -- spec 1000     prints the spec of that size
//! ```
//!
//! `--rounds N` overrides the number of rounds, `--program PATH` measures another flyarch.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a benchmark reads the clock, runs programs and prints"
)]

mod floor;
mod measure;
mod spec;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use measure::{Result, Run, measure, tree};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        // What the driver starts as other processes.
        ["empty"] => ExitCode::SUCCESS,
        ["floor", spec, out] => match floor::build(Path::new(spec), Path::new(out)) {
            Ok(()) => std::process::exit(0),
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        ["parse", folder] => {
            floor::parse(Path::new(folder));
            ExitCode::SUCCESS
        }
        ["spec", apps] => {
            print!("{}", spec::spec(apps.parse().expect("a number of apps")));
            ExitCode::SUCCESS
        }
        _ => drive(&words),
    }
}

fn drive(words: &[&str]) -> ExitCode {
    let value = |name: &str| words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1).copied());
    let gate = words.contains(&"--gate");
    let program = value("--program").unwrap_or(env!("CARGO_BIN_EXE_flyarch"));
    let bench = Bench::new(Path::new(program));
    let rounds = value("--rounds").map(|n| n.parse().expect("a number of rounds"));
    let rounds = rounds.unwrap_or(if gate { 15 } else { 31 });
    let sizes: &[usize] = if gate { &[3, 100, 1_000] } else { &[3, 100, 1_000, 10_000] };
    let mut figures = bench.figures(sizes, rounds);
    for _ in 0..2 {
        if !gate || !figures.iter().any(Figure::fails) {
            break;
        }
        // What else is at work moves a figure either way; a program that is too slow is above its gate every time.
        eprintln!("above a gate; once more, in case that something else was at work");
        for (figure, again) in figures.iter_mut().zip(bench.figures(sizes, rounds)) {
            if again.value < figure.value {
                *figure = again;
            }
        }
    }
    println!("{:<58} {:>9} {:>9} {:>9}", "", "measured", "goal", "gate");
    for figure in &figures {
        let Figure { name, value, goal, gate, unit } = figure;
        let mark = if figure.fails() { "  above the gate" } else { "" };
        println!("{name:<58} {value:>7.2}{unit:<2} {goal:>7.2}{unit:<2} {gate:>7.2}{unit:<2}{mark}");
    }
    if gate && figures.iter().any(Figure::fails) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A number with what it should be, and what it must not exceed.
struct Figure {
    name: String,
    value: f64,
    goal: f64,
    gate: f64,
    unit: &'static str,
}

impl Figure {
    fn fails(&self) -> bool {
        self.value > self.gate
    }
}

struct Bench {
    flyarch: PathBuf,
    /// Specs and output in memory: on a disk, the making of files hides everything else.
    memory: tempfile::TempDir,
    disk: tempfile::TempDir,
}

impl Bench {
    fn new(flyarch: &Path) -> Self {
        let memory = Path::new("/dev/shm");
        let memory = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
        let folder = |parent: &Path| {
            tempfile::Builder::new().prefix("flyarch-bench-").tempdir_in(parent).expect("a folder to write to")
        };
        Self {
            flyarch: flyarch.to_owned(),
            memory: folder(&memory),
            disk: folder(Path::new(env!("CARGO_TARGET_TMPDIR"))),
        }
    }

    fn this(name: &str, args: &[&str], writes: Option<PathBuf>) -> Run {
        let program = env::current_exe().expect("this program");
        Run { name: name.to_owned(), program, args: strings(args), writes, code: 0 }
    }

    fn flyarch(&self, name: &str, args: &[&str], writes: Option<PathBuf>, code: i32) -> Run {
        Run { name: name.to_owned(), program: self.flyarch.clone(), args: strings(args), writes, code }
    }

    fn figures(&self, sizes: &[usize], rounds: usize) -> Vec<Figure> {
        let mut figures = Vec::new();
        let mut figure = |name: String, value: f64, goal: f64, gate: f64, unit: &'static str| {
            figures.push(Figure { name, value, goal, gate, unit });
        };
        let mut seconds = Vec::new();
        for &apps in sizes {
            let rounds = if apps > 1_000 { rounds.div_ceil(3) } else { rounds };
            let size = self.size(apps, rounds);
            let Size { empty, version, floor, build, lint, failing, rebuild, .. } = &size;
            eprintln!(
                "{apps} apps: empty {:.2} ms, floor {:.2} ms, build {:.2} ms, lint {:.2} ms",
                empty.seconds() * 1e3,
                floor.seconds() * 1e3,
                build.seconds() * 1e3,
                lint.seconds() * 1e3
            );
            let floor_is = "of the floor";
            match apps {
                3 => {
                    figure("--version, of an empty program".to_owned(), version.ratio(empty), 1.3, 2.0, "×");
                    figure("build, 3 apps, of an empty program".to_owned(), build.ratio(empty), 1.8, 4.5, "×");
                    figure("an error in 3 apps, of a build".to_owned(), failing.ratio(build), 2.0, 2.0, "×");
                }
                100 => figure(format!("build, 100 apps, {floor_is}"), build.ratio(floor), 1.7, 2.5, "×"),
                1_000 => {
                    figure(format!("build, 1000 apps, {floor_is}"), build.ratio(floor), 1.75, 2.5, "×");
                    figure("an error in 1000 apps, of a build".to_owned(), failing.ratio(build), 2.0, 2.0, "×");
                    let (first, again) = rebuild;
                    figure(
                        "nothing changed, 1000 apps, of the first build".to_owned(),
                        again.ratio(first),
                        0.35,
                        0.6,
                        "×",
                    );
                }
                _ => figure(format!("build, {apps} apps, {floor_is}"), build.ratio(floor), 2.0, 2.5, "×"),
            }
            if apps >= 1_000 {
                #[expect(clippy::cast_precision_loss, reason = "bytes of memory")]
                let memory = build.peak as f64 / floor.peak as f64;
                figure(format!("peak memory, {apps} apps, {floor_is}"), memory, 1.25, 2.0, "×");
            }
            seconds.push((apps, build.seconds()));
        }
        let (few, many) = (self.plain(100, rounds), self.plain(1_000, rounds));
        eprintln!("1000 plain files: parse {:.2} ms, lint {:.2} ms", many.0.seconds() * 1e3, many.1.seconds() * 1e3);
        figure("lint, 1000 plain files, of parsing them".to_owned(), many.1.ratio(&many.0), 4.0, 7.0, "×");
        figure("lint, 1000 plain files, of 100".to_owned(), many.1.seconds() / few.1.seconds(), 10.0, 14.0, "×");
        if let [.., (1_000, thousand), (10_000, ten)] = seconds[..] {
            figure("build, 10000 apps, of 1000 apps".to_owned(), ten / thousand, 11.5, 13.0, "×");
        }
        #[expect(clippy::cast_precision_loss, reason = "bytes of a program")]
        let megabytes = fs::metadata(&self.flyarch).expect("the program").len() as f64 / 1e6;
        figure("size of the program".to_owned(), megabytes, 6.0, 15.5, "MB");
        figures
    }

    /// Everything that is measured of one size.
    fn size(&self, apps: usize, rounds: usize) -> Size {
        let at = |name: &str| self.memory.path().join(name);
        let text = spec::spec(apps);
        let (spec, bad) = (at(&format!("spec-{apps}.toml")), at(&format!("bad-{apps}.toml")));
        fs::write(&spec, &text).expect("the spec");
        // The last app has a mistake.
        let last = text.rfind("internal_port").expect("an app");
        fs::write(&bad, format!("{}internal_prot{}", &text[..last], &text[last + 13..])).expect("the bad spec");
        let (spec, bad) = (spec.to_str().expect("UTF-8"), bad.to_str().expect("UTF-8"));
        let (floor_out, out) = (at("floor"), at("out"));
        let (floor_to, to) = (floor_out.to_str().expect("UTF-8"), out.to_str().expect("UTF-8"));
        self.same_work(spec, &floor_out, &out);
        let runs = [
            Self::this("empty", &["empty"], None),
            self.flyarch("version", &["--version"], None, 0),
            Self::this("floor", &["floor", spec, floor_to], Some(floor_out.clone())),
            self.flyarch("build", &["build", spec, "-o", to], Some(out.clone()), 0),
            self.flyarch("lint", &["lint", "--fail-level", "warning", spec], None, 0),
            self.flyarch("failing", &["build", bad, "-o", to], None, 1),
        ];
        let results = measure(&runs, rounds);
        let [empty, version, floor, build, lint, failing] =
            <[Result; 6]>::try_from(results).unwrap_or_else(|_| unreachable!("six runs"));
        Size { empty, version, floor, build, lint, failing, rebuild: self.rebuild(spec, rounds.min(9)) }
    }

    /// Plain fly.toml files, a folder each: parsed and nothing else, and looked at.
    fn plain(&self, files: usize, rounds: usize) -> (Result, Result) {
        let (spec, folder) = (self.memory.path().join("of-plain.toml"), self.memory.path().join("plain"));
        fs::write(&spec, spec::spec(files)).expect("the spec");
        let (spec, to) = (spec.to_str().expect("UTF-8"), folder.to_str().expect("UTF-8"));
        measure(&[self.flyarch("build", &["build", spec, "-o", to], None, 0)], 0);
        for (path, _) in tree(&folder) {
            let path = folder.join(path);
            if path.ends_with("fly.toml") {
                let text = fs::read_to_string(&path).expect("a file");
                // What says that it was generated is passed over.
                fs::write(&path, text.split_once("\n\n").expect("a header").1).expect("a file");
            } else {
                fs::remove_file(path).expect("a file");
            }
        }
        let runs = [Self::this("parse", &["parse", to], None), self.flyarch("lint", &["lint", to], None, 0)];
        let [parse, lint] =
            <[Result; 2]>::try_from(measure(&runs, rounds)).unwrap_or_else(|_| unreachable!("two runs"));
        fs::remove_dir_all(&folder).expect("the folder of plain files");
        (parse, lint)
    }

    /// A first build and one that finds nothing to do, on the disk.
    fn rebuild(&self, spec: &str, rounds: usize) -> (Result, Result) {
        let (first, kept) = (self.disk.path().join("first"), self.disk.path().join("kept"));
        let kept = kept.to_str().expect("UTF-8");
        let again = self.flyarch("again", &["build", spec, "-o", kept], None, 0);
        measure(std::slice::from_ref(&again), 0);
        let to = first.to_str().expect("UTF-8");
        let runs = [self.flyarch("first", &["build", spec, "-o", to], Some(first.clone()), 0), again];
        let results = measure(&runs, rounds);
        fs::remove_dir_all(kept).expect("the folder that was built");
        let [first, again] = <[Result; 2]>::try_from(results).unwrap_or_else(|_| unreachable!("two runs"));
        (first, again)
    }

    /// The floor is one only if it does the work: the same files, with about as many bytes.
    fn same_work(&self, spec: &str, floor: &Path, out: &Path) {
        let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let runs = [
            Self::this("floor", &["floor", spec, &path(floor)], None),
            self.flyarch("build", &["build", spec, "-o", &path(out)], None, 0),
        ];
        measure(&runs, 0);
        let ours: Vec<_> = tree(out).into_iter().filter(|(path, _)| path != ".flyarch/manifest.json").collect();
        let floors = tree(floor);
        let names = |files: &[(String, u64)]| files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
        assert_eq!(names(&ours), names(&floors), "the floor writes other files");
        let bytes = |files: &[(String, u64)]| files.iter().map(|(_, size)| size).sum::<u64>();
        let (ours, floors) = (bytes(&ours), bytes(&floors));
        assert!(floors * 10 > ours * 9 && floors * 10 < ours * 11, "the floor writes {floors} bytes, flyarch {ours}");
        fs::remove_dir_all(floor).expect("the floor's folder");
        fs::remove_dir_all(out).expect("our folder");
    }
}

struct Size {
    empty: Result,
    version: Result,
    floor: Result,
    build: Result,
    lint: Result,
    failing: Result,
    rebuild: (Result, Result),
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
