//! What was expected of a person against what was found, document by document: compared here, and read from Didit's
//! warnings. Didit reports differences only where the workflow lets the comparison run.

use serde_json::{Map, Value};

use crate::{
    didit::{
        Decision, Warning,
        decision::{IdVerification, NfcVerification, ProofOfAddress},
    },
    tools::{
        compare::{
            Likeness, Name, addresses, birth_dates, countries, document_types, genders, names,
            numbers, present,
        },
        personal::Class,
    },
};

/// One field of one document.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tools) struct Comparison {
    /// The field in the words of people, such as `birth date`.
    pub field: String,
    /// Where the found value stands, such as `document` or `proof of address`.
    pub source: String,
    /// What was expected; `None` where Didit alone knows.
    pub expected: Option<String>,
    /// What was found.
    pub found: Option<String>,
    /// What both tell about the person.
    pub class: Class,
    /// What came of it.
    pub likeness: Likeness,
    /// Whether Didit says that they differ.
    pub is_told_by_didit: bool,
}

/// Every comparison there is, in the order of the documents.
pub(super) fn comparisons(decision: &Decision) -> Vec<Comparison> {
    let mut all = Vec::new();
    let empty = Map::new();
    let expected = Expected(decision.expected_details.as_ref().unwrap_or(&empty));
    for (place, document) in decision.id_verifications.iter().enumerate() {
        let source = numbered("document", place);
        let mut own = of_document(&expected, document);
        if decision.poa_verifications.is_empty() {
            let printed = present(document.formatted_address.as_deref())
                .or(present(document.address.as_deref()));
            // An identity document may show an older address, so it proves no difference.
            own.extend(expected.field(
                "address",
                "address",
                printed,
                Class::Private,
                |one, other| addresses(one, other).min(Likeness::Unsure),
            ));
        }
        finish(&mut all, own, source, &document.warnings);
    }
    for (place, chip) in decision.nfc_verifications.iter().enumerate() {
        let own = of_chip(&expected, chip);
        finish(&mut all, own, numbered("chip", place), &chip.warnings);
    }
    for (place, proof) in decision.poa_verifications.iter().enumerate() {
        let own = of_proof(&expected, proof);
        finish(
            &mut all,
            own,
            numbered("proof of address", place),
            &proof.warnings,
        );
    }
    all
}

/// `document`, `document 2` and so on.
pub(super) fn numbered(name: &str, place: usize) -> String {
    if place == 0 {
        name.to_owned()
    } else {
        format!("{name} {}", place + 1)
    }
}

/// The name that a document shows.
pub(super) fn name_of(document: &IdVerification) -> Name<'_> {
    Name {
        given: document.first_name.as_deref(),
        family: document.last_name.as_deref(),
        whole: document.full_name.as_deref(),
    }
}

/// The name that a chip holds.
pub(super) fn name_in(chip: &NfcVerification) -> Name<'_> {
    let data = chip.chip_data.as_ref();
    Name {
        given: data.and_then(|data| data.first_name.as_deref()),
        family: data.and_then(|data| data.last_name.as_deref()),
        whole: None,
    }
}

/// The name that a proof of address bears.
pub(super) fn name_on(proof: &ProofOfAddress) -> Name<'_> {
    Name {
        whole: proof.name_on_document.as_deref(),
        ..Name::default()
    }
}

struct Expected<'d>(&'d Map<String, Value>);

impl<'d> Expected<'d> {
    fn text(&self, key: &str) -> Option<&'d str> {
        present(self.0.get(key).and_then(Value::as_str))
    }

    /// The country of a kind of document, else the general one.
    fn country(&self, own: &str) -> Option<&'d str> {
        self.text(own).or_else(|| self.text("country"))
    }

    fn field(
        &self,
        key: &str,
        field: &str,
        found: Option<&str>,
        class: Class,
        compare: impl Fn(&str, &str) -> Likeness,
    ) -> Option<Comparison> {
        compared(field, self.text(key), found, class, compare)
    }

    fn name(&self, found: &[Name<'_>]) -> Option<Comparison> {
        let wanted = Name {
            given: self.text("first_name"),
            family: self.text("last_name"),
            whole: None,
        };
        // The first one is the name itself; others are the same name in another script, which can settle a doubt.
        let (first, others) = found.split_first()?;
        let mut likeness = names(&wanted, first)?;
        if likeness == Likeness::Unsure {
            let settled = others
                .iter()
                .filter_map(|other| names(&wanted, other))
                .find(|other| *other != Likeness::Unsure);
            likeness = settled.unwrap_or(likeness);
        }
        Some(Comparison {
            field: "name".to_owned(),
            source: String::new(),
            expected: wanted.text(),
            found: first.text(),
            class: Class::Identity,
            likeness,
            is_told_by_didit: false,
        })
    }
}

fn compared(
    field: &str,
    expected: Option<&str>,
    found: Option<&str>,
    class: Class,
    compare: impl Fn(&str, &str) -> Likeness,
) -> Option<Comparison> {
    let (expected, found) = (expected?, present(found)?);
    Some(Comparison {
        field: field.to_owned(),
        source: String::new(),
        expected: Some(expected.to_owned()),
        found: Some(found.to_owned()),
        class,
        likeness: compare(expected, found),
        is_told_by_didit: false,
    })
}

