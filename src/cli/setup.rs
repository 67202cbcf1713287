//! `flyarch completions` and `flyarch man`: what is made of the declarations of the command line.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_complete::aot;
use clap_mangen::Man;

use super::args::{self, Args, Completions, EXIT_CODES, Shell};
use super::{CLEAN, Failure, print, say};
use crate::schema::nearest;

pub(super) fn completions(args: &Completions) -> Result<i32, Failure> {
    let mut command = visible();
    let mut text = Vec::new();
    let name = env!("CARGO_PKG_NAME");
    match args.shell {
        Shell::Bash => aot::generate(aot::Bash, &mut command, name, &mut text),
        Shell::Zsh => aot::generate(aot::Zsh, &mut command, name, &mut text),
        Shell::Fish => aot::generate(aot::Fish, &mut command, name, &mut text),
        Shell::PowerShell => aot::generate(aot::PowerShell, &mut command, name, &mut text),
        Shell::Elvish => aot::generate(aot::Elvish, &mut command, name, &mut text),
    }
    print(&mut io::stdout().lock(), |out| out.write_all(&text))?;
    Ok(CLEAN)
}

pub(super) fn man(args: &args::Man) -> Result<i32, Failure> {
    let mut command = visible();
    command.build();
    if let Some(folder) = &args.output {
        return all(&command, folder);
    }
    let page = match &args.command {
        None => &command,
        Some(name) => command.find_subcommand(name).ok_or_else(|| {
            let near = nearest(name, command.get_subcommands().map(Command::get_name));
            let hint = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
            Failure::usage(format!("there is no command `{name}`{hint}"))
        })?,
    };
    let text = page_of(page)?;
    print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
    Ok(CLEAN)
}

fn all(command: &Command, folder: &Path) -> Result<i32, Failure> {
    let failed = |path: &Path, error: io::Error| Failure::input(format!("cannot write {}: {error}", path.display()));
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let mut number = 0;
    for page in std::iter::once(command).chain(command.get_subcommands()) {
        let path = folder.join(format!("{}.1", page.get_display_name().unwrap_or(page.get_name())));
        fs::write(&path, page_of(page)?).map_err(|error| failed(&path, error))?;
        number += 1;
    }
    say(format_args!("wrote {number} pages into {}", folder.display()));
    Ok(CLEAN)
}

/// A page of the manual.
fn page_of(command: &Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    Man::new(command.clone()).source(concat!("flyarch ", env!("CARGO_PKG_VERSION"))).render(&mut text)?;
    let mut text = String::from_utf8_lossy(&text).into_owned();
    // The exit codes are a table: it is not filled as text is.
    if command.has_subcommands() {
        let codes = EXIT_CODES.split_once('\n').map_or("", |(_, codes)| codes);
        let at = text.find(".SH VERSION\n").unwrap_or(text.len());
        text.insert_str(at, &format!(".SH \"EXIT STATUS\"\n.nf\n{codes}\n.fi\n"));
    }
    Ok(text)
}

/// The command line without what is hidden, which completions would show all the same.
fn visible() -> Command {
    let all = Args::command();
    let shown: Vec<Command> = all.get_subcommands().filter(|command| !command.is_hide_set()).cloned().collect();
    let about = all.get_about().cloned().unwrap_or_default();
    Command::new(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .propagate_version(true)
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .about(about)
        .subcommands(shown)
}
