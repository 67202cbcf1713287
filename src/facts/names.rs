//! Names that mean something to programs, images and tools, and numbers that go with them.

/// All of them.
#[derive(Debug)]
pub struct Names {
    /// Signals.
    pub signals: Signals,
    /// Dockerfiles that flyctl brings along.
    pub builtins: &'static [&'static str],
    /// Builders that get no updates any more.
    pub builders: &'static [Builder],
    /// Variables that programs take the address to listen on from.
    pub listening: &'static [&'static str],
    /// Data stores.
    pub stores: &'static [Store],
    /// Images that nobody outside should reach, by the last part of their name.
    pub helpers: &'static [Helper],
    /// The log shipper.
    pub log_shipper: LogShipper,
    /// Variables that switch a framework to development.
    pub modes: &'static [Mode],
    /// Variables that end up in files that are built.
    pub inlined: &'static [Inlined],
    /// Secrets that others issue.
    pub issued: Issued,
    /// Secrets of a certain length.
    pub generated: &'static [Generated],
    /// Names of apps that somebody has taken.
    pub taken: &'static [&'static str],
    /// Fixed addresses for outgoing connections.
    pub egress: Egress,
    /// Certificates.
    pub certificates: Certificates,
}

/// Signals.
#[derive(Debug)]
pub struct Signals {
    /// Those that Fly.io sends.
    pub known: &'static [&'static str],
    /// Those that no program can act on.
    pub fatal: &'static [&'static str],
}

/// A builder that gets no updates any more.
#[derive(Debug)]
pub struct Builder {
    /// The image, with its tag.
    pub image: &'static str,
    /// The image that took its place.
    pub instead: &'static str,
}

/// A data store.
#[derive(Debug)]
pub struct Store {
    /// Its name.
    pub what: &'static str,
    /// The port on which it listens.
    pub port: u16,
    /// The schemes of its URLs.
    pub schemes: &'static [&'static str],
}

/// An image that nobody outside should reach.
#[derive(Debug)]
pub struct Helper {
    /// The last part of its name.
    pub image: &'static str,
    /// What it is, with its article.
    pub what: &'static str,
}

/// The log shipper.
#[derive(Debug)]
pub struct LogShipper {
    /// Its images, by the last part of their names.
    pub images: &'static [&'static str],
    /// The variable that lets machines share the work.
    pub queue: &'static str,
    /// Where it says whether it works.
    pub health_port: u16,
    /// See `health_port`.
    pub health_path: &'static str,
}

/// A variable that switches a framework to development.
#[derive(Debug)]
pub struct Mode {
    /// The variable.
    pub variable: &'static str,
    /// Values that do it, in small letters.
    pub development: &'static [&'static str],
    /// The value for users.
    pub production: &'static str,
}

/// Variables that a tool writes into the files that it builds.
#[derive(Debug)]
pub struct Inlined {
    /// How their names begin.
    pub prefix: &'static str,
    /// The tool.
    pub tool: &'static str,
}

/// Secrets that others issue.
#[derive(Debug)]
pub struct Issued {
    /// How their names begin.
    pub prefixes: &'static [&'static str],
    /// How they end.
    pub suffixes: &'static [&'static str],
    /// Whole names.
    pub names: &'static [&'static str],
    /// A word of names that are none of them all the same.
    pub chosen: &'static str,
}

/// A secret of a certain length.
#[derive(Debug)]
pub struct Generated {
    /// Its name.
    pub variable: &'static str,
    /// Who asks for it.
    pub framework: &'static str,
    /// The fewest characters.
    pub shortest: usize,
    /// The most.
    pub longest: usize,
    /// What makes as many.
    pub generator: &'static str,
}

/// Fixed addresses for outgoing connections.
#[derive(Debug)]
pub struct Egress {
    /// How many machines of a region may share one.
    pub machines_per_address: u32,
    /// The same where deploys run two sets of machines.
    pub machines_per_address_bluegreen: u32,
}

/// Certificates.
#[derive(Debug)]
pub struct Certificates {
    /// How many the issuer gives for names of one domain in a week.
    pub per_domain_and_week: usize,
    /// Up to how many names of one parent single certificates are the cheaper way.
    pub names_before_wildcard: usize,
    /// Endings of names that no issuer knows.
    pub endings: &'static [&'static str],
}

/// The last part of an image's name, without its tag and digest.
pub fn image_name(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    let name = name.rsplit('/').next().unwrap_or(name);
    name.split(':').next().unwrap_or(name)
}

impl Names {
    /// The data store that listens on a port.
    pub fn store_on(&self, port: u16) -> Option<&'static Store> {
        self.stores.iter().find(|store| store.port == port)
    }

    /// What an image is, if it is one that nobody outside should reach.
    pub fn helper(&self, image: &str) -> Option<&'static Helper> {
        let name = image_name(image);
        self.helpers.iter().find(|helper| helper.image == name)
    }

    /// Whether an image is the log shipper.
    pub fn is_log_shipper(&self, image: &str) -> bool {
        self.log_shipper.images.contains(&image_name(image))
    }

    /// Whether a secret of this name is issued by somebody else.
    pub fn is_issued(&self, name: &str) -> bool {
        let Issued { prefixes, suffixes, names, chosen } = &self.issued;
        !name.contains(chosen)
            && (names.contains(&name)
                || prefixes.iter().any(|prefix| name.starts_with(prefix))
                || suffixes.iter().any(|suffix| name.ends_with(suffix)))
    }

    /// The tool that writes a variable into the files that it builds.
    pub fn inlined(&self, variable: &str) -> Option<&'static Inlined> {
        self.inlined.iter().find(|inlined| variable.starts_with(inlined.prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::image_name;

    #[test]
    fn names_of_images() {
        for (image, name) in [
            ("postgres", "postgres"),
            ("ghcr.io/superfly/fly-log-shipper:latest", "fly-log-shipper"),
            ("localhost:5000/redis@sha256:0000", "redis"),
        ] {
            assert_eq!(image_name(image), name);
        }
    }
}
