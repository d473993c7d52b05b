//! Which countries' documents were shown, from counts alone.
//!
//! Nobody tells which countries there are, and asking for each of 250 would be too much. So all are counted at once, then each
//! half, and so on where there is something: the other half of a half is what is left, because a session has one document country.

use crate::{
    didit::{Error, SessionFilter, values::Country},
    tools::desk::counts::{Count, Counter},
};

/// Something that was counted, with the filter that finds it.
pub(super) type Counted = (String, SessionFilter, u64);

/// Requests that finding the countries may take.
const MOST_REQUESTS: usize = 120;

/// The countries that hold sessions. What was not told apart is noted.
pub(super) async fn counted(
    counter: &Counter<'_>,
    filter: &SessionFilter,
    total: Count,
    notes: &mut Vec<String>,
) -> Result<Vec<Counted>, Error> {
    let of = |countries: &[Country]| SessionFilter {
        country: countries.to_vec(),
        ..filter.clone()
    };
    let all = Country::all();
    let known = counter.count(of(&all)).await?;
    if known.is_at_least || total.is_at_least {
        notes.push(
            "Didit stopped counting at 100, so the countries cannot be told apart.".to_owned(),
        );
        return Ok(Vec::new());
    }
    let without = total.number.saturating_sub(known.number);
    if without > 0 {
        notes.push(format!("{without} sessions have no document country yet."));
    }
    let mut asked = 1;
    let mut found = Vec::new();
    let mut open = vec![(all, known.number)];
    while !open.is_empty() {
        let (single, several): (Vec<_>, Vec<_>) = open
            .into_iter()
            .filter(|(_, number)| *number > 0)
            .partition(|(countries, _)| countries.len() == 1);
        for (countries, number) in single {
            let name = countries.iter().map(ToString::to_string).collect();
            found.push((name, of(&countries), number));
        }
        let mut several = several;
        several.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        let left_out: u64 = several
            .drain(several.len().min(MOST_REQUESTS - asked)..)
            .map(|(_, number)| number)
            .sum();
        if left_out > 0 {
            notes.push(format!(
                "{left_out} sessions of further countries were not told apart, which would take too many requests."
            ));
        }
        let halves: Vec<(Vec<Country>, Vec<Country>, u64)> = several
            .into_iter()
            .map(|(mut countries, number)| {
                let other = countries.split_off(countries.len() / 2);
                (countries, other, number)
            })
            .collect();
        asked += halves.len();
        let counts = counter
            .counts(halves.iter().map(|(one, _, _)| of(one)).collect())
            .await?;
        open = Vec::new();
        for ((one, other, number), count) in halves.into_iter().zip(counts) {
            open.push((other, number.saturating_sub(count.number)));
            open.push((one, count.number));
        }
    }
    Ok(found)
}
