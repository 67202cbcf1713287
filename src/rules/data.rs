//! Where an app keeps data, as far as its own words tell: mounts, database images, SQLite files, LiteFS. For rules alone:
//! the model knows no facts.
//!
//! Everything here is evidence, not proof. What is not sure is absent.

use crate::facts::{DatabaseImage, Facts};
use crate::fly_toml::Mount;
pub(super) use crate::guest::Guest;
use crate::model::{App, Group, Model, Redis};
use crate::spec::Kind;
use crate::value::{Origin, Scalar, Sourced};

/// A path to data in a variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataFile<'a> {
    /// The name of the variable.
    pub(super) variable: &'a str,
    /// Its value.
    pub(super) value: &'a Sourced<Scalar>,
    /// The path in it.
    pub(super) path: &'a str,
}

impl App {
    /// What machines of a group have, when the file says it.
    pub(super) fn guest(&self, group: &Group, facts: &Facts) -> Option<Guest> {
        Guest::of(self.toml.vm.get(group.vm?)?, facts)
    }

    /// How many machines a group has at least: in a spec, all of them.
    pub(super) fn machines_at_least(&self, index: usize) -> u32 {
        if !self.is_plain() {
            return self.groups[index].machines();
        }
        let services = self.services.iter().filter(|service| service.groups.contains(&index));
        services.map(|service| service.min_machines_running.value).max().unwrap_or(0)
    }

    /// Whether machines hold several containers, which find each other by name and share what one machine has.
    pub(super) fn has_containers(&self) -> bool {
        let compose = self.toml.build.as_ref().is_some_and(|build| build.compose.is_some());
        let experimental = self.toml.experimental.as_ref().is_some_and(|section| section.machine_config.is_some());
        compose || experimental || self.toml.machine_config.is_some()
    }

    /// The words of what its machines run, as far as the file says it.
    pub(super) fn command_words(&self) -> impl Iterator<Item = &str> {
        let commands = self.groups.iter().filter_map(|group| group.command.as_ref());
        let experimental = self.toml.experimental.iter().flat_map(|e| [&e.cmd, &e.entrypoint, &e.exec]).flatten();
        let lists = experimental.flat_map(|words| words.0.iter().map(String::as_str));
        commands.flat_map(|command| command.split_whitespace()).chain(lists)
    }

    /// The database that it runs by itself, known by its image.
    pub(super) fn database_image(&self, facts: &Facts) -> Option<(&'static DatabaseImage, &Sourced<String>)> {
        let image = self.toml.build.as_ref()?.image.as_ref()?;
        Some((facts.database_image(image)?, image))
    }

    /// Where a database of an image keeps its data: what a variable or a flag says, else the image's own place.
    pub(super) fn data_directory<'a>(&'a self, image: &'a DatabaseImage) -> &'a str {
        if image.option.starts_with("--") {
            return flag(self.command_words(), image.option).unwrap_or(image.data);
        }
        self.toml.env.get(image.option).map_or(image.data, |(_, value)| value.as_str())
    }

    /// The mount that a path lies in.
    pub(super) fn mount_of(&self, path: &str) -> Option<&Sourced<Mount>> {
        self.toml.mounts.iter().find(|mount| mount.destination.as_ref().is_some_and(|to| is_below(path, to)))
    }

    /// SQLite files that variables name, but for those that are meant to be lost.
    pub(super) fn sqlite_files(&self) -> impl Iterator<Item = DataFile<'_>> {
        let written = self.toml.env.iter().filter(|(_, value)| value.origin.is_written());
        written.filter_map(|(name, value)| {
            let path = sqlite_path(name, value.as_str())?;
            let lost = path.contains(":memory:") || is_below(path, "/tmp") || is_below(path, "/dev");
            (!lost).then_some(DataFile { variable: name, value, path })
        })
    }

    /// Whether a path lies on a volume, as far as can be told: a relative one does when a mount ends with its folders,
    /// because nobody here knows the working directory.
    pub(super) fn may_be_on_volume(&self, path: &str) -> bool {
        let relative = path.trim_start_matches("./").trim_start_matches('/');
        self.toml.mounts.iter().filter_map(|mount| mount.destination.as_ref()).any(|to| {
            let to = to.trim_end_matches('/');
            let mut folders = relative.match_indices('/').map(|(at, _)| &relative[..at]);
            is_below(path, to)
                || folders.any(|folder| to.ends_with(folder) && to[..to.len() - folder.len()].ends_with('/'))
        })
    }

    /// Whether a variable or a secret speaks of one of these, such as `TURSO`.
    pub(super) fn has_variable_of(&self, words: &[&str]) -> bool {
        let env = self.toml.env.iter().map(|(name, _)| name.value.as_str());
        let secrets = self.secrets.iter().map(|secret| secret.name.as_str());
        env.chain(secrets).any(|name| name.split('_').any(|word| words.contains(&word)))
    }

    /// What shows that it uses LiteFS.
    pub(super) fn shows_litefs(&self) -> Option<Origin> {
        let named =
            |text: &Option<Sourced<String>>| text.as_ref().filter(|text| text.contains("litefs")).map(|t| t.origin);
        let mounts =
            self.toml.mounts.iter().find_map(|mount| named(&mount.source).or_else(|| named(&mount.destination)));
        let commands = self.groups.iter().filter_map(|group| group.command.as_ref());
        let declared = self.litefs.as_ref().map(|litefs| Origin::written(litefs.at));
        declared
            .or(mounts)
            .or_else(|| commands.clone().find(|command| command.contains("litefs mount")).map(|command| command.origin))
            .or_else(|| {
                let env = self.toml.env.iter().filter(|(_, value)| value.origin.is_written());
                env.clone().find(|(name, _)| name.starts_with("LITEFS_")).map(|(name, _)| name.origin)
            })
    }
}

