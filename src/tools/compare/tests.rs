//! Tables of what is the same, what is not, and what cannot be told.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use super::{
    Likeness::{self, Differs, Match, Unsure},
    Name, addresses,
    alike::resemble,
    birth_dates, countries, document_types, genders, has_words, names, numbers,
};

/// `first/last` are parts; without a slash it is a whole name.
fn name(text: &'static str) -> Name<'static> {
    match text.split_once('/') {
        Some((given, family)) => Name {
            given: Some(given),
            family: Some(family),
            whole: None,
        },
        None => Name {
            whole: Some(text),
            ..Name::default()
        },
    }
}

const NAMES: &[(&str, &str, Likeness)] = &[
    // The same but for case, accents, order, hyphens and apostrophes.
    ("Ana/Ruiz", "ANA/RUIZ", Match),
    ("Ana/Ruiz", "RUIZ ANA", Match),
    ("José/Núñez", "JOSE/NUNEZ", Match),
    ("Jose\u{301}/Nu\u{301}n\u{303}ez", "José/Núñez", Match),
    ("Jean-Luc/Picard", "Jean Luc/Picard", Match),
    ("Jean-Luc/Picard", "Jeanluc/Picard", Match),
    ("Siobhán/O'Brien", "SIOBHAN/OBRIEN", Match),
    ("Siobhan/O’Brien", "Siobhan/O Brien", Match),
    ("Lê/Nguyễn", "NGUYEN/LE", Match),
    // Transliteration.
    ("Jürgen/Müller", "JUERGEN/MUELLER", Match),
    ("Jürgen/Müller", "JURGEN/MULLER", Match),
    ("Weiß/Groß", "WEISS/GROSS", Match),
    ("Søren/Ångström", "SOEREN/AANGSTROEM", Match),
    ("Søren/Ångström", "SOREN/ANGSTROM", Match),
    ("Þór/Æðelstan", "THOR/AEDELSTAN", Match),
    ("Łukasz/Wałęsa", "LUKASZ/WALESA", Match),
    ("Işıl/Yıldız", "ISIL/YILDIZ", Match),
    ("İbrahim/Çelik", "IBRAHIM/CELIK", Match),
    ("Đorđe/Petrović", "DJORDJE/PETROVIC", Match),
    ("Ştefan/Ionescu", "STEFAN/IONESCU", Match),
    ("Hans/Jäger", "HANS/JAEGER", Match),
    ("Anne/Lœb", "ANNE/LOEB", Match),
    ("Marija/Baħar", "MARIJA/BAHAR", Match),
    ("Máŋŋa/Sara", "MANNA/SARA", Match),
    ("Beaŧŧi/Sara", "BEATTI/SARA", Match),
    ("Əli/Məmmədov", "ALI/MAMMADOV", Match),
    ("Gino/D'Angelo", "GINO/ANGELO", Unsure),
    ("צ׳רלי/כהן", "צרלי/כהן", Match),
    // What is left out.
    ("Ana María/Ruiz García", "Ana/Ruiz", Match),
    ("Ana/Ruiz", "Ana Maria/Ruiz Garcia", Match),
    ("John Fitzgerald/Doe", "John/Doe", Match),
    ("Juan Carlos/Perez", "Juan/Perez Gomez", Match),
    ("Иван/Петров", "Иван Сергеевич/Петров", Match),
    ("J./Perez", "Juan/Perez", Match),
    ("John F./Doe", "John Fitzgerald/Doe", Match),
    ("И./Петров", "Иван/Петров", Match),
    ("Γ./Παπαδόπουλος", "Γιώργος/Παπαδόπουλος", Match),
    ("Sukarno", "SUKARNO", Match),
    ("Sukarno/", "Sukarno/Sukarno", Match),
    ("FNU/Sukarno", "Sukarno", Match),
    ("Dr. Ana/Ruiz", "Ana/Ruiz", Match),
    ("Don/Smith", "DON/SMITH", Match),
    ("Herr Jürgen/Müller", "Jürgen/Müller", Match),
    ("John/Doe Jr.", "John/Doe", Match),
    // Particles.
    ("Ludwig/van Beethoven", "LUDWIG/BEETHOVEN", Match),
    ("Maria/de la Cruz", "MARIA/DELACRUZ", Match),
    ("Omar/al-Sayed", "OMAR/SAYED", Match),
    ("Abd al-Rahman/Hassan", "ABDALRAHMAN/HASSAN", Match),
    ("Ahmad/bin Ismail", "AHMAD/ISMAIL", Match),
    ("José/Ortega y Gasset", "JOSE/ORTEGA GASSET", Match),
    // Family name first, and syllables.
    ("Xiaoming/Wang", "WANG XIAO MING", Match),
    ("Min-jun/Kim", "KIM MINJUN", Match),
    ("小明/王", "王小明", Match),
    ("太郎/山田", "山田 太郎", Match),
    ("محمد/أحمد", "محمد/احمد", Match),
    ("Семён/Королёв", "СЕМЕН/КОРОЛЕВ", Match),
    ("Γιώργος/Παπαδόπουλος", "ΓΙΩΡΓΟΣ/ΠΑΠΑΔΟΠΟΥΛΟΣ", Match),
    ("王小明 Wang Xiaoming", "Xiaoming/Wang", Match),
    // Not to be told.
    ("Ivan/Petrov", "Иван/Петров", Unsure),
    ("Giorgos/Papadopoulos", "Γιώργος/Παπαδόπουλος", Unsure),
    ("Mohammed/Ahmed", "محمد/أحمد", Unsure),
    ("Xiaoming/Wang", "王小明", Unsure),
    ("Taro/Yamada", "山田/太郎", Unsure),
    ("Mohammed/Salah", "Muhammad/Salah", Unsure),
    ("Bob/Miller", "Robert/Miller", Unsure),
    ("Pepe/Garcia", "José/García", Unsure),
    ("Sasha/Ivanov", "Alexander/Ivanov", Unsure),
    ("Ana/Ruiz", "Ana/Garcia", Unsure),
    ("Ana/Ruiz", "Ana", Unsure),
    ("Anna/Ivanova", "Anna/Ivanov", Unsure),
    ("Jon/Smith", "John/Smith", Unsure),
    ("Ana Maria/Ruiz", "Ana Sofia/Ruiz", Unsure),
    ("John/Doe Jr", "John/Doe Sr", Unsure),
    ("Jürgen/Mueller", "Jürgen/Muller", Unsure),
    ("Juan Carlos/Perez", "Juan Carlos", Unsure),
    ("Mohammed/Salah", "Muhamad/Salah", Unsure),
    ("Fred/Miller", "Frederick/Miller", Unsure),
    ("Wilhelmina/Miller", "Mina/Miller", Unsure),
    ("Zbigniew/Nowak", "Zbygnief/Nowak", Unsure),
    ("Jon/Smith Garcia", "John/Smith Lopez", Unsure),
    // What is alike at best is no match for more being left out.
    ("Juan Jon/Perez", "Juan John/Perez Gomez", Unsure),
    ("Juan Jon/Perez", "Juan/Perez John", Unsure),
    ("Garcia Ana Ruiz", "Ana/Ruiz Lopez", Unsure),
    // Given names in scripts that cannot be compared.
    ("小明/Wang Li", "محمد/Wang Zhao", Unsure),
    // Georgian, which has no class of its own, and every script that has one.
    ("გიორგი/მაისურაძე", "Γιώργος/Παπαδόπουλος", Unsure),
    ("გიორგი/მაისურაძე", "Иван/Петров", Unsure),
    ("გიორგი/მაისურაძე", "משה/כהן", Unsure),
    ("გიორგი/მაისურაძე", "محمد/أحمد", Unsure),
    ("გიორგი/მაისურაძე", "タロウ/ヤマダ", Unsure),
    ("გიორგი/მაისურაძე", "민준/김", Unsure),
    ("გიორგი/მაისურაძე", "小明/王", Unsure),
    // Others.
    ("Ana/Ruiz", "Marcus/Fictional", Differs),
    ("Ana/Ruiz", "Fictional Marcus", Differs),
    ("Juan/Perez", "Pedro/Perez", Differs),
    ("Juan/Perez", "PEREZ PEDRO", Differs),
    ("Juan Perez", "Pedro Perez", Differs),
    ("Eva/Ruiz", "Ana/Ruiz", Differs),
    ("Eva/Ruiz", "Ava/Ruiz", Differs),
    ("Ruiz/Lopez", "Eva/Ruiz Lopes", Differs),
    ("Alessandro/Ruiz", "Bernardino/Ruiz", Differs),
    ("小/王", "小明/王", Differs),
    ("Hasan/Yilmaz", "Hüseyin/Yılmaz", Differs),
    ("J./Perez", "Pedro/Perez", Differs),
    ("Li/Wei", "Zhang/Fang", Differs),
    ("小明/王", "大伟/李", Differs),
    ("Иван/Петров", "Олег/Сидоров", Differs),
    ("محمد/أحمد", "خالد/يوسف", Differs),
    ("Min-jun/Kim", "Seo-yeon/Park", Differs),
    ("Priya/Sharma", "Rahul/Sharma", Differs),
    ("Sukarno", "Suharto", Differs),
    ("Dr./Smith", "Dr./Jones", Differs),
    ("Maria/de la Cruz", "Pedro/de la Torre", Differs),
    ("Kofi/Mensah", "Kwame/Boateng", Differs),
];

#[test]
fn names_of_many_cultures_both_ways() {
    let mut wrong = Vec::new();
    for (expected, found, likeness) in NAMES {
        for (one, other) in [(expected, found), (found, expected)] {
            let said = names(&name(one), &name(other));
            if said != Some(*likeness) {
                wrong.push(format!("{one} | {other}: {said:?}, not {likeness:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn one_part_of_a_name_is_enough_where_no_more_was_expected() {
    let first = Name {
        given: Some("Ana"),
        ..Name::default()
    };
    let last = Name {
        family: Some("Ruiz"),
        ..Name::default()
    };
    let found = name("Ana/Ruiz Garcia");
    assert_eq!(names(&first, &found), Some(Match));
    assert_eq!(names(&last, &found), Some(Unsure));
    assert_eq!(names(&last, &name("Ana/Ruiz")), Some(Match));
    assert_eq!(names(&first, &name("Eva/Ruiz")), Some(Differs));
    let whole_in_first = Name {
        given: Some("Ana Ruiz"),
        ..Name::default()
    };
    assert_eq!(names(&whole_in_first, &found), Some(Match));
}

#[test]
fn blank_is_absent_and_parts_must_agree_with_the_whole() {
    let blank = Name {
        given: Some(" "),
        family: Some(""),
        whole: Some("  "),
    };
    assert_eq!(names(&blank, &name("Ana/Ruiz")), None);
    assert_eq!(names(&name("Ana/Ruiz"), &blank), None);
    assert_eq!(blank.text(), None);
    let single = Name {
        given: Some("Sukarno"),
        family: Some(" "),
        whole: Some(""),
    };
    assert_eq!(single.text().as_deref(), Some("Sukarno"));
    let two_faced = Name {
        whole: Some("Marcus Fictional"),
        ..name("Ana/Ruiz")
    };
    assert_eq!(names(&name("Ana/Ruiz"), &two_faced), Some(Differs));
}

#[test]
fn birth_dates_are_days() {
    for (expected, found, likeness) in [
        ("1990-01-15", "1990-01-15", Match),
        ("1990-01-15", "1990-01-15T00:00:00Z", Match),
        ("1990-01-15", "1979-01-17", Differs),
        // Father and son of one name, and twins of one day, are told apart by the rest.
        ("1961-03-02", "1990-03-02", Differs),
        ("1990-03-04", "1990-04-03", Differs),
        ("1990-01-15", "15 JAN 1990", Unsure),
        ("1990-01-15", "1990", Unsure),
        ("about 1990", "about 1990 ", Match),
    ] {
        assert_eq!(
            birth_dates(expected, found),
            likeness,
            "{expected} | {found}"
        );
        assert_eq!(
            birth_dates(found, expected),
            likeness,
            "{found} | {expected}"
        );
    }
}

#[test]
fn numbers_are_compared_without_their_ornaments() {
    for (expected, found, likeness) in [
        ("12.345.678-Z", &["12345678z"][..], Match),
        ("X99", &["123456", "x-99"], Match),
        ("123456789", &["987654321"], Differs),
        ("123456789", &["987654321", "111111"], Differs),
        ("12345678", &["12345678Z"], Unsure),
        ("O1234567", &["01234567"], Unsure),
        ("123456789", &["*****6789"], Unsure),
        ("123", &["123456"], Differs),
    ] {
        assert_eq!(numbers(expected, found), likeness, "{expected} | {found:?}");
    }
}

#[test]
fn countries_genders_and_kinds_of_documents_are_codes() {
    for (expected, found, likeness) in [
        ("ESP", "ESP", Match),
        ("ESP", "es", Match),
        ("DEU", "D", Match),
        ("DEU", "D<<", Match),
        ("ESP", "FRA", Differs),
        ("ESP", "PT", Differs),
        ("GBR", "GBD", Unsure),
        ("XKX", "RKS", Match),
        ("XK", "XKX", Match),
        ("ESP", "Spain", Unsure),
        ("ESP", "XXA", Unsure),
    ] {
        assert_eq!(countries(expected, found), likeness, "{expected} | {found}");
        assert_eq!(countries(found, expected), likeness, "{found} | {expected}");
    }
    for (expected, found, likeness) in [
        ("M", "Male", Match),
        ("F", "f", Match),
        ("M", "F", Differs),
        ("M", "X", Unsure),
        ("F", "U", Unsure),
    ] {
        assert_eq!(genders(expected, found), likeness, "{expected} | {found}");
    }
    for (expected, found, likeness) in [
        (&["P"][..], "Passport", Match),
        (&["P", "ID"], "Identity Card", Match),
        (&["dl"], "Driver's License", Match),
        (&["RP"], "RESIDENCE_PERMIT", Match),
        (&["P"], "Identity Card", Differs),
        (&["P"], "Library Card", Unsure),
    ] {
        assert_eq!(
            document_types(expected, found),
            likeness,
            "{expected:?} | {found}"
        );
    }
}

/// Letters of another script that look alike do not make a name alike.
#[test]
fn words_of_different_scripts_do_not_resemble() {
    assert!(!resemble("anna", "\u{430}nna"));
    assert!(resemble("anna", "inna"));
}

#[test]
fn addresses_differ_only_when_nothing_fits() {
    for (expected, found, likeness) in [
        ("Calle Mayor 5, Madrid", "C/ MAYOR, 5, 28013 MADRID", Match),
        (
            "12 Main St, Springfield",
            "12 Main Street, Springfield, IL 62701",
            Match,
        ),
        ("Hauptstraße 3, Köln", "Hauptstrasse 3, 50667 Koeln", Match),
        ("12 Main St, Springfield", "14 Main St, Springfield", Unsure),
        (
            "Calle Mayor 5, Madrid",
            "9 Expected Way, Sampletown",
            Differs,
        ),
        ("5 Calle Mayor", "5 Sample Road", Differs),
        ("Street", "12 Main Street", Unsure),
        ("12 Main Street", "", Unsure),
        ("Тверская 5, Москва", "Tverskaya 5, Moscow", Unsure),
    ] {
        assert_eq!(addresses(expected, found), likeness, "{expected} | {found}");
    }
}

#[test]
fn the_words_of_a_name_are_found_in_any_order_case_and_spelling() {
    for (wanted, is_there) in [
        ("ana", true),
        ("Müller, ANA", true),
        ("mueller", true),
        ("Muller Ana Maria", true),
        ("Ann", false),
        ("ana ruiz", false),
        ("", false),
        ("-", false),
    ] {
        assert_eq!(
            has_words("Ana María Müller-Test", wanted),
            is_there,
            "{wanted}"
        );
    }
}
