//! Where the tools work: whether people and money are real, and in which application.

/// Whether people and money are real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// People and money are real.
    Live,
    /// Didit's own environment for trying.
    Sandbox,
    /// The simulator of this program.
    Simulated,
    /// A key that does not tell.
    Unknown,
}

impl Environment {
    /// The environment in one word: `live`, `sandbox`, `simulated` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox",
            Self::Simulated => "simulated",
            Self::Unknown => "unknown",
        }
    }

    /// The environment in a sentence's words, with what that means for people and money.
    pub fn words(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox: results are made up, files are stored",
            Self::Simulated => "simulated, nothing is real",
            Self::Unknown => "live or sandbox not known",
        }
    }

    /// Didit's word for it, where it is a known one.
    pub fn from_didit(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "live" | "production" => Self::Live,
            "sandbox" | "test" => Self::Sandbox,
            _ => Self::Unknown,
        }
    }
}

/// Which account a change happens in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLocation {
    /// Whether it is real.
    pub environment: Environment,
    /// The application's name, where the account tells.
    pub application: Option<String>,
    /// The last four characters of the key, where no name is known.
    pub key: Option<String>,
}
