//! Timestamps: their range, their texts, and the clock of the host.

use std::time::Duration;

use access_package::Timestamp;

const MIN: i64 = -621_355_968_000_000_000;
const MAX: i64 = 2_534_023_007_999_999_999;

#[test]
fn ticks_go_from_the_year_1_to_the_year_9999() {
    for ticks in [MIN, MIN + 1, -1, 0, 1, MAX - 1, MAX] {
        assert_eq!(Timestamp::from_unix_ticks(ticks).map(Timestamp::unix_ticks), Some(ticks));
    }
    for ticks in [i64::MIN, MIN - 1, MAX + 1, i64::MAX] {
        assert_eq!(Timestamp::from_unix_ticks(ticks), None);
    }
    assert_eq!((Timestamp::MIN.unix_ticks(), Timestamp::MAX.unix_ticks()), (MIN, MAX));
}

#[test]
fn how_much_later_an_instant_is() {
    let at = |ticks| Timestamp::from_unix_ticks(ticks).expect("an instant");
    let lasting = [
        (0, Duration::ZERO),
        (1, Duration::from_nanos(100)),
        (9_999_999, Duration::from_nanos(999_999_900)),
        (10_000_000, Duration::from_secs(1)),
        (35_000_007, Duration::new(3, 500_000_700)),
    ];
    for earlier in [MIN, -10_000_001, -1, 0, 1_234_567_890_123] {
        for (ticks, lasting) in lasting {
            let (earlier, later) = (at(earlier), at(earlier + ticks));
            assert_eq!(later.saturating_duration_since(earlier), lasting);
            assert_eq!(earlier.saturating_duration_since(later), Duration::ZERO);
        }
    }
    let all = Timestamp::MAX.saturating_duration_since(Timestamp::MIN);
    assert_eq!(all, Duration::new(315_537_897_599, 999_999_900));
}

#[cfg(feature = "std")]
mod system_time {
    use std::time::{Duration, SystemTime};

    use access_package::Timestamp;
    use proptest::prelude::*;

    use super::{MAX, MIN};

    /// This many nanoseconds after 1970, if the host's clock can express it.
    fn system_time(nanoseconds: i128) -> Option<SystemTime> {
        let distance = nanoseconds.unsigned_abs();
        let seconds = u64::try_from(distance / 1_000_000_000).ok()?;
        let rest = u32::try_from(distance % 1_000_000_000).ok()?;
        let distance = Duration::new(seconds, rest);
        let epoch = SystemTime::UNIX_EPOCH;
        if nanoseconds < 0 { epoch.checked_sub(distance) } else { epoch.checked_add(distance) }
    }

    #[test]
    fn an_instant_lies_in_the_tick_that_began_before_it() {
        let cases = [
            (0, 0),
            (99, 0),
            (100, 1),
            (199, 1),
            (-1, -1),
            (-100, -1),
            (-101, -2),
            (-200, -2),
            (1_658_958_919_690_000_099, 16_589_589_196_900_000),
        ];
        for (nanoseconds, ticks) in cases {
            // Some systems have clocks with steps of 100 nanoseconds.
            let Some(time) = system_time(nanoseconds).filter(|_| cfg!(unix)) else { continue };
            assert_eq!(Timestamp::from(time).unix_ticks(), ticks, "{nanoseconds} ns");
        }
    }

    #[test]
    fn an_instant_out_of_range_becomes_the_nearest() {
        let (first, last) = (i128::from(MIN) * 100, i128::from(MAX) * 100 + 99);
        let cases = [
            (first, MIN),
            (first - 1, MIN),
            (last, MAX),
            (last + 1, MAX),
            (i128::from(i64::MAX) * 1_000_000_000, MAX),
            (i128::from(i64::MIN) * 1_000_000_000, MIN),
        ];
        for (nanoseconds, ticks) in cases {
            let Some(time) = system_time(nanoseconds) else { continue };
            assert_eq!(Timestamp::from(time).unix_ticks(), ticks, "{nanoseconds} ns");
        }
    }

