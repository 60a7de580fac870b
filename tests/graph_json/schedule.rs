//! R44: a schedule says whether there is an end. A possible end is never ignored.

use access_package::Timestamp;
use access_package::graph::json::{ReadError, read};
use serde_json::{Value, json};

use crate::fixtures::{beta, read_value, v1, with};

const START: &str = "2021-12-12T20:08:52.82Z";

fn end(schedule: &Value) -> Result<Option<Timestamp>, ReadError> {
    let [v1, beta] = [v1(), beta()].map(|document| {
        read_value(&with(document, "/schedule", Some(schedule.clone()))).map(|read| read.end())
    });
    assert!(
        v1 == beta
            || matches!((&v1, &beta), (Err(ReadError::Malformed { .. }), Err(ReadError::Malformed { .. })))
    );
    v1
}

/// Values with content, and values without.
fn real() -> [Value; 7] {
    [
        json!("x"),
        json!(""),
        json!(0),
        json!(-1.5),
        json!(true),
        json!(false),
        json!({ "a": [null, { "b\"": "c" }] }),
    ]
}

fn empty() -> [Value; 6] {
    [
        json!(null),
        json!({}),
        json!([]),
        json!({ "true\" 1": null }),
        json!([null, [{}]]),
        json!({ "a\\": { "b": [null] } }),
    ]
}

#[test]
fn null_as_a_whole_or_nothing_but_a_start_has_no_end() {
    assert_eq!(end(&Value::Null), Ok(None));
    assert_eq!(end(&json!({ "startDateTime": START })), Ok(None));
    for nothing in empty() {
        let schedule =
            json!({ "startDateTime": START, "recurrence": nothing, "more": nothing, "expiration": null });
        assert_eq!(end(&schedule), Ok(None), "{nothing}");
        let expiration = json!({ "type": "noExpiration", "more": nothing });
        assert_eq!(end(&json!({ "more": nothing, "expiration": expiration })), Ok(None), "{nothing}");
    }
}

#[test]
fn what_says_nothing_is_not_endless() {
    let unknown = |part| Err(ReadError::EndUnknown { part });
    let kind = json!({ "@odata.type": "microsoft.graph.entitlementManagementSchedule" });
    for schedule in [
        json!({}),
        kind,
        json!({ "startDateTime": null, "recurrence": null, "expiration": null }),
        json!({ "expiration": null, "AdditionalProperties": {} }),
    ] {
        assert_eq!(end(&schedule), unknown("schedule"));
    }
    for expiration in [
        json!({}),
        json!({ "type": null, "endDateTime": null, "duration": null }),
        json!({ "@odata.type": "x", "AdditionalProperties": {} }),
    ] {
        for start in [json!(START), Value::Null] {
            assert_eq!(
                end(&json!({ "startDateTime": start, "expiration": expiration })),
                unknown("schedule.expiration")
            );
        }
    }
    assert_eq!(
        end(&json!({})).unwrap_err().to_string(),
        "`schedule` does not say whether the assignment ends"
    );
}

#[test]
fn what_could_be_an_end_is_named() {
    let possible = |part: &str| Err(ReadError::PossibleEnd { part: part.into() });
    let none = json!({ "type": "noExpiration" });
    for value in real() {
        for (name, part) in [
            ("stopDateTime", "schedule.stopDateTime"),
            ("StopDateTime", "schedule.StopDateTime"),
            ("recurrence", "schedule.recurrence"),
            ("Recurrence", "schedule.recurrence"),
            ("duration", "schedule.duration"),
        ] {
            assert_eq!(end(&json!({ name: value })), possible(part));
            assert_eq!(end(&json!({ "startDateTime": START, name: value })), possible(part));
            assert_eq!(end(&json!({ "expiration": none, name: value })), possible(part));
        }
        let expiration = json!({ "type": "noExpiration", "until": value });
        assert_eq!(end(&json!({ "expiration": expiration })), possible("schedule.expiration.until"));
        // An OData annotation of a property is not a property.
        let said = json!({ "@odata.type": value, "expiration@x": value, "expiration": none });
        assert_eq!(end(&said), Ok(None));
    }
    assert_eq!(
        end(&json!({ "startDateTime": START, "stopDateTime": START })).unwrap_err().to_string(),
        "`schedule.stopDateTime` could be an end: only the end in `schedule.expiration` can be read"
    );
    // The error names the first one, before any other problem.
    let many = with(v1(), "/schedule", None).to_string();
    let many = many.replacen('{', r#"{"schedule":{"z":null,"b":1,"a":2,"recurrence":3},"#, 1);
    let error = read(many.as_bytes()).expect_err("it could end");
    assert_eq!(error, ReadError::PossibleEnd { part: "schedule.b".into() });
}

#[test]
fn an_instant_of_windows_power_shell_is_read_to_the_millisecond() {
    let ending = |text: &str| {
        let expiration = json!({ "type": "afterDateTime", "endDateTime": text });
        end(&json!({ "startDateTime": "/Date(0)/", "expiration": expiration }))
    };
    for (text, instant) in [
        ("/Date(4102444800000)/", "2100-01-01T00:00:00Z"),
        ("/Date(1719821350001)/", "2024-07-01T08:09:10.001Z"),
        ("/Date(-1)/", "1969-12-31T23:59:59.999Z"),
        ("/Date(253402300799999)/", "9999-12-31T23:59:59.999Z"),
        ("/Date(-62135596800000)/", "0001-01-01T00:00:00Z"),
        // The offset at which it was written does not move the instant.
        ("/Date(4102444800000+0100)/", "2100-01-01T00:00:00Z"),
        ("/Date(-1-0530)/", "1969-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(ending(text), Ok(Some(instant.parse().expect("an instant"))), "{text}");
    }
    for text in [
        "/Date()/",
        "/Date(-)/",
        "/Date(+1)/",
        "/Date(1.5)/",
        "/Date(1)",
        "Date(1)",
        "/Date(1)/ ",
        "/date(1)/",
        "/Date(1+1)/",
        "/Date(1+01:00)/",
        "/Date(1+010x)/",
        "/Date(1+0100+0100)/",
        "/Date(--1)/",
        "/Date(é)/",
        "/Date(253402300800000)/",
        "/Date(-62135596800001)/",
        "/Date(922337203685477580)/",
        "/Date(9223372036854775808)/",
    ] {
        let error = ending(text).expect_err(text).to_string();
        assert!(error.contains(&format!("`{text}` is not a valid timestamp")), "{error}");
    }
    // With the escapes of this format.
    let document = with(v1(), "/schedule/startDateTime", Some(json!("at"))).to_string();
    let document = document.replace(r#""at""#, r#""\/Date(1719821350000)\/""#);
    assert!(read(document.as_bytes()).is_ok());
}
