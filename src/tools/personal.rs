//! The one gate for what is known of a person: by the class of a value, the way out that it would take, and the level that
//! the operator chose.

use super::{
    mask::{masked, masked_email},
    plain::is_enumerated,
    untrusted::clean,
};

/// How much of a person's data results may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalData {
    /// Nothing: verdict, checks and reasons only.
    None,
    /// What a verdict needs: name, birth date, kind and country of document; numbers masked.
    Minimal,
    /// Everything but images, unless those are asked for.
    Full,
}

/// What a value tells about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// What a verdict needs: name, birth date, age, gender, nationality, kind and country of the document.
    Identity,
    /// The number of a document, a phone or the like, of which the last four characters tell people apart.
    Number,
    /// An e-mail address.
    Email,
    /// Where a person lives, was born or connects from, and numbers that open other doors.
    Private,
    /// What a person, a reviewer or a document put into words: comments, captions, addresses of lists.
    Words,
    /// A value of one of Didit's enumerations, such as `full_match`. One that no list known here has counts as [`Class::Words`].
    Enumeration,
    /// Everything at once: a report, Didit's whole answer, a picture.
    Everything,
}

/// The way by which a value would leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlet {
    /// A result, a preview, a resource or a progress message: a model reads it.
    Conversation,
    /// A question that a client or a terminal puts to the human who decides.
    Question,
    /// A file in the output folder.
    File,
    /// The log and the audit trail, which hold nothing of a person.
    Log,
}

/// How a value may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Whole,
    Masked,
    Withheld,
}

impl PersonalData {
    /// Whether a value of this class may leave at all, masked or whole.
    pub fn allows(self, outlet: Outlet, class: Class) -> bool {
        self.form(outlet, class) != Form::Withheld
    }

    /// The value as it may leave, on one line; `None` where it must not.
    pub fn release(self, outlet: Outlet, class: Class, value: &str) -> Option<String> {
        let class = match class {
            Class::Enumeration if !is_enumerated(value) => Class::Words,
            known => known,
        };
        match self.form(outlet, class) {
            Form::Whole => Some(clean(value)),
            Form::Masked if class == Class::Email => Some(masked_email(value)),
            Form::Masked => Some(masked(value)),
            Form::Withheld => None,
        }
    }

    /// The name of the level in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Full => "full",
        }
    }

    pub(super) fn form(self, outlet: Outlet, class: Class) -> Form {
        match (outlet, self, class) {
            (Outlet::Log, ..) => Form::Withheld,
            // Whoever decides about a person has to see who it is.
            (Outlet::Question, ..) => Form::Whole,
            (_, _, Class::Enumeration) => Form::Whole,
            (_, Self::None, _) => Form::Withheld,
            (_, Self::Full, _) | (Outlet::File, Self::Minimal, _) => Form::Whole,
            (Outlet::Conversation, Self::Minimal, Class::Number | Class::Email) => Form::Masked,
            (Outlet::Conversation, Self::Minimal, Class::Private | Class::Everything) => {
                Form::Withheld
            }
            (Outlet::Conversation, Self::Minimal, Class::Identity | Class::Words) => Form::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Outlet, PersonalData};

    const CLASSES: [Class; 7] = [
        Class::Identity,
        Class::Number,
        Class::Email,
        Class::Private,
        Class::Words,
        Class::Enumeration,
        Class::Everything,
    ];

    #[test]
    fn what_leaves_by_level_outlet_and_class() {
        let shown = |level: PersonalData, outlet| {
            CLASSES.map(|class| level.release(outlet, class, "ana@example.org 12345678"))
        };
        let whole = Some("ana@example.org 12345678".to_owned());
        let all = CLASSES.map(|_| whole.clone());
        let nothing = CLASSES.map(|_| None);
        for level in [
            PersonalData::None,
            PersonalData::Minimal,
            PersonalData::Full,
        ] {
            assert_eq!(shown(level, Outlet::Log), nothing, "{level:?}");
            assert_eq!(shown(level, Outlet::Question), all, "{level:?}");
        }
        assert_eq!(shown(PersonalData::None, Outlet::Conversation), nothing);
        assert_eq!(shown(PersonalData::None, Outlet::File), nothing);
        assert_eq!(shown(PersonalData::Minimal, Outlet::File), all);
        assert_eq!(shown(PersonalData::Full, Outlet::Conversation), all);
        let [
            identity,
            number,
            email,
            private,
            words,
            in_no_list,
            everything,
        ] = shown(PersonalData::Minimal, Outlet::Conversation);
        assert_eq!(
            [identity, words, in_no_list],
            [whole.clone(), whole.clone(), whole.clone()]
        );
        assert_eq!([private, everything], [None, None]);
        for masked in [number, email] {
            assert!(masked.is_some() && masked != whole, "{masked:?}");
        }
    }

    #[test]
    fn what_is_allowed_is_what_is_released() {
        for (name, level) in [
            ("none", PersonalData::None),
            ("minimal", PersonalData::Minimal),
            ("full", PersonalData::Full),
        ] {
            assert_eq!(level.name(), name);
            for outlet in [
                Outlet::Conversation,
                Outlet::Question,
                Outlet::File,
                Outlet::Log,
            ] {
                for class in CLASSES {
                    let released = level.release(outlet, class, "full_match");
                    let is_allowed = level.allows(outlet, class);
                    assert_eq!(
                        released.is_some(),
                        is_allowed,
                        "{name} {outlet:?} {class:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_address_keeps_its_domain_and_no_number_does() {
        let masked =
            |class| PersonalData::Minimal.release(Outlet::Conversation, class, "ana@example.org");
        assert_eq!(masked(Class::Email).as_deref(), Some("a***@example.org"));
        assert_eq!(masked(Class::Number), Some("*".repeat(15)));
    }

    #[test]
    fn only_values_of_didit_s_lists_pass_at_level_none() {
        for (value, shown) in [
            ("full_match", Some("full_match")),
            ("no longer authorised", Some("no longer authorised")),
            ("FULL_MATCH", None),
            ("Ana_Ruiz", None),
            ("", None),
        ] {
            let released =
                PersonalData::None.release(Outlet::Conversation, Class::Enumeration, value);
            assert_eq!(released.as_deref(), shown, "{value}");
        }
        let logged = PersonalData::Full.release(Outlet::Log, Class::Enumeration, "full_match");
        assert_eq!(logged, None);
    }
}
