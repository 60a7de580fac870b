//! The five states of an assignment, and their two spellings.

use core::fmt;
use core::str::FromStr;

use crate::variants::with_all;

with_all! {
    /// The state of an assignment, as Microsoft Graph names it.
    ///
    /// Reading ignores case, so it accepts the spellings of v1.0 and of beta. A state is displayed in the spelling of
    /// v1.0. Graph's free-text *status* decides nothing ([R9](crate::policy#r9)) and is not modelled.
    ///
    /// ```
    /// use access_package::AssignmentState;
    ///
    /// assert_eq!("PartiallyDelivered".parse(), Ok(AssignmentState::PartiallyDelivered));
    /// assert_eq!(AssignmentState::PartiallyDelivered.as_str(), "partiallyDelivered");
    /// // `unknownFutureValue` is a sentinel of the API, not a state.
    /// assert!("unknownFutureValue".parse::<AssignmentState>().is_err());
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum AssignmentState {
        /// Some resource roles are still to be enforced.
        Delivering,
        /// Some resource roles are in place, and the others could not be enforced.
        PartiallyDelivered,
        /// Every resource role is in place, as far as the service knows. Only a delivered assignment can be
        /// reprocessed.
        Delivered,
        /// The assignment has ended, for good.
        Expired,
        /// No resource role is in place, and none could be enforced.
        DeliveryFailed,
    }
}

impl AssignmentState {
    /// The word of Graph v1.0 for `state`, in camel case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.words().0
    }

    /// The word of Graph beta for `assignmentState`, in Pascal case.
    #[cfg(feature = "graph")]
    pub(crate) const fn as_beta_str(self) -> &'static str {
        self.words().1
    }

    /// The words of v1.0 and beta.
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

    /// R11: an unknown word is refused, and never read as a known state.
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

/// Writes each word in backticks: `a`, `b` or `c`.
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
