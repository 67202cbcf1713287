//! What a language server answers, as pure functions of texts: `cli::lsp` keeps the documents and talks to the editor.
//!
//! An editor asks in the middle of a word, when the text is no TOML. So everything here stands on [`words`], which reads
//! as much as there is and never fails, and on the schema; what needs a text that is right (resolved values, costs) is
//! added where there is one. Answers are values of the protocol (Language Server Protocol 3.17), whose types are few
//! enough here to be written as JSON.

pub(crate) mod complete;
pub(crate) mod findings;
pub(crate) mod hover;
pub(crate) mod known;
pub(crate) mod names;
pub(crate) mod position;
pub(crate) mod resolved;
pub(crate) mod shape;
pub(crate) mod symbols;
pub(crate) mod words;

use words::Words;

/// One of the texts that an answer is made of.
pub(crate) struct Sheet<'t> {
    /// Where the editor finds it.
    pub(crate) uri: String,
    /// What stands in it.
    pub(crate) text: &'t str,
    /// The same, read.
    pub(crate) words: Words<'t>,
}

impl<'t> Sheet<'t> {
    /// Reads a text.
    pub(crate) fn new(uri: String, text: &'t str) -> Self {
        Self { uri, text, words: Words::read(text) }
    }
}

/// The texts of a spec, or a plain file, and the one that is asked about.
pub(crate) struct Desk<'t> {
    /// All of them: the spec, then what it includes.
    pub(crate) texts: Vec<Sheet<'t>>,
    /// The one with the cursor.
    pub(crate) here: usize,
    /// What can be written in it.
    pub(crate) shape: &'t shape::Shape,
}

impl<'t> Desk<'t> {
    /// The text with the cursor.
    pub(crate) fn text(&self) -> &Sheet<'t> {
        &self.texts[self.here]
    }
}
