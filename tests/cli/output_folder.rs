//! An output folder that cannot be written: a file, read-only, full, a link.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;

use super::world::{FLYARCH, Run, World, clean};

#[test]
fn it_is_a_file() {
    let world = World::with(clean());
    world.write("out", "mine\n");
    world.run(&["build"]).exits(3).prints_nothing().says("error: out is in the way: a folder of this name is needed");
    world.run(&["build", "--force"]).exits(3);
    world
        .run(&["build", "-o", "out/below"])
        .exits(3)
        .says("error: cannot write out/below: Not a directory (os error 20)");
    assert_eq!(world.read("out"), "mine\n");
    world.holds_only(&["spec.toml", "out"]);
}

#[test]
fn an_app_folder_is_a_file() {
    let world = World::with(clean());
    world.write("out/web", "mine\n");
    world.run(&["build"]).exits(3).says("error: out/web is in the way: a folder of this name is needed");
    world.holds_only(&["spec.toml", "out", "out/web"]);
}

#[test]
fn a_file_is_a_folder_or_a_pipe() {
    let world = World::with(clean());
    world.write("out/setup.sh/x", "");
    world.run(&["build", "--force"]).exits(3).says("error: out/setup.sh is in the way: a file of this name is needed");
    world.holds_only(&["spec.toml", "out", "out/setup.sh", "out/setup.sh/x"]);
    // Nobody will ever write into it: reading it would never end.
    world.sh("mkdir pipes && mkfifo pipes/plan.json").exits(0);
    let run = world.run(&["build", "-o", "pipes"]).exits(3);
    run.says("error: pipes/plan.json is in the way: a file of this name is needed");
}

/// A command that the permissions of files hold for: not as root.
fn unprivileged(world: &World) -> std::process::Command {
    let probe = world.path("probe");
    fs::create_dir(&probe).unwrap();
    fs::set_permissions(&probe, fs::Permissions::from_mode(0o555)).unwrap();
    let root = fs::write(probe.join("x"), "").is_ok();
    fs::remove_dir_all(&probe).unwrap();
    if !root {
        return world.command(FLYARCH);
    }
    // Where the program lies may be closed to others.
    fs::copy(FLYARCH, world.path("program")).unwrap();
    fs::set_permissions(world.path(""), fs::Permissions::from_mode(0o777)).unwrap();
    let mut command = world.command(world.path("program"));
    command.uid(65534).gid(65534);
    command
}

