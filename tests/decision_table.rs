//! The decision table that the documentation shows is the one that holds.

mod support;

use access_package::{
    AssignmentState, Observed, ReprocessError, ResourceRole, Role, reprocess, reprocess_observed,
};
use support::{MANAGER, in_state};

const README: &str = include_str!("../README.md");
const TABLE: &str = include_str!("../src/policy/decision-table.md");

/// The cells of one line of a Markdown table.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')).expect("a line of a table");
    inner.split('|').map(str::trim).collect()
}

/// What one cell of the decision table says.
struct Decision {
    role: Role,
    state: AssignmentState,
    answer: Result<(), ReprocessError>,
}

impl Decision {
    fn new(role: &str, state: &str, answer: &str) -> Self {
        let role = Role::ALL.iter().copied().find(|known| known.name() == role).expect("a role");
        let state =
            AssignmentState::ALL.iter().copied().find(|known| known.as_str() == state).expect("a state");
        let answer = match answer {
            "**accepted**" => Ok(()),
            "insufficient role" => Err(ReprocessError::InsufficientRole { required: MANAGER, actual: role }),
            "invalid state" => {
                Err(ReprocessError::InvalidState { required: AssignmentState::Delivered, actual: state })
            }
            other => panic!("the table says `{other}`"),
        };
        Self { role, state, answer }
    }
}

fn decisions() -> Vec<Decision> {
    let mut lines = TABLE.lines().map(cells);
    let header = lines.next().expect("a header");
    let mut decisions = Vec::new();
    for row in lines.skip(1) {
        assert_eq!(row.len(), header.len(), "{row:?}");
        let answers = header.iter().zip(&row).skip(1);
        decisions.extend(answers.map(|(state, answer)| Decision::new(row[0], state, answer)));
    }
    decisions
}

#[test]
fn the_table_holds_every_role_and_every_state_once() {
    let decisions = decisions();
    for &role in Role::ALL {
        for &state in AssignmentState::ALL {
            let here = decisions.iter().filter(|decision| (decision.role, decision.state) == (role, state));
            assert_eq!(here.count(), 1, "{role}, {state}: how often in decision-table.md");
        }
    }
    assert_eq!(decisions.len(), Role::ALL.len() * AssignmentState::ALL.len());
}

// R1, R2, R8, R9
#[test]
fn reprocess_answers_what_the_table_says() {
    for Decision { role, state, answer } in decisions() {
        let before = in_state(state);
        let mut assignment = before.clone();
        assert_eq!(reprocess(&mut assignment, role).map(drop), answer, "{role}, {state}");
        match answer {
            // R13, R15
            Ok(()) => {
                assert_eq!(assignment.state(), AssignmentState::Delivering);
                assert_eq!(assignment.attempt(), before.attempt() + 1);
                assert_eq!(assignment.actions().count(), 2);
            }
            // R12
            Err(_) => assert_eq!(assignment, before, "{role}, {state}"),
        }
    }
}

#[test]
fn only_an_accepted_call_observes() {
    for Decision { role, state, answer } in decisions() {
        let before = in_state(state);
        let mut assignment = before.clone();
        let mut observed = Vec::new();
        let observe = |resource_role: &ResourceRole| {
            observed.push(resource_role.clone());
            Observed::Unknown
        };
        assert_eq!(reprocess_observed(&mut assignment, role, observe).map(drop), answer, "{role}, {state}");
        match answer {
            Ok(()) => {
                let resource_roles = before.resource_roles().expect("known").iter();
                assert!(resource_roles.map(|role| &role.resource_role).eq(&observed));
            }
            // R12
            Err(_) => assert_eq!((assignment, observed), (before, vec![]), "{role}, {state}"),
        }
    }
}

#[test]
fn the_readme_shows_this_table() {
    assert!(README.contains(TABLE), "the README lacks src/policy/decision-table.md, to the letter");
}
