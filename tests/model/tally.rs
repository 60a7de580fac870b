//! What the runs have seen, to notice a generator that no longer reaches something.

use std::collections::BTreeMap;
use std::fmt;

use access_package::AssignmentState;

/// A transition that is seen less often counts as not seen.
const OFTEN: u32 = 20;

/// How often each step led from one state to another.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<(String, &'static str, &'static str), u32>);

impl Tally {
    pub(crate) fn note(&mut self, step: String, before: AssignmentState, after: AssignmentState) {
        *self.0.entry((step, before.as_str(), after.as_str())).or_default() += 1;
    }
}

/// For each step and state, the states to which it led.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut seen = BTreeMap::<_, Vec<_>>::new();
        for ((step, before, after), &times) in &self.0 {
            if times >= OFTEN {
                seen.entry((step, before)).or_default().push(*after);
            }
        }
        seen.iter()
            .try_for_each(|((step, before), after)| writeln!(f, "{step}: {before} -> {}", after.join(", ")))
    }
}
