//! Scalars beyond GraphQL's own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use domain::Timestamp;

/// A point in time, RFC 3339 in UTC with milliseconds: `2026-11-23T09:00:00.000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub Timestamp);

impl From<Timestamp> for DateTime {
    fn from(timestamp: Timestamp) -> Self {
        DateTime(timestamp)
    }
}

/// A point in time, RFC 3339 in UTC with milliseconds: `2026-11-23T09:00:00.000Z`.
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let time: jiff::Timestamp = text.parse().map_err(InputValueError::custom)?;
        Ok(DateTime(Timestamp(time.as_millisecond())))
    }

    fn to_value(&self) -> Value {
        Value::String(rfc3339(self.0))
    }
}

/// Where a subscription stands in the log of events. Opaque and signed; send it back as `after`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCursor(pub String);

/// Where a subscription stands in the log of events. Opaque and signed; send it back as `after`.
#[Scalar]
impl ScalarType for EventCursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(EventCursor(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// The years 0000 to 9999 are all that RFC 3339 can say; times beyond are shown as their bound.
fn rfc3339(timestamp: Timestamp) -> String {
    const LAST: i64 = 253_402_207_200_999;
    const FIRST: i64 = -62_167_219_200_000;
    let millisecond = timestamp.0.clamp(FIRST, LAST);
    match jiff::Timestamp::from_millisecond(millisecond) {
        Ok(time) => format!("{time:.3}"),
        Err(_) => "9999-12-31T00:00:00.000Z".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_with_milliseconds_and_read_back() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_424_400_007, "2026-11-23T09:00:00.007Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            let value = DateTime(Timestamp(millis)).to_value();
            assert_eq!(value, Value::from(text));
            assert_eq!(DateTime::parse(value).ok(), Some(DateTime(Timestamp(millis))));
        }
        assert!(DateTime::parse(Value::from("yesterday")).is_err());
        assert_eq!(
            DateTime(Timestamp(i64::MIN)).to_value(),
            Value::from("0000-01-01T00:00:00.000Z")
        );
    }
}