    proptest! {
        #[test]
        fn a_later_instant_is_no_earlier_timestamp(seconds in -70_000_000_000..300_000_000_000_i64, step in 0..1_000_i128) {
            let nanoseconds = i128::from(seconds) * 1_000_000_000;
            let pair = system_time(nanoseconds).zip(system_time(nanoseconds + step));
            prop_assume!(pair.is_some());
            let (earlier, later) = pair.expect("assumed");
            prop_assert!(Timestamp::from(earlier) <= Timestamp::from(later));
        }
    }
}

#[cfg(feature = "serde")]
mod text {
    use access_package::{ParseTimestampError, Timestamp};
    use proptest::prelude::*;

    use super::{MAX, MIN};

    fn ticks(text: &str) -> Result<i64, ParseTimestampError> {
        text.parse().map(Timestamp::unix_ticks)
    }

    #[test]
    fn known_instants_are_written_and_read() {
        let cases = [
            (MIN, "0001-01-01T00:00:00Z"),
            (MIN + 1, "0001-01-01T00:00:00.0000001Z"),
            (-1, "1969-12-31T23:59:59.9999999Z"),
            (0, "1970-01-01T00:00:00Z"),
            (9_517_824_000_000_000, "2000-02-29T00:00:00Z"),
            (16_393_397_328_200_000, "2021-12-12T20:08:52.82Z"),
            (16_589_589_196_900_000, "2022-07-27T21:55:19.69Z"),
            // The service's *never*.
            (MAX, "9999-12-31T23:59:59.9999999Z"),
        ];
        for (instant, text) in cases {
            assert_eq!(Timestamp::from_unix_ticks(instant).expect("in range").to_string(), text);
            assert_eq!(ticks(text), Ok(instant), "{text}");
        }
    }

    #[test]
    fn fractions_have_up_to_seven_digits() {
        let second = 16_589_589_190_000_000;
        for (fraction, in_ticks) in [
            ("", 0),
            (".6", 6_000_000),
            (".69", 6_900_000),
            (".690", 6_900_000),
            (".6901", 6_901_000),
            (".69012", 6_901_200),
            (".690123", 6_901_230),
            (".6901234", 6_901_234),
            // Further digits are cut off, towards the past: an assignment that has ended stays ended.
            (".69012349", 6_901_234),
            (".690123499", 6_901_234),
        ] {
            assert_eq!(
                ticks(&format!("2022-07-27T21:55:19{fraction}Z")),
                Ok(second + in_ticks),
                "{fraction}"
            );
        }
        assert_eq!(ticks("1969-12-31T23:59:59.99999991Z"), Ok(-1));
        assert_eq!(ticks("1969-12-31T23:59:59.999999899Z"), Ok(-2));
    }

    #[test]
    fn an_offset_is_taken_into_account() {
        for offset in ["Z", "z", "+00:00", "-00:00"] {
            assert_eq!(ticks(&format!("1970-01-01T00:00:00{offset}")), Ok(0), "{offset}");
        }
        assert_eq!(ticks("1970-01-01T02:00:00+02:00"), Ok(0));
        assert_eq!(ticks("1969-12-31T16:30:00-07:30"), Ok(0));
        // The instant must be in range, not the local time.
        assert_eq!(ticks("0000-12-31T23:00:00-01:00"), Ok(MIN));
        assert_eq!(ticks("0001-01-01T01:00:00+01:00"), Ok(MIN));
        assert_eq!(ticks("9999-12-31T22:59:59.9999999-01:00"), Ok(MAX));
    }

