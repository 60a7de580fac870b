//! The five states of an assignment, and their two spellings.

use core::fmt;
use core::str::FromStr;

use crate::variants::with_all;

with_all! {
    /// The state of an assignment, as Microsoft Graph names it.
    ///
    /// It is read without regard to case, so in either spelling, and displayed in the one of v1.0.
    /// The free-text *status* that Graph shows beside it decides nothing
    /// ([R9](crate::policy#r9)) and is not modelled.
    ///
    /// ```
    /// use access_package::AssignmentState;
    ///
    /// assert_eq!("PartiallyDelivered".parse(), Ok(AssignmentState::PartiallyDelivered));
    /// assert_eq!(AssignmentState::PartiallyDelivered.as_str(), "partiallyDelivered");
    /// // A sentinel of the API, not a state.
    /// assert!("unknownFutureValue".parse::<AssignmentState>().is_err());
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum AssignmentState {
        /// Something is still to be enforced.
        Delivering,
        /// Some of the resource roles were enforced, others could not be.
        PartiallyDelivered,
        /// Every resource role is in place, as far as the service knows. Only from here can an
        /// assignment be reprocessed.
        Delivered,
        /// The assignment has ended and never comes back.
        Expired,
        /// None of the resource roles could be enforced.
        DeliveryFailed,
    }
}

impl AssignmentState {
    /// The word of Graph v1.0, `state`: camel case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.words().0
    }

    /// The word of Graph beta, `assignmentState`: Pascal case.
    #[cfg(feature = "graph")]
    pub(crate) const fn as_beta_str(self) -> &'static str {
        self.words().1
    }

    /// In v1.0 and in beta.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Delivering => ("delivering", "Delivering"),
            Self::PartiallyDelivered => ("partiallyDelivered", "PartiallyDelivered"),
            Self::Delivered => ("delivered", "Delivered"),
            Self::Expired => ("expired", "Expired"),
            Self::DeliveryFailed => ("deliveryFailed", "DeliveryFailed"),
        }
    }
}

impl fmt::Display for AssignmentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for AssignmentState {
    type Err = ParseAssignmentStateError;

    /// R11: a word that is not one of the five is refused, never taken for one of them.
    fn from_str(word: &str) -> Result<Self, ParseAssignmentStateError> {
        Self::ALL
            .iter()
            .copied()
            .find(|state| state.as_str().eq_ignore_ascii_case(word))
            .ok_or(ParseAssignmentStateError)
    }
}

#[cfg(feature = "serde")]
crate::text::serde_as_text!(AssignmentState);

/// The word is not a state of an assignment that this crate knows ([R11](crate::policy#r11)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ParseAssignmentStateError;

impl fmt::Display for ParseAssignmentStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a known assignment state: expected ")?;
        write_words(f, AssignmentState::ALL)
    }
}

impl core::error::Error for ParseAssignmentStateError {}

/// Each in backticks: `a`, `b` or `c`.
fn write_words(f: &mut fmt::Formatter<'_>, words: &[impl fmt::Display]) -> fmt::Result {
    for (number, word) in (1..).zip(words) {
        let before = match words.len() - number {
            _ if number == 1 => "",
            0 => " or ",
            _ => ", ",
        };
        write!(f, "{before}`{word}`")?;
    }
    Ok(())
}
