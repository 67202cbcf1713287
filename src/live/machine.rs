//! A machine and its configuration (fly-go `machine_types.go`).

use serde::Deserialize;
use serde_json::Value as Json;

/// A machine. Its configuration stays as it is: what of it is compared is up to who compares.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Machine {
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) state: String,
    #[serde(default)]
    config: Json,
    /// What is left of a configuration whose host does not answer.
    #[serde(default)]
    incomplete_config: Json,
}

/// Groups of machines that come and go with a deploy, a test or a console.
const PASSING: [&str; 3] = ["fly_app_release_command", "fly_app_test_machine_command", "fly_app_console"];

impl Machine {
    /// Its configuration; nothing where its host does not answer.
    pub(crate) fn config(&self) -> Option<&Json> {
        Some(&self.config).filter(|config| config.is_object())
    }

    fn any_config(&self) -> &Json {
        if self.config.is_object() { &self.config } else { &self.incomplete_config }
    }

    /// One of its metadata.
    pub(crate) fn metadata(&self, key: &str) -> Option<&str> {
        self.any_config().get("metadata")?.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// Its process group, under the old name too (`ProcessGroup`).
    pub(crate) fn group(&self) -> Option<&str> {
        self.metadata("fly_process_group").or_else(|| self.metadata("process_group"))
    }

    /// Whether deploys and scales look after it (`IsFlyAppsPlatform`).
    pub(crate) fn is_of_platform(&self) -> bool {
        self.metadata("fly_platform_version") == Some("v2")
    }

    /// Whether it is about to be gone, or one of those that come and go.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self.state.as_str(), "destroyed" | "destroying" | "replaced")
            || self.group().is_some_and(|group| PASSING.contains(&group))
    }

    /// The kind of its CPUs, their number, and its memory in MiB.
    pub(crate) fn guest(&self) -> (String, u32, u32) {
        let guest = self.any_config().get("guest");
        let number = |key: &str| guest.and_then(|guest| guest.get(key)?.as_u64()).unwrap_or_default();
        let kind = guest.and_then(|guest| guest.get("cpu_kind")?.as_str()).unwrap_or_default();
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        (kind.to_owned(), small(number("cpus")), small(number("memory_mb")))
    }
}