#[test]
fn it_is_read_only() {
    let world = World::with(clean());
    fs::create_dir(world.path("out")).unwrap();
    fs::create_dir(world.path("closed")).unwrap();
    let mut command = unprivileged(&world);
    for folder in ["out", "closed"] {
        fs::set_permissions(world.path(folder), fs::Permissions::from_mode(0o555)).unwrap();
    }
    let run = Run::of(command.args(["build"])).exits(3).prints_nothing();
    assert!(
        run.stderr.starts_with("error: cannot write out/") && run.stderr.to_lowercase().contains("permission denied"),
        "{run}"
    );
    assert!(!run.stderr.contains(".flyarch-"), "the name of a temporary file means nothing to anybody: {run}");
    let run = Run::of(command.args(["-o", "closed/new/deep"])).exits(3).prints_nothing();
    run.says("error: cannot write closed/new/deep: Permission denied (os error 13)");
    assert_eq!(world.names("out"), [""; 0]);
    assert_eq!(world.names("closed"), [""; 0]);
    for folder in ["out", "closed"] {
        fs::set_permissions(world.path(folder), fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Room for so many blocks of 512 bytes per file: what a full disk says, said by the kernel for one process. Without
/// `trap` the kernel would end it; with it, writing fails.
fn with_room_for(world: &World, blocks: u32, args: &str) -> Run {
    world.sh(&format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$F\" {args}"))
}

#[test]
fn there_is_no_room_for_a_new_folder() {
    let world = World::with(clean());
    // Enough for everything but setup.sh.
    let run = with_room_for(&world, 20, "build -o new/deep/out").exits(3).prints_nothing();
    run.says("error: cannot write new/deep/out/setup.sh: File too large (os error 27)");
    world.holds_only(&["spec.toml"]);
}

#[test]
fn there_is_no_room_for_changes() {
    let world = World::with(clean());
    world.run(&["build"]).exits(0);
    let before = world.tree("out");
    // An app more: setup.sh is last but one, and all files before it were ready.
    world.write("spec.toml", clean() + &super::world::WEB.replace("app.web", "app.api"));
    let run = with_room_for(&world, 20, "build").exits(3).prints_nothing();
    run.says("error: cannot write out/setup.sh: file too large");
    assert_eq!(world.tree("out"), before, "all or nothing");
    assert!(!world.exists("out/api"));
    world.run(&["build"]).exits(0);
}

#[test]
fn links_lead_nowhere() {
    let world = World::with(clean());
    world.write("elsewhere/web/keep", "");
    let refused = |world: &World, at: &str| {
        for flag in ["--diff", "--force"] {
            world.run(&["build", flag]).exits(3).says(&format!(
                "error: {at} is a link: flyarch writes no file that might lie outside of the output folder"
            ));
        }
        assert_eq!(world.names("elsewhere"), ["web/keep"]);
        fs::remove_dir_all(world.path("out")).unwrap();
        fs::create_dir(world.path("out")).unwrap();
    };
    fs::create_dir(world.path("out")).unwrap();
    symlink("../elsewhere/web", world.path("out/web")).unwrap();
    refused(&world, "out/web");
    fs::create_dir(world.path("out/web")).unwrap();
    symlink("../../elsewhere/web/fly.toml", world.path("out/web/fly.toml")).unwrap();
    refused(&world, "out/web/fly.toml");
    symlink("../elsewhere", world.path("out/.flyarch")).unwrap();
    refused(&world, "out/.flyarch");
    fs::create_dir(world.path("out/.flyarch")).unwrap();
    symlink("../../elsewhere/manifest.json", world.path("out/.flyarch/manifest.json")).unwrap();
    refused(&world, "out/.flyarch/manifest.json");
}

#[test]
fn the_folder_itself_may_be_a_link_because_it_was_named() {
    let world = World::with(clean());
    fs::create_dir(world.path("real")).unwrap();
    symlink("real", world.path("out")).unwrap();
    world.run(&["build"]).exits(0).says("wrote 8 files to out");
    assert!(world.exists("real/web/fly.toml"));
    // To nothing: there is no folder to write into.
    symlink("nothing", world.path("dangling")).unwrap();
    let run = world.run(&["build", "-o", "dangling"]).exits(3).prints_nothing();
    assert!(run.stderr.starts_with("error: cannot write dangling: "), "{run}");
    assert!(!world.exists("nothing"));
}

#[test]
fn the_umask_is_respected() {
    let world = World::with(clean());
    let modes = |folder: &str| {
        let mode = |name: &str| fs::metadata(world.path(folder).join(name)).unwrap().permissions().mode() & 0o777;
        ["", "web", "web/fly.toml", "setup.sh", ".flyarch/manifest.json"].map(mode)
    };
    for (umask, folder, file, script) in
        [("022", 0o755, 0o644, 0o755), ("077", 0o700, 0o600, 0o700), ("002", 0o775, 0o664, 0o775)]
    {
        // Into a new folder, and into one that is there.
        world
            .sh(&format!("umask {umask}; \"$F\" build -o new{umask} && mkdir old{umask} && \"$F\" build -o old{umask}"))
            .exits(0);
        for name in ["new", "old"] {
            assert_eq!(modes(&format!("{name}{umask}")), [folder, folder, file, script, file], "{name}{umask}");
        }
    }
}
