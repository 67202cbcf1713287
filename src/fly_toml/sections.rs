//! The sections of fly.toml but the services.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Anything, Builtin, CheckType, Compression, CpuKind, HttpScheme, MachineSize, PersistRootfs, RestartPolicy, Share,
    Signal, Strategy,
};
use crate::value::{
    Duration, Entries, Memory, Milliseconds, Name, Nanoseconds, Port, Scalar, Sourced, Strings, VolumeSize,
};

/// `[experimental]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experimental {
    /// Replaces the image's CMD for process groups without a command.
    pub cmd: Option<Sourced<Strings>>,
    /// Replaces the image's ENTRYPOINT for all process groups.
    pub entrypoint: Option<Sourced<Strings>>,
    /// Replaces both ENTRYPOINT and CMD for all process groups.
    pub exec: Option<Sourced<Strings>>,
    /// Has no effect any more.
    #[schemars(extend("deprecated" = true))]
    pub auto_rollback: Option<Sourced<bool>>,
    /// Has no effect any more.
    #[schemars(extend("deprecated" = true))]
    pub enable_consul: Option<Sourced<bool>>,
    /// Has no effect any more.
    #[schemars(extend("deprecated" = true))]
    pub enable_etcd: Option<Sourced<bool>>,
    /// Has no effect any more.
    #[schemars(extend("deprecated" = true))]
    pub lazy_load_images: Option<Sourced<bool>>,
    /// The older place of the top-level key of this name, which it overrides.
    #[schemars(extend("deprecated" = true))]
    pub machine_config: Option<Sourced<String>>,
    /// Used by `fly launch --attach` alone.
    pub attached: Option<Sourced<Box<Attached>>>,
}

/// `[experimental.attached]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attached {
    /// Secrets of the parent app.
    pub secrets: Option<Sourced<AttachedSecrets>>,
}

/// `[experimental.attached.secrets]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachedSecrets {
    /// Secrets that `fly launch --attach` sets on the parent app.
    #[serde(default)]
    pub export: Entries<String, Sourced<String>>,
}

/// `[build]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// A builder image for Cloud Native Buildpacks.
    pub builder: Option<Sourced<String>>,
    /// Buildpacks for the builder.
    pub buildpacks: Option<Sourced<Vec<String>>>,
    /// A prebuilt image: nothing is built.
    pub image: Option<Sourced<String>>,
    /// A Dockerfile template that flyctl brings along.
    pub builtin: Option<Sourced<Builtin>>,
    /// The Dockerfile: a path, or an http(s) URL.
    pub dockerfile: Option<Sourced<String>>,
    /// The ignore file, in place of .dockerignore.
    pub ignorefile: Option<Sourced<String>>,
    /// The stage of the Dockerfile to build.
    #[serde(rename = "build-target")]
    pub build_target: Option<Sourced<String>>,
    /// How image layers are compressed.
    pub compression: Option<Sourced<Compression>>,
    /// How hard, from 0 to 9.
    #[serde(default, deserialize_with = "crate::value::within::<0, 9, _, _>")]
    #[schemars(range(min = 0, max = 9))]
    pub compression_level: Option<Sourced<u8>>,
    /// Build arguments. They end up in the image: never secrets.
    #[serde(default)]
    pub args: Entries<String, Sourced<String>>,
    /// Settings of the builtin.
    #[serde(default)]
    pub settings: Entries<String, Sourced<Anything>>,
    /// Runs the services of a compose file as containers of one machine.
    pub compose: Option<Sourced<Compose>>,
}

/// `[build.compose]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compose {
    /// The compose file, relative to the working directory of the deploy.
    pub file: Option<Sourced<String>>,
}

/// `[deploy]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// How machines are replaced. Default: rolling.
    pub strategy: Option<Sourced<Strategy>>,
    /// How many machines may be down at once: below 1 a share, from 1 a number. Default: 0.33.
    pub max_unavailable: Option<Sourced<Share>>,
    /// How long each machine may take to start and become healthy. Default: 5m.
    pub wait_timeout: Option<Sourced<Duration<Nanoseconds>>>,
    /// Runs once per deploy in a machine of its own, without volumes, in the primary region. Split into words; no shell.
    pub release_command: Option<Sourced<String>>,
    /// How long the release command may take. Default: 5m; 0s waits without limit.
    pub release_command_timeout: Option<Sourced<Duration<Nanoseconds>>>,
    /// Run only by the deploy that `fly launch` starts.
    pub seed_command: Option<Sourced<String>>,
    /// The size of the release machine.
    pub release_command_vm: Option<Sourced<Box<Vm>>>,
}

/// One entry of `[[mounts]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    /// The name of the volumes: lower case letters, digits and underscores.
    pub source: Option<Sourced<String>>,
    /// Where a volume is mounted. Not the root directory.
    pub destination: Option<Sourced<String>>,
    /// The size of new volumes, at least 1gb.
    pub initial_size: Option<Sourced<VolumeSize>>,
    /// How many days snapshots are kept, from 1 to 60. Platform default: 5.
    pub snapshot_retention: Option<Sourced<i64>>,
    /// Whether a snapshot is taken every day. Platform default: true.
    pub scheduled_snapshots: Option<Sourced<bool>>,
    /// From how much use a volume grows, in percent, from 50 to 99.
    pub auto_extend_size_threshold: Option<Sourced<i64>>,
    /// By how much it grows, from 1gb to 100gb.
    pub auto_extend_size_increment: Option<Sourced<VolumeSize>>,
    /// Up to how much it grows, at most 500gb.
    pub auto_extend_size_limit: Option<Sourced<VolumeSize>>,
    /// The process groups that get it.
    pub processes: Option<Sourced<Vec<Sourced<Name>>>>,
}

