//! Everything that fly.toml can say, typed: the whole surface that flyctl reads, without its legacy spellings.
//!
//! The sections are written once and serve twice: under `[app.<key>]` of a spec (`kinds::app`) and, with the keys of
//! [`FlyToml`] alone, as the configuration that is rendered. Field order is flyctl's own order of writing
//! (`internal/appconfig/config.go`), so that a diff against `fly config show --toml` shows what differs and nothing
//! else; [`write`](fn@write) relies on it.
//!
//! Source: flyctl at ad0172f, 2026-08-21. Descriptions end up in the JSON Schema and in editors.

pub mod command;
mod conform;
mod cx;
mod de;
mod format;
mod go;
mod json;
mod patches;
mod print;
mod read;
mod remarks;
mod sections;
mod service;
mod surface;
pub(crate) mod tree;
mod words;
mod write;
pub(crate) mod yaml;

pub use cx::{CHANGED_TEXT, IGNORED, JSON_SYNTAX, KEY_CASE, OLD_SPELLING, SHADOWED, YAML_SYNTAX};
pub use format::{CANNOT_FORMAT, Nested, format, nested};
pub use read::{Format, Reading, read};
pub use sections::*;
pub use service::*;
pub use surface::{Place, keys_of_file, place_of_key};
pub use words::*;
pub use write::{Difference, differences, meaning, normal_form, write};

/// Declares a table that has the keys of fly.toml's top level beside some of its own.
///
/// serde's `flatten` would do the same, but buffers what it reads and so loses every position in it
/// (toml-rs issue 589).
macro_rules! with_fly_toml_keys {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$own_meta:meta])* pub $own:ident: $own_type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$own_meta])* pub $own: $own_type,)*
            /// The region of the machines, volumes and release machines that a deploy creates; also exported to the
            /// app as PRIMARY_REGION. In a spec the default is the project's primary region.
            pub primary_region: Option<$crate::value::Sourced<$crate::value::RegionCode>>,
            /// The signal that asks a machine to stop. Platform default: SIGINT.
            pub kill_signal: Option<$crate::value::Sourced<$crate::fly_toml::Signal>>,
            /// How long a machine may take to stop before it is ended. Platform default 5s, maximum 300s.
            pub kill_timeout: Option<$crate::value::Sourced<$crate::value::Duration<$crate::value::Seconds>>>,
            /// Swap of every machine, in MB. A machine with swap cannot be suspended.
            pub swap_size_mb: Option<$crate::value::Sourced<u32>>,
            /// The command of `fly console`.
            pub console_command: Option<$crate::value::Sourced<String>>,
            /// Dedicated hosts for every process group.
            pub host_dedication_id: Option<$crate::value::Sourced<String>>,
            /// A Machines API configuration to start from: inline JSON, or the path of a .json file.
            pub machine_config: Option<$crate::value::Sourced<String>>,
            /// With containers in `machine_config`: the one that receives the built image.
            pub container: Option<$crate::value::Sourced<String>>,
            /// Settings that override the image's own, and others that may change.
            pub experimental: Option<$crate::value::Sourced<Box<$crate::fly_toml::Experimental>>>,
            /// How the image is built, or which one is taken.
            pub build: Option<$crate::value::Sourced<Box<$crate::fly_toml::Build>>>,
            /// How a deploy goes.
            pub deploy: Option<$crate::value::Sourced<Box<$crate::fly_toml::Deploy>>>,
            /// Environment variables of every machine. Never secrets: this file is committed, and readable by
            /// whoever may see the app.
            #[serde(default)]
            pub env: $crate::value::Entries<String, $crate::value::Sourced<$crate::value::Scalar>>,
            /// Process groups: name to command. Each becomes a set of machines of its own. Without any there is one
            /// group called `app`.
            #[serde(default)]
            pub processes: $crate::value::Entries<$crate::value::Name, $crate::value::Sourced<String>>,
            /// Volumes, one per process group.
            #[serde(default)]
            pub mounts: $crate::value::Many<$crate::fly_toml::Mount>,
            /// An HTTP service on the ports 80 and 443.
            pub http_service: Option<$crate::value::Sourced<Box<$crate::fly_toml::HttpService>>>,
            /// Services on any port.
            #[serde(default)]
            pub services: $crate::value::Many<$crate::fly_toml::Service>,
            /// Named checks that do not decide about routing.
            #[serde(default)]
            pub checks: $crate::value::Entries<String, $crate::value::Sourced<$crate::fly_toml::Check>>,
            /// Files that are written into machines.
            #[serde(default)]
            pub files: Vec<$crate::value::Sourced<$crate::fly_toml::File>>,
            /// Commands that a throw-away machine runs during a deploy to test the new image.
            #[serde(default)]
            pub machine_checks: Vec<$crate::value::Sourced<$crate::fly_toml::MachineCheck>>,
            /// What happens when a machine's process ends.
            #[serde(default)]
            pub restart: Vec<$crate::value::Sourced<$crate::fly_toml::Restart>>,
            /// The size of machines. An entry without `processes` is for all groups that no other entry names.
            #[serde(default)]
            pub vm: $crate::value::Many<$crate::fly_toml::Vm>,
            /// Static files that Fly's proxy serves by itself.
            #[serde(default)]
            pub statics: Vec<$crate::value::Sourced<$crate::fly_toml::Static>>,
            /// Where Prometheus metrics are scraped.
            #[serde(default)]
            pub metrics: $crate::value::Many<$crate::fly_toml::Metrics>,
        }
    };
}
pub(crate) use with_fly_toml_keys;

with_fly_toml_keys! {
    /// A whole fly.toml.
    pub struct FlyToml {
        /// The name of the app.
        pub app: Option<crate::value::Sourced<String>>,
    }
}
