//! Texts, flags and numbers, each of which may come in the form of another.

use serde_json::Number;

use super::Lenient;

impl Lenient<'_> for String {
    fn text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn number(number: &Number) -> Option<Self> {
        Some(number.to_string())
    }

    fn flag(flag: bool) -> Option<Self> {
        Some(flag.to_string())
    }
}

impl Lenient<'_> for bool {
    fn text(text: &str) -> Option<Self> {
        match text {
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    fn number(number: &Number) -> Option<Self> {
        match number.as_i64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn flag(flag: bool) -> Option<Self> {
        Some(flag)
    }
}

impl Lenient<'_> for i64 {
    fn text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }

    fn number(number: &Number) -> Option<Self> {
        number.as_i64().or_else(|| whole(number.as_f64()?))
    }
}

/// The integer equal to `number`, within the range where a double is exact.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

impl Lenient<'_> for f64 {
    fn text(text: &str) -> Option<Self> {
        let number = text.trim().parse().ok();
        number.filter(|number: &f64| number.is_finite())
    }

    fn number(number: &Number) -> Option<Self> {
        number.as_f64()
    }
}