/// One entry of `[checks]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The port to ask. Needed unless the group has an `http_service`.
    pub port: Option<Sourced<Port>>,
    /// What is asked.
    #[serde(rename = "type")]
    pub kind: Sourced<CheckType>,
    /// How often, at least 2s.
    pub interval: Option<Sourced<Duration<Milliseconds>>>,
    /// How long an answer may take, at most 1m.
    pub timeout: Option<Sourced<Duration<Milliseconds>>>,
    /// How long after its start a machine may fail.
    pub grace_period: Option<Sourced<Duration<Milliseconds>>>,
    /// The HTTP method.
    pub method: Option<Sourced<String>>,
    /// The path of the request.
    pub path: Option<Sourced<String>>,
    /// Plain or over TLS.
    pub protocol: Option<Sourced<HttpScheme>>,
    /// Whether an https check ignores the certificate.
    pub tls_skip_verify: Option<Sourced<bool>>,
    /// The server name of an https check.
    pub tls_server_name: Option<Sourced<String>>,
    /// The process groups that it asks.
    pub processes: Option<Sourced<Vec<Sourced<Name>>>>,
    /// Request headers.
    #[serde(default)]
    pub headers: Entries<String, Sourced<Scalar>>,
}

/// One entry of `[[files]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The absolute path in the machine.
    pub guest_path: Option<Sourced<String>>,
    /// A local file, relative to the working directory of the deploy.
    pub local_path: Option<Sourced<String>>,
    /// A secret that holds the content as base64.
    pub secret_name: Option<Sourced<String>>,
    /// The content itself. flyctl encodes it: write it plainly.
    pub raw_value: Option<Sourced<String>>,
    /// Accepted, but every group gets every file.
    pub processes: Option<Sourced<Vec<Sourced<Name>>>>,
}

/// One entry of `[[machine_checks]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MachineCheck {
    /// The command of the test machine; an exit code other than zero stops the deploy.
    pub command: Option<Sourced<Vec<String>>>,
    /// The image of the test machine. Default: the one under test.
    pub image: Option<Sourced<String>>,
    /// The entrypoint of the test machine.
    pub entrypoint: Option<Sourced<Vec<String>>>,
    /// The signal that stops the test machine.
    pub kill_signal: Option<Sourced<Signal>>,
    /// How long it may take to stop.
    pub kill_timeout: Option<Sourced<Duration<Nanoseconds>>>,
}

/// One entry of `[[restart]]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restart {
    /// What happens when the process ends.
    pub policy: Sourced<RestartPolicy>,
    /// How often a failed machine is started again. Platform default: 10 times in five minutes.
    pub retries: Option<Sourced<u32>>,
    /// The process groups that it is for.
    pub processes: Option<Sourced<Vec<Sourced<Name>>>>,
}

/// One entry of `[[vm]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vm {
    /// A preset of CPUs and memory.
    pub size: Option<Sourced<MachineSize>>,
    /// Memory, such as "512mb".
    pub memory: Option<Sourced<Memory>>,
    /// Overrides the preset's kind of CPU, and leaves its memory.
    pub cpu_kind: Option<Sourced<CpuKind>>,
    /// Overrides the preset's number of CPUs, and leaves its memory.
    pub cpus: Option<Sourced<u32>>,
    /// Memory in MiB. Overrides `memory`.
    pub memory_mb: Option<Sourced<u32>>,
    /// Passed on to the platform; undocumented.
    pub max_memory_mb: Option<Sourced<u32>>,
    /// GPU machines are no longer offered.
    #[schemars(extend("deprecated" = true))]
    pub gpus: Option<Sourced<u32>>,
    /// GPU machines are no longer offered.
    #[schemars(extend("deprecated" = true))]
    pub gpu_kind: Option<Sourced<String>>,
    /// Dedicated hosts for these groups.
    pub host_dedication_id: Option<Sourced<String>>,
    /// When the root file system is kept. Superseded on the platform.
    #[schemars(extend("deprecated" = true))]
    pub persist_rootfs: Option<Sourced<PersistRootfs>>,
    /// Arguments of the kernel.
    pub kernel_args: Option<Sourced<Vec<String>>>,
    /// The process groups that it is for; without any, all that no other entry names.
    pub processes: Option<Sourced<Vec<Sourced<Name>>>>,
}

/// One entry of `[[statics]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Static {
    /// The directory: absolute in the image or bucket; a relative one is uploaded to a bucket at deploy.
    pub guest_path: Option<Sourced<String>>,
    /// The prefix of the URLs that are served from it.
    pub url_prefix: Option<Sourced<String>>,
    /// Serve from this Tigris bucket.
    pub tigris_bucket: Option<Sourced<String>>,
    /// The file that is served for a directory. Only with a bucket.
    pub index_document: Option<Sourced<String>>,
}

/// One entry of `[[metrics]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The port.
    pub port: Option<Sourced<Port>>,
    /// The path.
    pub path: Option<Sourced<String>>,
    /// Scrape over TLS.
    pub https: Option<Sourced<bool>>,
    /// The process groups that are scraped.
    pub processes: Option<Sourced<Vec<Sourced<Name>>>>,
}