fn of_document(expected: &Expected<'_>, document: &IdVerification) -> Vec<Comparison> {
    let extra = |key: &str| document.extra_fields.as_ref()?.get(key)?.as_str();
    let written = |script: &str| Name {
        whole: extra(&format!("full_name_{script}")),
        given: extra(&format!("first_name_{script}")),
        family: extra(&format!("last_name_{script}")),
    };
    let own_numbers: Vec<&str> = [&document.document_number, &document.personal_number]
        .into_iter()
        .filter_map(|number| present(number.as_deref()))
        .collect();
    let kinds: Vec<&str> = expected
        .0
        .get("expected_document_types")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let kind_text = kinds.join(", ");
    [
        expected.name(&[name_of(document), written("non_latin"), written("latin")]),
        expected.field(
            "date_of_birth",
            "birth date",
            document.date_of_birth.as_deref(),
            Class::Identity,
            birth_dates,
        ),
        expected.field(
            "identification_number",
            "document number",
            own_numbers.first().copied(),
            Class::Number,
            |wanted, _| numbers(wanted, &own_numbers),
        ),
        expected.field(
            "nationality",
            "nationality",
            document.nationality.as_deref(),
            Class::Identity,
            countries,
        ),
        compared(
            "country",
            expected.country("id_country"),
            document.issuing_state.as_deref(),
            Class::Identity,
            countries,
        ),
        expected.field(
            "gender",
            "gender",
            document.gender.as_deref(),
            Class::Identity,
            genders,
        ),
        compared(
            "document type",
            present(Some(&kind_text)),
            document.document_type.as_deref(),
            Class::Identity,
            |_, found| document_types(&kinds, found),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_chip(expected: &Expected<'_>, chip: &NfcVerification) -> Vec<Comparison> {
    let Some(data) = &chip.chip_data else {
        return Vec::new();
    };
    [
        expected.name(&[name_in(chip)]),
        expected.field(
            "date_of_birth",
            "birth date",
            data.birth_date.as_deref(),
            Class::Identity,
            birth_dates,
        ),
        expected.field(
            "identification_number",
            "document number",
            data.document_number.as_deref(),
            Class::Number,
            // The chip has one of the two numbers that could be meant.
            |wanted, found| match numbers(wanted, &[found]) {
                Likeness::Match => Likeness::Match,
                _ => Likeness::Unsure,
            },
        ),
        expected.field(
            "nationality",
            "nationality",
            data.nationality.as_deref(),
            Class::Identity,
            countries,
        ),
        compared(
            "country",
            expected.country("id_country"),
            data.issuing_country.as_deref(),
            Class::Identity,
            countries,
        ),
        expected.field(
            "gender",
            "gender",
            data.gender.as_deref(),
            Class::Identity,
            genders,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_proof(expected: &Expected<'_>, proof: &ProofOfAddress) -> Vec<Comparison> {
    let address =
        present(proof.poa_formatted_address.as_deref()).or(present(proof.poa_address.as_deref()));
    [
        expected.name(&[name_on(proof)]),
        expected.field("address", "address", address, Class::Private, addresses),
        compared(
            "country",
            expected.country("poa_country"),
            proof.issuing_state.as_deref(),
            Class::Identity,
            countries,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Adds one document's comparisons with what Didit says of it.
fn finish(
    all: &mut Vec<Comparison>,
    mut own: Vec<Comparison>,
    source: String,
    warnings: &[Warning],
) {
    for warning in warnings {
        let Some(field) = warning.risk.as_deref().and_then(field_of) else {
            continue;
        };
        match own.iter_mut().find(|comparison| comparison.field == field) {
            Some(comparison) => {
                comparison.is_told_by_didit = true;
                // Two opinions against each other are no certainty.
                comparison.likeness = match comparison.likeness {
                    Likeness::Match => Likeness::Unsure,
                    Likeness::Unsure | Likeness::Differs => Likeness::Differs,
                };
            }
            None => own.push(told(field, warning)),
        }
    }
    all.extend(own.into_iter().map(|comparison| Comparison {
        source: source.clone(),
        ..comparison
    }));
}

/// A difference that only Didit can see, because the values were withheld from the answer.
fn told(field: String, warning: &Warning) -> Comparison {
    let value = |key: &str| {
        let text = warning.additional_data.as_ref()?.get(key)?.as_str();
        present(text).map(str::to_owned)
    };
    let class = match field.as_str() {
        "document number" => Class::Number,
        "address" | "ip address" => Class::Private,
        _ => Class::Identity,
    };
    let is_birth = field == "birth date";
    Comparison {
        expected: value("expected_dob").filter(|_| is_birth),
        found: value("extracted_dob").filter(|_| is_birth),
        field,
        source: String::new(),
        class,
        likeness: Likeness::Differs,
        is_told_by_didit: true,
    }
}

/// The field that a warning compares with what was expected; `None` for warnings about something else.
pub(in crate::tools) fn field_of(risk: &str) -> Option<String> {
    let compared = risk.strip_suffix("_MISMATCH_WITH_PROVIDED")?;
    Some(match compared {
        "FULL_NAME" | "NAME" => "name".to_owned(),
        "DOB" => "birth date".to_owned(),
        "IDENTIFICATION_NUMBER" => "document number".to_owned(),
        "POA_COUNTRY" => "country".to_owned(),
        other
            if other.len() <= 40
                && other
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_') =>
        {
            other.to_ascii_lowercase().replace('_', " ")
        }
        _ => "something".to_owned(),
    })
}
