//! The text forms of ids and of states.

#[path = "support/documented.rs"]
mod documented;

use core::fmt::{Debug, Display};
use core::str::FromStr;

use access_package::{
    AccessPackageId, AssignmentId, AssignmentState, CatalogId, ObjectId, ParseAssignmentStateError,
    ParseIdError,
};
use documented::{Known, STATES, in_pascal_case};
use proptest::prelude::*;
use uuid::Uuid;

/// The form of a GUID, by counting: groups of 8, 4, 4, 4 and 12 digits.
fn guid(value: u128) -> String {
    let digits = format!("{value:032x}");
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A text that is a GUID, nearly one, or something else.
fn perhaps_a_guid() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "[0-9a-f]{7,9}-?[0-9a-g]{4}-[0-9a-f]{4}-?[0-9a-fé]{4}-[0-9a-f]{11,13}",
        "[{]?[0-9a-f-]{32,36}[}]?",
        any::<String>(),
    ]
}

/// What holds for typed ids of every kind.
fn check_id<Id>(kind: &'static str, from_uuid: fn(Uuid) -> Id, as_uuid: fn(Id) -> Uuid)
where
    Id: FromStr<Err = ParseIdError> + Display + Debug + Copy + Eq + From<Uuid>,
    Uuid: From<Id>,
{
    proptest!(|(value: u128)| {
        let uuid = Uuid::from_u128(value);
        let id = from_uuid(uuid);
        prop_assert_eq!(id, Id::from(uuid));
        prop_assert_eq!((as_uuid(id), Uuid::from(id)), (uuid, uuid));
        prop_assert_eq!(id.to_string(), guid(value));
        // R23: read in either case, written in lower case.
        prop_assert_eq!(guid(value).parse(), Ok(id));
        prop_assert_eq!(guid(value).to_uppercase().parse(), Ok(id));
    });
    // R28
    proptest!(|(text in perhaps_a_guid())| {
        match text.parse::<Id>() {
            Ok(id) => prop_assert_eq!(id.to_string(), text.to_ascii_lowercase()),
            Err(error) => prop_assert_eq!(error, ParseIdError { kind }),
        }
        prop_assert_eq!(text.parse::<Id>().is_ok(), is_guid(&text));
    });
    for other_form in
        [Uuid::nil().simple().to_string(), Uuid::nil().braced().to_string(), Uuid::nil().urn().to_string()]
    {
        assert_eq!(other_form.parse::<Id>(), Err(ParseIdError { kind }));
    }
}

#[test]
fn an_id_is_a_guid_of_36_characters() {
    check_id("assignment", AssignmentId::from_uuid, AssignmentId::as_uuid);
    check_id("access package", AccessPackageId::from_uuid, AccessPackageId::as_uuid);
    check_id("catalog", CatalogId::from_uuid, CatalogId::as_uuid);
    check_id("object", ObjectId::from_uuid, ObjectId::as_uuid);
}

#[test]
fn a_state_is_written_as_in_v1_and_read_in_both_spellings() {
    assert!(AssignmentState::ALL.iter().eq(STATES.iter().map(|known| &known.state)));
    for &Known { state, word, .. } in STATES {
        assert_eq!(state.as_str(), word);
        assert_eq!(in_pascal_case(word).parse(), Ok(state));
        assert_eq!(format!("{state} {state:>80}"), format!("{word} {word:>80}"), "also in a column");
    }
}

#[test]
fn a_state_is_read_in_every_case() {
    for &Known { state, word, .. } in STATES {
        for upper in 0..1_u32 << word.len() {
            let case = |(at, letter): (usize, u8)| {
                if upper >> at & 1 == 1 { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
            };
            let text: String = word.bytes().enumerate().map(case).map(char::from).collect();
            assert_eq!(text.parse(), Ok(state), "{text}");
        }
    }
}

// R11
#[test]
fn no_other_word_is_a_state() {
    let junk = [
        "unknownFutureValue",
        "UnknownFutureValue",
        "",
        " delivered",
        "delivered ",
        "delivered\0",
        "deliver",
        "deliveredd",
        "partially delivered",
        "partially_delivered",
        "delıvered",
        "AutoAssignmentInGracePeriod",
        "2",
    ];
    for word in junk {
        assert_eq!(word.parse::<AssignmentState>(), Err(ParseAssignmentStateError), "{word:?}");
    }
}

proptest! {
    // R11
    #[test]
    fn what_is_read_as_a_state_is_its_word(text in prop_oneof![any::<String>(), "[dD]eliver(ed|ing|y)?[A-Za-z ]{0,6}"]) {
        if let Ok(state) = text.parse::<AssignmentState>() {
            prop_assert!(state.as_str().eq_ignore_ascii_case(&text));
        }
    }
}
