//! Specs and plain fly.toml files from the disk, standard input, and an editor.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Failure, place};
use crate::diag::{Diagnostic, Report, RuleId, Severity};
use crate::environments;
use crate::schema::nearest;
use crate::source::{FileId, MAX_BYTES, Source, Span, TextRange};
use crate::spec::Date;

/// The rule of bytes that are no text.
pub(super) static NOT_UTF8: RuleId = RuleId { name: "not-utf8", code: "FA006" };
/// The rule of files that are no specs by their size.
pub(super) static TOO_LARGE: RuleId = RuleId { name: "too-large", code: "FA007" };

/// Names under which a spec is looked for.
pub(super) const NAMES: [&str; 2] = ["spec.toml", "flyarch.toml"];

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// A spec.
    Spec,
    /// The configuration of one app, as flyctl reads it.
    FlyToml,
}

impl Language {
    /// What files of this name are, where the name tells.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let ending = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if NAMES.contains(&name) {
            Some(Self::Spec)
        } else if ending(&[".json", ".yaml"])
            || (name.starts_with("fly.") || name.starts_with("fly-")) && ending(&[".toml"])
        {
            Some(Self::FlyToml)
        } else {
            None
        }
    }

    /// What a text is that has another name: a spec, unless it is clearly none.
    pub(super) fn of_text(text: &str) -> Self {
        let begins =
            |words: &[&str]| text.lines().any(|line| words.iter().any(|word| line.trim_start().starts_with(word)));
        let spec = begins(&["version", "[project", "project.", "[app.", "[policy"]);
        let plain = begins(&["app =", "app=", "primary_region", "[http_service", "[[services", "[[vm", "[env"]);
        if plain && !spec { Self::FlyToml } else { Self::Spec }
    }

    /// What a source is.
    pub(super) fn of(source: &Source) -> Self {
        Self::of_file(source.name(), source.text())
    }

    /// What a text is, by its name or by what it looks like.
    pub(super) fn of_file(name: &str, text: &str) -> Self {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        Self::of_name(name).unwrap_or_else(|| Self::of_text(text))
    }

    /// What a text surely is that nobody has asked about: most TOML is neither.
    pub(super) fn surely(text: &str) -> Option<Self> {
        let begins = |words: &[&str]| text.lines().any(|line| words.iter().any(|word| line.starts_with(word)));
        let mut root = text.lines().take_while(|line| !line.starts_with('['));
        let version = root.any(|line| line.split('#').next().is_some_and(|line| line.trim() == "version = 1"));
        if version && begins(&["[project]", "[app."]) {
            return Some(Self::Spec);
        }
        let plain = begins(&["app =", "app="]) && begins(&["primary_region", "[http_service", "[[services", "[[vm"]);
        plain.then_some(Self::FlyToml)
    }
}

/// A text, or what is wrong with its bytes.
pub(super) enum Input {
    /// Text.
    Text(Source),
    /// A report of why it is none.
    Refused(Report),
}

/// Texts that are read in place of those on the disk: what an editor has open, saved or not.
#[derive(Default)]
pub(super) struct Unsaved(BTreeMap<PathBuf, String>);

