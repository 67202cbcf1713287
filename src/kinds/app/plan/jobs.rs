//! The step that gives a job its machine.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::model::{App, Job};
use crate::plan::{Arg, StepText, word};

/// How many characters of the digest are kept: it tells settings apart, and protects nothing.
const DIGEST: usize = 12;

/// The command that makes the machine, with the settings of the job from `--schedule` on. What the machine carries as
/// metadata says whose it is and what it was made of: nothing else on Fly.io would.
pub(super) fn text<'m>(i: usize, app: &'m App, name: Arg<'m>) -> StepText<'m> {
    let job = &app.jobs[i];
    let (key, region, every) = (word(job.key.as_str()), word(job.region.as_str()), job.every.as_str());
    let settings = settings(job, app);
    let digest = digest(&settings, job);
    let image = Arg::Found("IMAGE");
    let mut command: Vec<Arg<'m>> =
        vec!["fly".into(), "machine".into(), "run".into(), image, "-a".into(), name.clone()];
    command.extend(["--region".into(), region.clone(), "--detach".into()]);
    // Other apps would ask it for pages while it runs.
    command.push("--skip-dns-registration".into());
    command.extend(settings);
    command.extend(["--metadata".into(), format!("flyarch_job={}", job.key.value).into()]);
    command.extend(["--metadata".into(), format!("flyarch_settings={digest}").into()]);
    command.extend(["--metadata".into(), "flyarch_release=RELEASE".into(), "--".into()]);
    command.extend(job.words.iter().map(word));
    // A list of texts is always JSON.
    let words = serde_json::to_string(&job.words).unwrap_or_default();
    StepText {
        id: format!("job-{}", job.key.value),
        call: vec!["job".into(), name, key, region, every.into(), words.into(), digest.into()],
        command,
        origin: job.key.origin,
    }
}

/// The flags of what may change without a new machine.
fn settings<'m>(job: &'m Job, app: &'m App) -> Vec<Arg<'m>> {
    let mut flags: Vec<Arg<'m>> = vec!["--schedule".into(), job.every.as_str().into()];
    let vm = &job.vm;
    // A size is always said: it brings CPUs and memory of its own, and an update leaves what it is not told of.
    if let Some(size) = &vm.size {
        flags.extend(["--vm-size".into(), word(size.value.0.as_str())]);
    }
    if let Some(kind) = &vm.cpu_kind {
        flags.extend(["--vm-cpu-kind".into(), word(kind.value.0.as_str())]);
    }
    if let Some(cpus) = vm.cpus.filter(|cpus| cpus.value > 0) {
        flags.extend(["--vm-cpus".into(), cpus.value.to_string().into()]);
    }
    if let Some(memory) = &vm.memory {
        flags.extend(["--vm-memory".into(), memory.mebibytes().to_string().into()]);
    }
    for (name, value) in app.variables_of_jobs() {
        flags.extend(["--env".into(), format!("{name}={value}").into()]);
    }
    flags
}

/// A short digest of all settings: a machine with another one is not as the spec says.
fn digest(settings: &[Arg<'_>], job: &Job) -> String {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update([0]);
    };
    for flag in settings {
        if let Arg::Word(flag) = flag {
            add(flag);
        }
    }
    job.words.iter().for_each(|word| add(word));
    let mut digest = HEXLOWER.encode(&hasher.finalize());
    digest.truncate(DIGEST);
    digest
}
