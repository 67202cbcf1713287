//! What comes of a change, as a word.

/// What comes of a change, from nothing to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing that runs is touched.
    NoEffect,
    /// Something is added or set beside what runs, or is left for a person.
    InPlace,
    /// It costs something else.
    Cost,
    /// A deploy: machines get a new configuration, a part at a time.
    Rolling,
    /// An address or a name under which something is reached is another.
    Address,
    /// Who may reach what, or what is checked, is another.
    Security,
    /// Something else takes the place of what runs.
    Replacement,
    /// For a time nothing answers.
    Downtime,
    /// Data goes, or what runs no longer has it.
    DataLoss,
}

impl Class {
    /// All, from nothing to the worst.
    pub const ALL: [Self; 9] = [
        Self::NoEffect,
        Self::InPlace,
        Self::Cost,
        Self::Rolling,
        Self::Address,
        Self::Security,
        Self::Replacement,
        Self::Downtime,
        Self::DataLoss,
    ];

    /// The word for data and arguments.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoEffect => "no-effect",
            Self::InPlace => "in-place",
            Self::Cost => "cost",
            Self::Rolling => "rolling-restart",
            Self::Address => "address",
            Self::Security => "security",
            Self::Replacement => "replacement",
            Self::Downtime => "downtime",
            Self::DataLoss => "data-loss",
        }
    }

    /// The words for people.
    pub fn words(self) -> String {
        self.as_str().replace('-', " ")
    }
}