    #[test]
    fn what_is_no_instant_in_range_is_refused() {
        let junk = [
            "",
            "never",
            "16589589196900000",
            "2022-07-27",
            // Without an offset.
            "2022-07-27T21:55:19",
            "2022-07-27T21:55:19.69",
            "2022-07-27T21:55:19[Europe/Berlin]",
            // A zone, which may contradict the offset.
            "2022-07-27T21:55:19Z[Europe/Berlin]",
            "2022-07-27T21:55:19+02:00[Europe/Berlin]",
            "2022-07-27T21:55:19+02:00[Asia/Tokyo]",
            "2022-07-27T21:55:19+02:00[+02:00]",
            // Out of range.
            "0000-12-31T23:59:59.9999999Z",
            "0001-01-01T00:00:00+00:01",
            "-000001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.9999999-00:01",
            "+010000-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
            // Not a date of the calendar, or not a time of day.
            "2022-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2022-13-01T00:00:00Z",
            "2022-07-27T24:00:00Z",
            "2022-07-27T21:60:00Z",
            "2022-07-27T21:55:61Z",
            // A point without a fraction.
            "2022-07-27T21:55:19.Z",
            "2022-07-27T21:55:19.+00:00",
            "2022-07-27T21:55:19,Z",
            // Anything around it.
            " 2022-07-27T21:55:19Z",
            "2022-07-27T21:55:19Z ",
            "2022-07-27T21:55:19ZZ",
        ];
        for text in junk {
            assert_eq!(ticks(text), Err(ParseTimestampError), "{text:?}");
        }
    }

    /// The number of days from the first day of the year 1 to this one.
    fn days(year: i64, month: usize, day: i64) -> i64 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let february = if leap { 29 } else { 28 };
        let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30];
        let past = year - 1;
        let years = past * 365 + past / 4 - past / 100 + past / 400;
        years + months[..month - 1].iter().sum::<i64>() + day - 1
    }

    proptest! {
        #[test]
        fn every_instant_is_written_and_read(instant in MIN..=MAX) {
            let text = Timestamp::from_unix_ticks(instant).expect("in range").to_string();
            prop_assert_eq!(ticks(&text), Ok(instant));
        }

        #[test]
        fn a_text_is_the_instant_that_its_calendar_counts(
            (year, month, day) in (1..=9999_i64, 1..=12_usize, 1..=28_i64),
            (hour, minute, second, fraction) in (0..24_i64, 0..60_i64, 0..60_i64, 0..10_000_000_i64),
            offset in -14 * 60..=14 * 60_i64,
        ) {
            let sign = if offset < 0 { '-' } else { '+' };
            let (offset_hours, offset_minutes) = (offset.abs() / 60, offset.abs() % 60);
            let text = format!(
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}{sign}{offset_hours:02}:{offset_minutes:02}"
            );
            let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset;
            let instant = MIN + (minutes * 60 + second) * 10_000_000 + fraction;
            let expected = Timestamp::from_unix_ticks(instant).map(Timestamp::unix_ticks).ok_or(ParseTimestampError);
            prop_assert_eq!(ticks(&text), expected, "{}", text);
        }

        /// The general parser does not read the form with `Z`. It reads the form with an offset.
        #[test]
        fn what_is_usual_is_read_as_what_is_not(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?",
        ) {
            prop_assert_eq!(ticks(&format!("{text}Z")), ticks(&format!("{text}+00:00")), "{}", text);
        }

        #[test]
        fn what_is_nearly_usual_is_read_as_what_is_not(
            text in "[0-9]{4}-0[1-9]-1[0-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,7})?",
            (at, other) in (0..27_usize, "[ -~]"),
        ) {
            let mut text = text;
            if at < text.len() {
                text.replace_range(at..=at, &other);
            }
            // An earlier offset would end the text too soon.
            prop_assume!(!text.contains(['Z', 'z', '[']) && !text[1..].contains('+') && text.matches('-').count() == 2);
            prop_assert_eq!(ticks(&format!("{text}Z")), ticks(&format!("{text}+00:00")), "{}", text);
        }

        #[test]
        fn junk_is_refused_or_read_without_panic(text in prop_oneof![
            any::<String>(),
            "[+-]?[0-9]{1,6}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]{0,12})?(Z|[+-][0-9]{2}:?[0-9]{2})?",
        ]) {
            if let Ok(instant) = ticks(&text) {
                prop_assert!((MIN..=MAX).contains(&instant));
            }
        }
    }
}