impl Redis {
    /// Whether a word of its key is one of these.
    pub(super) fn is_called(&self, words: impl Fn(&str) -> bool) -> bool {
        self.key.split('-').any(words)
    }
}

impl Model {
    /// Whether a Redis database holds a queue: by its key, or by the variables that apps use it as.
    pub(super) fn is_queue(&self, redis: usize) -> bool {
        self.redis[redis].is_called(is_queue_word) || self.is_used_as(redis, is_queue_word)
    }

    /// Whether a Redis database is a cache, in the same way.
    pub(super) fn is_cache(&self, redis: usize) -> bool {
        self.redis[redis].is_called(is_cache_word) || self.is_used_as(redis, is_cache_word)
    }

    fn is_used_as(&self, redis: usize, word: impl Fn(&str) -> bool) -> bool {
        let uses = self.apps.iter().flat_map(|app| &app.uses);
        let mut uses = uses.filter(|used| used.target.kind == Kind::Redis && used.target.index == redis);
        uses.any(|used| used.variable.split('_').any(&word))
    }
}

/// Whether a word of a name speaks of a queue.
pub(super) fn is_queue_word(word: &str) -> bool {
    const WORDS: [&str; 10] =
        ["queue", "queues", "job", "jobs", "sidekiq", "bull", "bullmq", "celery", "resque", "broker"];
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether a word of a name speaks of a cache.
pub(super) fn is_cache_word(word: &str) -> bool {
    ["cache", "caches"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether a path is a directory or lies in it.
pub(super) fn is_below(path: &str, directory: &str) -> bool {
    let directory = directory.trim_end_matches('/');
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The value of a flag among the words of commands: `--flag value` or `--flag=value`.
fn flag<'c>(mut words: impl Iterator<Item = &'c str>, name: &str) -> Option<&'c str> {
    let is_flag = |word: &&str| word.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
    let found = words.find(is_flag)?;
    found[name.len()..].strip_prefix('=').or_else(|| words.next())
}

/// The path of a SQLite file that a variable names: a URL, or a file with one of the usual endings.
fn sqlite_path<'v>(name: &str, value: &'v str) -> Option<&'v str> {
    let before_query = |text: &'v str| text.split(['?', '#']).next().unwrap_or(text);
    let url = ["sqlite:", "sqlite3:"].iter().find_map(|scheme| value.strip_prefix(scheme));
    // Prisma, Turso and SQLite itself write `file:`.
    let url = url.or_else(|| value.strip_prefix("file:").filter(|_| is_database(name)));
    if let Some(rest) = url {
        let path = before_query(rest.strip_prefix("//").unwrap_or(rest));
        return (!path.is_empty()).then_some(path);
    }
    let path = before_query(value);
    let ending = [".db", ".sqlite", ".sqlite3", ".db3"].iter().any(|ending| path.ends_with(ending));
    (ending && !path.contains("://") && path.contains('/') && is_database(name)).then_some(path)
}

fn is_database(name: &str) -> bool {
    name.split('_')
        .any(|word| ["DB", "DATABASE", "SQLITE", "SQLITE3"].iter().any(|known| word.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_files_in_variables() {
        for (name, value, path) in [
            ("DATABASE_URL", "file:/data/sqlite.db", Some("/data/sqlite.db")),
            ("DATABASE_URL", "file:./dev.db?connection_limit=1", Some("./dev.db")),
            ("DATABASE_URL", "sqlite3:///mnt/volume/production.sqlite3", Some("/mnt/volume/production.sqlite3")),
            ("APP_DB_PATH", "/data/app.db", Some("/data/app.db")),
            ("DB_CONNECTION", "sqlite", None),
            ("GEO_FILE", "/usr/share/words.db", None),
            ("LOG_URL", "file:/var/log/app", None),
            ("DATABASE_URL", "postgres://db/x.db", None),
        ] {
            assert_eq!(sqlite_path(name, value), path, "{name}={value}");
        }
    }

    #[test]
    fn paths_and_flags() {
        assert!(is_below("/data", "/data/") && is_below("/data/a", "/data") && !is_below("/database", "/data"));
        assert_eq!(flag("--datadir /data/mysql --x".split(' '), "--datadir"), Some("/data/mysql"));
        assert_eq!(flag("mongod --dbpath=/data/x".split(' '), "--dbpath"), Some("/data/x"));
        assert_eq!(flag("mongod --dbpathology=/data/x".split(' '), "--dbpath"), None);
    }
}
