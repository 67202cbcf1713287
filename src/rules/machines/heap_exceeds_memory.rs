use crate::diag::Fix;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::value::Origin;
use std::ops::Range;

declare_rule! {
    /// Checks that a heap limit of Node.js or the JVM fits into the memory of the machine.
    ///
    /// ## Why
    ///
    /// `--max-old-space-size` and `-Xmx` tell a runtime how far its heap may grow before it must collect. When that is
    /// as much as the machine has, or more, the runtime never gets there: the kernel kills the process first, without a
    /// stack trace, and a machine that leaks a little dies in the middle of its requests instead of collecting. The
    /// limit is often copied from a build, or from the machine that the app ran on before. Beside the heap a process
    /// needs memory for code, buffers and threads: three quarters of the machine's are a fair limit.
    ///
    /// Counted are memory and swap, in `[env]` and in commands.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// NODE_OPTIONS = "--max-old-space-size=4096"
    ///
    /// [app.web.vm]
    /// size = "shared-cpu-1x"
    /// memory = "1gb"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// NODE_OPTIONS = "--max-old-space-size=768"
    ///
    /// [app.web.vm]
    /// size = "shared-cpu-1x"
    /// memory = "1gb"
    /// ```
    ///
    /// ```toml,bad
    /// [app.api]
    /// processes = { app = "java -Xmx2g -jar api.jar" }
    ///
    /// [app.api.vm]
    /// size = "shared-cpu-2x"
    /// memory = "2gb"
    /// ```
    ///
    /// ```toml,good
    /// [app.api]
    /// processes = { app = "java -Xmx1536m -jar api.jar" }
    ///
    /// [app.api.vm]
    /// size = "shared-cpu-2x"
    /// memory = "2gb"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/guides-examples/machine-sizing
    /// - Node.js, Command-line API: --max-old-space-size
    static RULE = {
        name: "heap-exceeds-memory",
        code: "FA578",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const OPTIONS: [&str; 3] = ["--max-old-space-size=", "--max_old_space_size=", "-Xmx"];
const VARIABLES: [&str; 5] = ["NODE_OPTIONS", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"];

fn check(app: &App, cx: &mut Cx<'_>) {
    let swap = app.toml.swap_size_mb.map_or(0, |swap| swap.value);
    let memory = |cx: &Cx<'_>, at: usize| app.guest(&app.groups[at], cx.facts).map(|guest| guest.memory_mb);
    for (name, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
        if !VARIABLES.contains(&name.value.as_str()) {
            continue;
        }
        // A variable is that of all machines: it is too much for sure when it is for the largest.
        let all: Option<Vec<u32>> = (0..app.groups.len()).map(|at| memory(cx, at)).collect();
        if let Some(most) = all.and_then(|all| all.into_iter().max()) {
            judge(app, value.as_str(), value.origin, (most, swap), cx);
        }
    }
    for (at, group) in app.groups.iter().enumerate() {
        if let (Some(command), Some(memory)) = (&group.command, memory(cx, at)) {
            judge(app, command, command.origin, (memory, swap), cx);
        }
    }
}

fn judge(app: &App, text: &str, at: Origin, (memory, swap): (u32, u32), cx: &mut Cx<'_>) {
    let Some((megabytes, range)) = limit(text) else { return };
    if megabytes < memory.saturating_add(swap) {
        return;
    }
    let name = &app.name.value;
    let fair = memory / 4 * 3;
    let fix = fix(text, at, range, fair, cx);
    cx.report(at, format!("`{name}` is killed before its heap is full"))
        .label(format!("{megabytes} MB of heap, {} MB in the machine", memory + swap))
        .help(format!("let the heap grow to {fair} MB, or give the machine more memory"))
        .fix(fix);
}

/// Another number in place of the one that is written.
fn fix(text: &str, at: Origin, range: Range<usize>, megabytes: u32, cx: &Cx<'_>) -> Option<Fix> {
    let whole = cx.part_of(at, text)?;
    let unit = if text[..range.start].ends_with("-Xmx") { "m" } else { "" };
    let range = TextRange::new(range.start, range.end);
    let range = TextRange { start: whole.start + range.start, end: whole.start + range.end };
    let edit = cx.edits().replace(range, format!("{megabytes}{unit}"));
    cx.unsafe_fix(format!("limit the heap to {megabytes} MB"), Some(edit))
}

/// The limit of a heap in a text, in MB, and where it stands.
fn limit(text: &str) -> Option<(u32, Range<usize>)> {
    let option = OPTIONS.iter().find(|option| text.contains(**option))?;
    let start = text.find(option)? + option.len();
    let rest = &text[start..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = rest[..digits].parse().ok()?;
    let unit = rest[digits..].chars().next().filter(char::is_ascii_alphabetic);
    let megabytes = match unit.map(|unit| unit.to_ascii_lowercase()) {
        None if *option == "-Xmx" => number >> 20,
        None | Some('m') => number,
        Some('g') => number.checked_mul(1024)?,
        Some('k') => number >> 10,
        Some(_) => return None,
    };
    let end = start + digits + usize::from(unit.is_some());
    Some((u32::try_from(megabytes).ok()?, start..end))
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn limits_in_options() {
        for (text, megabytes) in [
            ("--max-old-space-size=4096", Some(4096)),
            ("node --inspect --max_old_space_size=320 dist/worker.js", Some(320)),
            ("-XX:+UseG1GC -Xmx2g", Some(2048)),
            ("-Xmx536870912", Some(512)),
            ("-Xmx", None),
            ("--max-semi-space-size=64", None),
        ] {
            assert_eq!(limit(text).map(|(megabytes, _)| megabytes), megabytes, "{text}");
        }
    }
}
