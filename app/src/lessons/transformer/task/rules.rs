//! Heads scored on annotated sentences: not written yet.

use super::translate::Translator;
use crate::{lessons::transformer::Rules, session::protocol::Trouble};

impl Translator {
    /// The share of each head's attention on what each rule names.
    pub(super) async fn score_heads(&self) -> Result<Rules, Trouble> {
        Ok(Rules::default())
    }
}