impl Unsaved {
    /// A path by which a file is known, wherever it is named from.
    fn key(path: &Path) -> PathBuf {
        place::plain(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
    }

    pub(super) fn put(&mut self, path: &Path, text: String) {
        self.0.insert(Self::key(path), text);
    }

    pub(super) fn remove(&mut self, path: &Path) {
        self.0.remove(&Self::key(path));
    }

    pub(super) fn get(&self, path: &Path) -> Option<&String> {
        if self.0.is_empty() { None } else { self.0.get(&Self::key(path)) }
    }

    pub(super) fn get_mut(&mut self, path: &Path) -> Option<&mut String> {
        self.0.get_mut(&Self::key(path))
    }

    /// Reads a file, or what is to be read in its place.
    pub(super) fn read(&self, path: &Path, stdin_name: &str) -> Result<Input, Failure> {
        match self.get(path) {
            Some(text) if text.len() > MAX_BYTES => Ok(Input::Refused(too_large(&place::shown(path), text.as_bytes()))),
            Some(text) => Ok(Input::Text(Source::new(place::shown(path), text.as_str()))),
            None => read(path, stdin_name),
        }
    }
}

/// The spec that is meant: as given, or the one that is found here or in a folder above, up to the repository's.
pub(super) fn find(given: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = given {
        return Ok(path.to_owned());
    }
    upwards(&NAMES)?.ok_or_else(|| {
        Failure::input(format!(
            "no {} here or in a folder above, up to the repository; give the path of a spec",
            NAMES.join(" or ")
        ))
    })
}

/// The environments of a spec that are meant.
pub(super) fn environments(source: &Source, wanted: Option<&str>) -> Result<Vec<Option<String>>, Failure> {
    environments::meant(source, wanted).map_err(|known| {
        let wanted = wanted.unwrap_or_default();
        Failure::usage(if known.is_empty() {
            format!("{} has no environments: leave --env {wanted} out", source.name())
        } else {
            let near = nearest(wanted, known.iter().map(String::as_str));
            let hint =
                near.map_or_else(|| format!("it has {}", known.join(", ")), |near| format!("did you mean {near}?"));
            format!("{} has no environment `{wanted}`; {hint}", source.name())
        })
    })
}

/// The environment that is looked at by what looks at one: the wanted one, or the first.
pub(super) fn environment(source: &Source, wanted: Option<&str>) -> Result<Option<String>, Failure> {
    Ok(environments(source, wanted)?.into_iter().next().flatten())
}

/// What is looked at when nothing is given: a spec, or else a fly.toml.
pub(super) fn find_any() -> Result<PathBuf, Failure> {
    if let Some(path) = upwards(&NAMES)? {
        return Ok(path);
    }
    upwards(&["fly.toml"])?.ok_or_else(|| {
        Failure::input(format!(
            "no {} or fly.toml here or in a folder above, up to the repository; give the path of a file or a folder",
            NAMES.join(", ")
        ))
    })
}

/// The first file of one of these names, here or in a folder above, up to the repository's.
pub(super) fn upwards(names: &[&str]) -> Result<Option<PathBuf>, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::input(format!("no current folder: {error}")))?;
    let mut up = PathBuf::new();
    for folder in here.ancestors() {
        if let Some(name) = names.iter().find(|name| folder.join(name).is_file()) {
            return Ok(Some(up.join(name)));
        }
        if folder.join(".git").exists() {
            break;
        }
        up.push("..");
    }
    Ok(None)
}

/// Reads a spec. `stdin_name` is the name of standard input in messages.
pub(super) fn read(path: &Path, stdin_name: &str) -> Result<Input, Failure> {
    let name = if path == Path::new("-") { stdin_name.to_owned() } else { place::shown(path) };
    let failed = |error: std::io::Error| {
        let hint = if error.kind() == std::io::ErrorKind::NotFound { "; is the path right?" } else { "" };
        Failure::input(format!("cannot read {name}: {error}{hint}"))
    };
    // One byte more than is allowed tells a file that is too large, whatever its metadata say.
    let limit = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let meta = fs::metadata(path).map_err(failed)?;
        if meta.is_dir() {
            return Err(Failure::input(format!("{name} is a folder: give the path of a spec in it")));
        }
        bytes.reserve_exact(usize::try_from(meta.len().min(limit)).unwrap_or(0) + 1);
        fs::File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() > MAX_BYTES {
        return Ok(Input::Refused(too_large(&name, &bytes)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Input::Text(Source::new(name, text))),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let utf16 = error.as_bytes().starts_with(b"\xff\xfe") || error.as_bytes().starts_with(b"\xfe\xff");
            let what = if utf16 { "the file is UTF-16, not UTF-8" } else { "the file is not UTF-8" };
            let help = "save the file as UTF-8";
            Ok(Input::Refused(report(&name, text, at, NOT_UTF8, what.to_owned(), help)))
        }
    }
}

fn too_large(name: &str, bytes: &[u8]) -> Report {
    let message = format!("the file is larger than {} MB: is it a spec?", MAX_BYTES / 1024 / 1024);
    // Enough of it to know it again.
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let text = String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned();
    report(name, text, 0, TOO_LARGE, message, "a spec of ten thousand apps has 7 MB")
}

fn report(name: &str, text: String, at: usize, rule: RuleId, message: String, help: &str) -> Report {
    let mut report = Report::default();
    report.sources.add(Source::new(name, text));
    let span = Span { file: FileId(0), range: TextRange::new(at, at) };
    report.diagnostics.push(Diagnostic::new(rule, Severity::Error, span, message).help(help));
    report
}

/// Today, for waivers that end: as given, or by the clock of the machine.
pub(super) fn today(given: Option<&str>) -> Result<Date, Failure> {
    if let Some(text) = given {
        return text.parse().map_err(|error| Failure::usage(format!("--today {text}: {error}")));
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(Date::from_days_since_epoch(u32::try_from(now.as_secs() / 86_400).unwrap_or(u32::MAX / 2)))
}
